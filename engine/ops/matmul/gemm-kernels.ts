/** The kernels of matrix products. All have the same bindings and parameters; they differ in whom they serve. */
import { defineKernel, type Kernel } from '../../gpu/kernel';
import { dropout, grid, math, step, threefry } from '../../../shaders/lib';
import broadcastStridedSource from '../../../shaders/matmul/broadcast-strided.wgsl';
import broadcastSource from '../../../shaders/matmul/broadcast.wgsl';
import epilogueSource from '../../../shaders/matmul/epilogue.wgsl';
import extentSource from '../../../shaders/matmul/extent.wgsl';
import naiveSource from '../../../shaders/matmul/naive.wgsl';
import splitSumSource from '../../../shaders/matmul/split-sum.wgsl';
import tileSource from '../../../shaders/matmul/tile.wgsl';

const sumLib = [grid, math, step, threefry, dropout, { name: 'matmul/epilogue', source: epilogueSource }];
const lib = [...sumLib, { name: 'matmul/extent', source: extentSource }];
const bindings = { a: 'read', b: 'read', bias: 'read', c: 'write', sums: 'write', extent: 'read', gate: 'read' } as const;
const finish = { has_gate: 'u32', scale: 'f32', stream: 'u32', threshold: 'u32' } as const;
/** Element types of the operands in memory: of A, B and C, of the bias and of the gate. */
const types = { A: 'f32', B: 'f32', C: 'f32', Bias: 'f32', Gate: 'f32' };
/** The values of a product to which nothing is done at the end. */
export const UNFINISHED = { has_gate: 0, scale: 1, stream: 0, threshold: 0 };
const params = {
  batch: 'u32', m: 'u32', n: 'u32', k: 'u32',
  a_start: 'u32', a_batch: 'u32', a_row: 'u32', a_column: 'u32',
  b_start: 'u32', b_batch: 'u32', b_row: 'u32', b_column: 'u32',
  c_start: 'u32', c_batch: 'u32', c_row: 'u32',
  bias_start: 'u32', has_bias: 'u32', floor: 'f32',
  parts: 'u32', part_depth: 'u32', part_size: 'u32', sums_start: 'u32', has_sums: 'u32',
  limits: 'u32', limit_start: 'u32', ...finish,
} as const;

export type ProductKernel = Kernel<keyof typeof bindings, keyof typeof params>;
export type ProductParams = Record<keyof typeof params, number>;

export const naive: ProductKernel = defineKernel({
  name: 'matmul/naive',
  source: naiveSource,
  lib,
  bindings,
  params,
  overrides: { ACTIVATION: 0, DROPOUT: false },
  step: true,
  consts: types,
});

export const tile: ProductKernel = defineKernel({
  name: 'matmul/tile',
  source: tileSource,
  lib,
  bindings,
  params,
  overrides: { TRANSPOSE_A: false, TRANSPOSE_B: false, ACTIVATION: 0, DROPOUT: false },
  step: true,
  consts: { TILE_M: 64, TILE_N: 64, TILE_K: 16, LANE_M: 4, LANE_N: 4, ...types },
});

export const broadcast: ProductKernel = defineKernel({
  name: 'matmul/broadcast',
  source: broadcastSource,
  lib,
  bindings,
  params,
  overrides: { TRANSPOSE_A: false, TRANSPOSE_B: false, DROPOUT: false },
  step: true,
  consts: { ROWS: 16, LANES: 8, ...types },
});

export const broadcastStrided: ProductKernel = defineKernel({
  name: 'matmul/broadcast-strided',
  source: broadcastStridedSource,
  lib,
  bindings,
  params,
  overrides: { DROPOUT: false },
  step: true,
  consts: { ROWS: 16, LANES: 8, ...types },
});

export const splitSum = defineKernel({
  name: 'matmul/split-sum',
  source: splitSumSource,
  lib: sumLib,
  bindings: { slices: 'read', sum_slices: 'read', bias: 'read', gate: 'read', c: 'write', sums: 'write' },
  params: {
    batch: 'u32', m: 'u32', n: 'u32', parts: 'u32', part_size: 'u32',
    c_start: 'u32', c_batch: 'u32', c_row: 'u32', bias_start: 'u32', has_bias: 'u32', floor: 'f32', sums_start: 'u32', has_sums: 'u32', ...finish,
  },
  overrides: { ACTIVATION: 0, DROPOUT: false },
  step: true,
  consts: { C: 'f32', Bias: 'f32', Gate: 'f32' },
});
