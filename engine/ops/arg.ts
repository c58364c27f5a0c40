/** Where the largest and the smallest elements are. */
import { grid } from '../../shaders/lib';
import source from '../../shaders/reduce/arg.wgsl';
import { defineOp, expectDtype, type Op } from '../autodiff/op';
import { ShapeError } from '../errors';
import { ceilDiv } from '../gpu/grid';
import { defineKernel, run } from '../gpu/kernel';
import { lineWindow, rowWindows } from '../gpu/windows';
import { asTensor, type TensorLike } from '../tensor/create';
import { formatShape, normalizeAxis, type Shape, sizeOf } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { reshape } from './reshape';

const kernel = defineKernel({
  name: 'reduce/arg',
  source,
  lib: [grid],
  bindings: { x: 'read', y: 'write' },
  params: { outer: 'u32', n: 'u32', inner: 'u32', x_base: 'u32', y_base: 'u32' },
  overrides: { MINIMUM: false, FLOAT: true },
  consts: { T: 'f32' },
});

interface ArgAttrs {
  readonly axis: number;
  readonly minimum: boolean;
}

const argOp: Op<ArgAttrs> = defineOp<ArgAttrs>({
  name: 'argMax',
  output([x], { axis, minimum }) {
    const name = minimum ? 'argMin' : 'argMax';
    expectDtype(name, 'x', x, 'f32', 'i32');
    if (x.shape[axis] === 0) throw new ShapeError(`${name}: axis ${axis} of ${formatShape(x.shape)} is empty; there is no extreme of nothing.`);
    return { shape: without(x.shape, axis), dtype: 'i32' };
  },
  forward([x], [y], { axis, minimum }) {
    const n = x.shape[axis];
    const inner = sizeOf(x.shape.slice(axis + 1));
    for (const { start, length } of rowWindows(sizeOf(x.shape.slice(0, axis)), n * inner)) {
      const from = lineWindow(x, start * n * inner, length * n * inner);
      const to = lineWindow(y, start * inner, length * inner);
      run(kernel, {
        bind: { x: from.window, y: to.window },
        params: { outer: length, n, inner, x_base: from.base, y_base: to.base },
        overrides: { MINIMUM: minimum, FLOAT: x.dtype === 'f32' },
        consts: { T: x.dtype },
        grid: ceilDiv(length * inner, 64),
      });
    }
  },
});

function without(shape: Shape, axis: number): number[] {
  return shape.filter((_, i) => i !== axis);
}

function arg(x: TensorLike, axis: number | null, minimum: boolean): Tensor {
  const input = asTensor(x);
  if (axis === null || input.rank === 0) return argOp([reshape(input, [-1])], { axis: 0, minimum })[0];
  return argOp([input], { axis: normalizeAxis(axis, input.rank, minimum ? 'argMin' : 'argMax'), minimum })[0];
}

/**
 * The index (i32) of the largest element along `axis`, or in the whole flattened tensor for `null`, the default.
 * The first of equals; a NaN counts as the largest, as in NumPy. No gradient.
 */
export function argMax(x: TensorLike, axis: number | null = null): Tensor {
  return arg(x, axis, false);
}

/** The index (i32) of the smallest element; otherwise like `argMax`. */
export function argMin(x: TensorLike, axis: number | null = null): Tensor {
  return arg(x, axis, true);
}
