/** Which kernel a matrix product takes, and in how many parts of k: a small cost model. Pure. */

/** Sizes of one product, as far as they decide. */
export interface ProductShape {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Whether all rows start on vec4s. */
  readonly aligned: boolean;
}

/** What of the device decides. */
export interface ProductDevice {
  readonly software: boolean;
  /** Lanes that can shuffle; 0 without subgroups. */
  readonly subgroup: number;
}

export type VariantName = 'naive' | 'broadcast' | 'broadcast-strided' | 'tile-32' | 'tile-64' | 'tile-128';

export interface Variant {
  /** Rows and columns of C per workgroup. */
  readonly rows: number;
  readonly columns: number;
  /** Arithmetic per time on a large product, against the best of its kind. */
  readonly efficiency: number;
  /** Values of the kernel's consts. */
  readonly consts: Readonly<Record<string, number>>;
  /** Whether it can apply any activation itself. */
  readonly anyActivation: boolean;
}

const tileOf = (size: number, depth: number, lane: number, efficiency: number): Variant => ({
  rows: size,
  columns: size,
  efficiency,
  consts: { TILE_M: size, TILE_N: size, TILE_K: depth, LANE_M: lane, LANE_N: lane },
  anyActivation: true,
});

export const VARIANTS: Readonly<Record<VariantName, Variant>> = {
  naive: { rows: 1, columns: 64, efficiency: 0.05, consts: {}, anyActivation: true },
  // Measured on llvmpipe with AVX: 48 and 35 GFLOP/s on two cores.
  broadcast: { rows: 16, columns: 32, efficiency: 1, consts: {}, anyActivation: false },
  'broadcast-strided': { rows: 16, columns: 32, efficiency: 0.7, consts: {}, anyActivation: false },
  // Reads of workgroup memory per multiply-add halve with each step.
  'tile-32': tileOf(32, 16, 4, 0.35),
  'tile-64': tileOf(64, 16, 4, 0.6),
  'tile-128': tileOf(128, 8, 8, 1),
};

/** The variant as the device runs it: a broadcast block is as wide as the lanes that share a shuffle. */
export function variantOn(name: VariantName, { subgroup }: ProductDevice): Variant {
  const variant = VARIANTS[name];
  if (name !== 'broadcast' && name !== 'broadcast-strided') return variant;
  const lanes = Math.min(subgroup, 8);
  return { ...variant, columns: 4 * lanes, consts: { LANES: lanes } };
}

export interface ProductPlan {
  readonly variant: VariantName;
  /** Parts of k, added up by a second dispatch. */
  readonly parts: number;
}

/** Fewer workgroups than this leave parts of the device idle. */
const BUSY = { software: 4, gpu: 96 };
/** No part of k is shorter. */
const MIN_DEPTH = 256;
/** What adding up parts costs besides, a dispatch, in multiply-adds of the busy device. */
const DISPATCH = { software: 1e6, gpu: 5e7 };

export function planProduct(shape: ProductShape, device: ProductDevice): ProductPlan {
  const kind = device.software ? 'software' : 'gpu';
  const busy = BUSY[kind];
  let best: ProductPlan & { cost: number } = { variant: 'naive', parts: 1, cost: Infinity };
  for (const variant of candidates(shape, device)) {
    const { rows, columns, efficiency } = variantOn(variant, device);
    const groups = shape.batch * Math.ceil(shape.m / rows) * Math.ceil(shape.n / columns);
    const most = Math.max(1, Math.min(Math.ceil(busy / groups), Math.floor(shape.k / MIN_DEPTH)));
    for (const parts of new Set([1, most])) {
      const cost = (Math.max(groups * parts, busy) * rows * columns * shape.k) / parts / efficiency + (parts > 1 ? DISPATCH[kind] : 0);
      if (cost < best.cost) best = { variant, parts, cost };
    }
  }
  return { variant: best.variant, parts: best.parts };
}

function candidates({ aligned }: ProductShape, { software, subgroup }: ProductDevice): VariantName[] {
  if (!software) return ['tile-128', 'tile-64', 'tile-32'];
  if (subgroup < 4) return ['tile-32'];
  return aligned ? ['broadcast'] : ['broadcast-strided'];
}
