/** The kernels of convolutions, and which of them serves. All take the same parameters. */
import { grid, math } from '../../../shaders/lib';
import broadcastFiltersSource from '../../../shaders/conv/broadcast-filters.wgsl';
import broadcastSource from '../../../shaders/conv/broadcast.wgsl';
import elementsSource from '../../../shaders/conv/elements.wgsl';
import naiveSource from '../../../shaders/conv/naive.wgsl';
import patchesSource from '../../../shaders/conv/patches.wgsl';
import storeElementsSource from '../../../shaders/conv/store-elements.wgsl';
import storeQuadsSource from '../../../shaders/conv/store-quads.wgsl';
import tileSource from '../../../shaders/conv/tile.wgsl';
import epilogueSource from '../../../shaders/matmul/epilogue.wgsl';
import { defineKernel } from '../../gpu/kernel';
import type { ProductDevice } from '../matmul/gemm-plan';

const params = {
  samples: 'u32', high: 'u32', wide: 'u32', height: 'u32', width: 'u32', channels: 'u32',
  x_base: 'u32', x_sample: 'u32', x_row: 'u32', x_column: 'u32',
  stride_high: 'u32', stride_wide: 'u32', first_high: 'i32', first_wide: 'i32', step_high: 'i32', step_wide: 'i32',
  taps_high: 'u32', taps_wide: 'u32',
  w_base: 'u32', w_high: 'u32', w_wide: 'u32', w_row: 'u32', w_column: 'u32', columns: 'u32',
  y_base: 'u32', y_sample: 'u32', y_row: 'u32', y_column: 'u32',
  bias_base: 'u32', has_bias: 'u32', floor: 'f32',
  parts: 'u32', part_depth: 'u32', result_base: 'u32', part_size: 'u32', sums_base: 'u32',
} as const;
export type ConvParams = Record<keyof typeof params, number>;

const epilogue = { name: 'matmul/epilogue', source: epilogueSource };
const patches = [grid, { name: 'conv/patches', source: patchesSource }];
const elements = { name: 'conv/elements', source: elementsSource };
const storeQuads = { name: 'conv/store-quads', source: storeQuadsSource };
const storeElements = { name: 'conv/store-elements', source: storeElementsSource };

const mapBindings = { x: 'read', w: 'read', bias: 'read', result: 'write' } as const;
const filterBindings = { x: 'read', dy: 'read', result: 'write' } as const;
const anyBindings = { x: 'read', b: 'read', bias: 'read', result: 'write' } as const;

/** Element types in memory: of x, of filters or dY, of the bias, and of the result. */
const types = { X: 'f32', B: 'f32', Bias: 'f32', U: 'f32' };

/** U is the type in which results are stored. */
const broadcastOf = (store: typeof storeQuads, U: string) =>
  defineKernel({
    name: 'conv/broadcast',
    source: broadcastSource,
    lib: [...patches, math, epilogue, store],
    bindings: mapBindings,
    params,
    overrides: { TRANSPOSE_W: false, ACTIVATION: 0 },
    consts: { LANES: 8, X: 'f32', W: 'f32', Bias: 'f32', T: 'vec4<X>', STEP: 4, V: 'vec4<W>', W_STEP: 4, U },
  });

const broadcastFiltersOf = (store: typeof storeQuads, U: string) =>
  defineKernel({
    name: 'conv/broadcast-filters',
    source: broadcastFiltersSource,
    lib: [...patches, elements, store],
    bindings: filterBindings,
    params,
    consts: { LANES: 8, X: 'f32', D: 'f32', T: 'vec4<X>', STEP: 4, V: 'vec4<D>', U },
  });

/** By whether results come in vec4s. */
export const broadcast = { quads: broadcastOf(storeQuads, 'vec4<f32>'), elements: broadcastOf(storeElements, 'f32') };
export const broadcastFilters = { quads: broadcastFiltersOf(storeQuads, 'vec4<f32>'), elements: broadcastFiltersOf(storeElements, 'f32') };

export const naive = defineKernel({
  name: 'conv/naive',
  source: naiveSource,
  lib: [...patches, elements, math, epilogue],
  bindings: anyBindings,
  params,
  overrides: { FILTERS: false, ACTIVATION: 0 },
  consts: types,
});

export const tile = defineKernel({
  name: 'conv/tile',
  source: tileSource,
  lib: [...patches, elements, math, epilogue, storeElements],
  bindings: anyBindings,
  params,
  overrides: { FILTERS: false, TRANSPOSE_W: false, ACTIVATION: 0 },
  consts: { TILE_M: 64, TILE_N: 64, ...types },
});

export type ConvVariant = 'naive' | 'broadcast' | 'tile-32' | 'tile-64' | 'tile-128';

/** Rows and columns of the result per workgroup. */
export function blockOf(variant: ConvVariant, { subgroup }: ProductDevice): { rows: number; columns: number } {
  switch (variant) {
    case 'naive': return { rows: 1, columns: 64 };
    case 'broadcast': return { rows: 16, columns: 4 * Math.min(subgroup, 8) };
    case 'tile-32': return { rows: 32, columns: 32 };
    case 'tile-64': return { rows: 64, columns: 64 };
    case 'tile-128': return { rows: 128, columns: 32 };
  }
}

/** Fewer workgroups than this leave parts of a GPU idle. */
const BUSY = 192;

/** For a result of `rows` × `columns`, in parts if `parted`. */
export function chooseVariant(rows: number, columns: number, parted: boolean, { software, subgroup }: ProductDevice): ConvVariant {
  if (software) return subgroup >= 4 ? 'broadcast' : 'tile-32';
  if (columns <= 32) return parted || rows >= 128 * BUSY ? 'tile-128' : 'tile-32';
  return parted || Math.ceil(rows / 64) * Math.ceil(columns / 64) >= BUSY ? 'tile-64' : 'tile-32';
}

/** The variants worth measuring for a result in one part, the choice above first. */
export function convVariants(rows: number, columns: number, device: ProductDevice): Map<string, ConvVariant> {
  const others: ConvVariant[] = device.software ? ['tile-32'] : ['tile-32', 'tile-64', 'tile-128'];
  return new Map([chooseVariant(rows, columns, false, device), ...others].map((variant) => [variant, variant]));
}

/** How many parts sums over `depth` are taken in, where a part makes `groups` workgroups; none is shorter than `least`. */
export function partsOf(groups: number, depth: number, least: number, { software }: ProductDevice): number {
  return Math.max(1, Math.min(Math.ceil((software ? 8 : BUSY) / groups), Math.floor(depth / least)));
}
