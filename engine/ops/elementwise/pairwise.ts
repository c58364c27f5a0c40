/** Dispatches of y = combine(a, b) with broadcasting, whatever `combine` is. */
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, type Kernel, run } from '../../gpu/kernel';
import type { SourceFile } from '../../gpu/link';
import { elementsOf, flatWindows, lineWindow, lineWindowLimit } from '../../gpu/windows';
import { hostDtype, wgslType } from '../../tensor/dtype';
import { sizeOf } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { grid } from '../../../shaders/lib';
import broadcastSource from '../../../shaders/elementwise/binary-broadcast.wgsl';
import flatSource from '../../../shaders/elementwise/binary.wgsl';
import { type Block, blocks, collapse, isFlat } from '../layout/broadcast';

const AXES = [0, 1, 2, 3, 4, 5] as const;
type Axis = (typeof AXES)[number];
type BroadcastParam = 'n' | 'y_base' | 'a_base' | 'b_base' | `size${1 | 2 | 3 | 4 | 5}` | `${'a' | 'b'}${Axis}`;
type Operand = 'a' | 'b' | 'y';

export interface PairKernels {
  readonly flat: Kernel<Operand, 'n'>;
  readonly broadcast: Kernel<Operand, BroadcastParam>;
}

/** Both kernels with the `combine` that `files` define. */
export function definePair(...files: SourceFile[]): PairKernels {
  const common = {
    lib: [grid, ...files],
    bindings: { a: 'read', b: 'read', y: 'write' },
    consts: { T: 'f32', A: 'f32', Y: 'f32' },
  } as const;
  const u32 = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'u32' as const]));
  const names = ['n', 'y_base', 'a_base', 'b_base', ...AXES.slice(1).map((i) => `size${i}`)];
  for (const operand of ['a', 'b']) names.push(...AXES.map((i) => `${operand}${i}`));
  return {
    flat: defineKernel({
      ...common,
      name: 'elementwise/binary',
      source: flatSource,
      params: { n: 'u32' },
      overrides: { OP: 0, A_SCALAR: false, B_SCALAR: false },
    }),
    broadcast: defineKernel<Operand, BroadcastParam>({
      ...common,
      name: 'elementwise/binary-broadcast',
      source: broadcastSource,
      params: u32(names) as Record<BroadcastParam, 'u32'>,
      overrides: { OP: 0, RANK: 6, VEC: false },
    }),
  };
}

/** Fills y with combine(a, b); their shapes broadcast to y's. */
export function runPair(kernels: PairKernels, a: Tensor, b: Tensor, y: Tensor, OP: number): void {
  const consts = { T: wgslType(hostDtype(a.dtype)), A: wgslType(a.dtype), Y: wgslType(y.dtype) };
  const nest = collapse(y.shape, [a.shape, b.shape]);
  if (isFlat(nest)) {
    const [A_SCALAR, B_SCALAR] = nest.strides.map((strides) => strides.every((n) => n === 0));
    for (const { start, length } of flatWindows(y.size)) {
      const part = (t: Tensor, scalar: boolean) => (scalar ? t : elementsOf(t, start, length));
      run(kernels.flat, {
        bind: { a: part(a, A_SCALAR), b: part(b, B_SCALAR), y: part(y, false) },
        params: { n: length },
        overrides: { OP, A_SCALAR, B_SCALAR },
        consts,
        grid: ceilDiv(length, 256 * 4),
      });
    }
    return;
  }
  for (const block of blocks(nest, lineWindowLimit())) runBlock(kernels.broadcast, a, b, y, block, OP, consts);
}

function runBlock(
  kernel: PairKernels['broadcast'],
  a: Tensor,
  b: Tensor,
  y: Tensor,
  { sizes, first, inputs }: Block,
  OP: number,
  consts: Readonly<Record<string, string>>,
): void {
  const n = sizeOf(sizes);
  const to = lineWindow(y, first, n);
  const from = [a, b].map((t, j) => lineWindow(t, inputs[j].first, inputs[j].span));
  const six = (values: readonly number[], fill: number) => [...new Array<number>(6 - values.length).fill(fill), ...values];
  const params: Record<string, number> = { n, y_base: to.base, a_base: from[0].base, b_base: from[1].base };
  six(sizes, 1).forEach((size, i) => (params[`size${i}`] = size));
  six(inputs[0].strides, 0).forEach((stride, i) => (params[`a${i}`] = stride));
  six(inputs[1].strides, 0).forEach((stride, i) => (params[`b${i}`] = stride));
  const fours = (...values: number[]) => values.every((value) => value % 4 === 0);
  const VEC =
    fours(sizes[sizes.length - 1], to.base) &&
    inputs.every(({ strides }, j) => strides[strides.length - 1] === 0 || fours(from[j].base, ...strides.slice(0, -1)));
  run(kernel, {
    bind: { a: from[0].window, b: from[1].window, y: to.window },
    params: params as Record<BroadcastParam, number>,
    overrides: { OP, RANK: sizes.length <= 2 ? 2 : sizes.length === 3 ? 3 : 6, VEC },
    consts,
    grid: ceilDiv(to.base + n, 256 * 4),
  });
}
