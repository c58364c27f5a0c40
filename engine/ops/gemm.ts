/** General matrix products, as BLAS calls them: the dispatches behind matmul and dense. */
import { defineKernel, run } from '../gpu/kernel';
import { ceilDiv } from '../gpu/grid';
import { gpu } from '../gpu/gpu';
import { type Bindable, windowOf } from '../gpu/storage';
import { BYTES_PER_ELEMENT } from '../tensor/dtype';
import { empty } from '../tensor/tensor';
import { grid } from '../../shaders/lib';
import epilogueSource from '../../shaders/matmul/epilogue.wgsl';
import naiveSource from '../../shaders/matmul/naive.wgsl';
import splitSumSource from '../../shaders/matmul/split-sum.wgsl';
import { type GemmBlock, gemmBlocks, type GemmShape, LINE } from './gemm-plan';

/** Activations that a product can apply to its sums, and whose gradient follows from their output. */
export type FusedActivation = 'linear' | 'relu' | 'sigmoid' | 'tanh';

/** C = f(op(A)·op(B) + bias), for each matrix of a batch. All operands are f32. */
export interface Gemm extends GemmShape {
  readonly a: Bindable;
  readonly b: Bindable;
  /** [batch, m, n]. */
  readonly c: Bindable;
  /** One A, or one B, serves the whole batch. */
  readonly shareA?: boolean;
  readonly shareB?: boolean;
  /** [n], the same for every row of every matrix. */
  readonly bias?: Bindable | null;
  readonly activation?: FusedActivation;
}

const epilogue = { name: 'matmul/epilogue', source: epilogueSource };

const naive = defineKernel({
  name: 'matmul/naive',
  source: naiveSource,
  lib: [grid, epilogue],
  bindings: { a: 'read', b: 'read', bias: 'read', c: 'write' },
  params: {
    batch: 'u32', m: 'u32', n: 'u32', k: 'u32',
    a_start: 'u32', a_batch: 'u32', a_row: 'u32', a_column: 'u32',
    b_start: 'u32', b_batch: 'u32', b_row: 'u32', b_column: 'u32',
    c_start: 'u32', c_batch: 'u32', c_row: 'u32',
    bias_start: 'u32', has_bias: 'u32', floor: 'f32',
  },
  overrides: { ACTIVATION: 0 },
});

const splitSum = defineKernel({
  name: 'matmul/split-sum',
  source: splitSumSource,
  lib: [grid, epilogue],
  bindings: { parts: 'read', bias: 'read', c: 'write' },
  params: { m: 'u32', n: 'u32', parts_count: 'u32', c_start: 'u32', c_row: 'u32', bias_start: 'u32', has_bias: 'u32', floor: 'f32' },
  overrides: { ACTIVATION: 0 },
});

const CODES: Record<FusedActivation, number> = { linear: 0, relu: 0, sigmoid: 1, tanh: 2 };

/** Records C = f(op(A)·op(B) + bias). Every size may be 0 or 1. */
export function gemm(call: Gemm): void {
  if (call.batch * call.m * call.n === 0) return;
  for (const block of gemmBlocks(call, Math.floor(gpu().maxBindingBytes / BYTES_PER_ELEMENT))) {
    if (block.depths.length > 1) splitProduct(call, block);
    else product(call, block, block.depths[0], null);
  }
}

/** Where a part of an operand lies: a window that starts on a line, and the first element in it. */
interface Place {
  readonly window: Bindable;
  readonly start: number;
}

function place(operand: Bindable, first: number, length: number): Place {
  const start = first % LINE;
  return { window: windowOf(operand, (first - start) * BYTES_PER_ELEMENT, (start + length) * BYTES_PER_ELEMENT), start };
}

/** Elements from the first to the last of `rows` × `columns` at a row distance of `stride`. */
function extent(rows: number, columns: number, stride: number): number {
  return rows === 0 || columns === 0 ? 0 : (rows - 1) * stride + columns;
}

/** One block, products over one part of k. `target` takes the sums as they are, in place of C. */
function product(call: Gemm, block: GemmBlock, depth: GemmBlock['depths'][0], target: Place | null): void {
  const { m, n, k, transposeA, transposeB, shareA, shareB, bias, activation = 'linear' } = call;
  const { matrices, rows, columns } = block;
  const batch = matrices.length;
  const aBatch = shareA ? 0 : m * k;
  const bBatch = shareB ? 0 : k * n;
  const a = place(
    call.a,
    matrices.start * aBatch + (transposeA ? depth.start * m + rows.start : rows.start * k + depth.start),
    (batch - 1) * aBatch + (transposeA ? extent(depth.length, rows.length, m) : extent(rows.length, depth.length, k)),
  );
  const b = place(
    call.b,
    matrices.start * bBatch + (transposeB ? columns.start * k + depth.start : depth.start * n + columns.start),
    (batch - 1) * bBatch + (transposeB ? extent(columns.length, depth.length, k) : extent(depth.length, columns.length, n)),
  );
  const c = target ?? place(
    call.c,
    matrices.start * m * n + rows.start * n + columns.start,
    (batch - 1) * m * n + extent(rows.length, columns.length, n),
  );
  const withBias = bias && !target ? place(bias, columns.start, columns.length) : null;
  run(naive, {
    bind: { a: a.window, b: b.window, bias: withBias?.window ?? a.window, c: c.window },
    params: {
      batch, m: rows.length, n: columns.length, k: depth.length,
      a_start: a.start, a_batch: aBatch, a_row: transposeA ? 1 : k, a_column: transposeA ? m : 1,
      b_start: b.start, b_batch: bBatch, b_row: transposeB ? 1 : n, b_column: transposeB ? k : 1,
      c_start: c.start, c_batch: m * n, c_row: target ? columns.length : n,
      bias_start: withBias?.start ?? 0, has_bias: withBias ? 1 : 0, floor: floorOf(target ? 'linear' : activation),
    },
    overrides: { ACTIVATION: target ? 0 : CODES[activation] },
    grid: batch * rows.length * ceilDiv(columns.length, 64),
  });
}

/** One block, k in parts: each part's product goes to a slice of a temporary, then the slices are added in order. */
function splitProduct(call: Gemm, block: GemmBlock): void {
  const { n, bias, activation = 'linear' } = call;
  const { matrices, rows, columns, depths } = block;
  const slice = Math.ceil((rows.length * columns.length) / LINE) * LINE;
  const parts = empty([depths.length, slice]);
  depths.forEach((depth, i) => product(call, block, depth, place(parts, i * slice, rows.length * columns.length)));
  const c = place(call.c, matrices.start * call.m * n + rows.start * n + columns.start, extent(rows.length, columns.length, n));
  const withBias = bias ? place(bias, columns.start, columns.length) : null;
  run(splitSum, {
    bind: { parts, bias: withBias?.window ?? parts, c: c.window },
    params: {
      m: rows.length, n: columns.length, parts_count: depths.length, c_start: c.start, c_row: n,
      bias_start: withBias?.start ?? 0, has_bias: withBias ? 1 : 0, floor: floorOf(activation),
    },
    overrides: { ACTIVATION: CODES[activation] },
    grid: ceilDiv(rows.length * columns.length, 256),
  });
  parts.dispose();
}

function floorOf(activation: FusedActivation): number {
  return activation === 'relu' ? 0 : -Infinity;
}
