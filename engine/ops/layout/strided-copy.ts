/** Copies between strided layouts: one kernel behind transpose, slice, reverse, broadcastTo, concat and pad. */
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import { flatWindows, lineWindow } from '../../gpu/windows';
import type { Dtype } from '../../tensor/dtype';
import { type Shape, sizeOf, stridesOf } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { grid } from '../../../shaders/lib';
import source from '../../../shaders/layout/copy.wgsl';

/** Element [i₀, i₁, …] lies at offset + Σ i_d · strides_d, in elements; strides may be 0 or negative. */
export interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** The layout of a dense row-major tensor. */
export function denseLayout(shape: Shape): Layout {
  return { offset: 0, strides: stridesOf(shape) };
}

/** One axis of a copy: its length and how far one index goes on either side. */
export interface CopyAxis {
  readonly size: number;
  readonly read: number;
  readonly write: number;
}

/** The axes of a copy, innermost first: without those of size 1, and neighbours merged where one step follows from the other. */
export function copyAxes(shape: Shape, from: Layout, to: Layout): CopyAxis[] {
  const axes: CopyAxis[] = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    const axis = { size: shape[d], read: from.strides[d], write: to.strides[d] };
    const inner = axes[axes.length - 1];
    if (axis.size === 1) continue;
    if (inner && axis.read === inner.read * inner.size && axis.write === inner.write * inner.size) {
      axes[axes.length - 1] = { ...inner, size: inner.size * axis.size };
    } else {
      axes.push(axis);
    }
  }
  return axes.length > 0 ? axes : [{ size: 1, read: 1, write: 1 }];
}

/** Whether elements in this layout follow each other without gaps, so that a view of them is a tensor. */
export function isDense(shape: Shape, layout: Layout): boolean {
  const axes = copyAxes(shape, layout, denseLayout(shape));
  return sizeOf(shape) === 0 || (axes.length === 1 && axes[0].read === 1);
}

/** The axes but for the outermost, as the kernel numbers them. */
const INNER = [0, 1, 2, 3, 4] as const;
type AxisParam = `size_${(typeof INNER)[number]}` | `${'read' | 'write'}_${(typeof INNER)[number] | 'outer'}`;

const copyKernel = defineKernel({
  name: 'layout/copy',
  source,
  lib: [grid],
  bindings: { x: 'read', y: 'write' },
  params: {
    n: 'u32', x_start: 'u32', x_length: 'u32', y_start: 'u32', y_length: 'u32', read_at: 'u32', write_at: 'u32',
    size_0: 'u32', size_1: 'u32', size_2: 'u32', size_3: 'u32', size_4: 'u32',
    read_0: 'u32', read_1: 'u32', read_2: 'u32', read_3: 'u32', read_4: 'u32', read_outer: 'u32',
    write_0: 'u32', write_1: 'u32', write_2: 'u32', write_3: 'u32', write_4: 'u32', write_outer: 'u32',
  },
  overrides: { RANK: 6 },
  consts: { T: 'u32' },
});

/** Elements that one workgroup copies. */
const PER_GROUP = 256 * 4;

/** Copies the elements of an index space `shape` from where they lie in `x` to where they belong in `y`. */
export function copyStrided(x: Tensor, y: Tensor, shape: Shape, from: Layout, to: Layout): void {
  const axes = copyAxes(shape, from, to);
  const unit = unitOf(axes, from, to);
  const n = sizeOf(shape) / unit;
  for (const source of flatWindows(x.size)) {
    for (const target of flatWindows(y.size)) {
      run(copyKernel, {
        bind: { x: lineWindow(x, source.start, source.length).window, y: lineWindow(y, target.start, target.length).window },
        params: {
          n,
          x_start: source.start / unit, x_length: ceilDiv(source.length, unit),
          y_start: target.start / unit, y_length: ceilDiv(target.length, unit),
          read_at: from.offset / unit, write_at: to.offset / unit,
          ...axisParams(axes, unit),
        },
        overrides: { RANK: axes.length },
        consts: { T: typeOf(x.dtype, unit) },
        grid: ceilDiv(n, PER_GROUP),
      });
    }
  }
}

/** A type of as many bytes as so many elements. */
function typeOf(dtype: Dtype, unit: 1 | 4): string {
  if (dtype === 'f16') return unit === 4 ? 'vec2u' : 'f16';
  return unit === 4 ? 'vec4u' : 'u32';
}

/** Elements that are moved at once: 4 if the innermost axis is contiguous on both sides and all else divides by 4. */
function unitOf([inner, ...others]: readonly CopyAxis[], from: Layout, to: Layout): 1 | 4 {
  const steps = [inner.size, from.offset, to.offset, ...others.flatMap(({ read, write }) => [read, write])];
  return inner.read === 1 && inner.write === 1 && steps.every((step) => step % 4 === 0) ? 4 : 1;
}

/** Sizes and strides by the kernel's names; it looks at no more axes than there are. */
function axisParams(axes: readonly CopyAxis[], unit: 1 | 4): Record<AxisParam, number> {
  const [inner, ...others] = axes;
  const scaled = [
    { ...inner, size: inner.size / unit },
    ...others.map(({ size, read, write }) => ({ size, read: read / unit, write: write / unit })),
  ];
  const { read: read_outer, write: write_outer } = scaled[scaled.length - 1];
  const params = { read_outer, write_outer } as Record<AxisParam, number>;
  for (const d of INNER) {
    const { size, read, write } = scaled[d] ?? scaled[0];
    [params[`size_${d}`], params[`read_${d}`], params[`write_${d}`]] = [size, read, write];
  }
  return params;
}
