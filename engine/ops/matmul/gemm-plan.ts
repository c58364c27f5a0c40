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

export type VariantName = 'naive' | 'broadcast' | 'broadcast-8' | 'broadcast-strided' | 'broadcast-strided-8' | 'tile-32' | 'tile-64' | 'tile-128';

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
  /** Whether all rows must start on vec4s. */
  readonly aligned: boolean;
}

const tileOf = (size: number, depth: number, lane: number, efficiency: number): Variant => ({
  rows: size,
  columns: size,
  efficiency,
  consts: { TILE_M: size, TILE_N: size, TILE_K: depth, LANE_M: lane, LANE_N: lane },
  anyActivation: true,
  aligned: false,
});

const broadcastOf = (rows: number, aligned: boolean, efficiency: number): Variant => ({
  rows,
  columns: 32,
  efficiency,
  consts: { ROWS: rows },
  anyActivation: false,
  aligned,
});

export const VARIANTS: Readonly<Record<VariantName, Variant>> = {
  naive: { rows: 1, columns: 64, efficiency: 0.05, consts: {}, anyActivation: true, aligned: false },
  // Measured on llvmpipe with AVX: 48 and 35 GFLOP/s on two cores.
  broadcast: broadcastOf(16, true, 1),
  'broadcast-strided': broadcastOf(16, false, 0.7),
  // For few rows, or many cores; only measurements choose them.
  'broadcast-8': broadcastOf(8, true, 0.6),
  'broadcast-strided-8': broadcastOf(8, false, 0.4),
  // Reads of workgroup memory per multiply-add halve with each step.
  'tile-32': tileOf(32, 16, 4, 0.35),
  'tile-64': tileOf(64, 16, 4, 0.6),
  'tile-128': tileOf(128, 8, 8, 1),
};

/** The variant as the device runs it: a broadcast block is as wide as the lanes that share a shuffle. */
export function variantOn(name: VariantName, { subgroup }: ProductDevice): Variant {
  const variant = VARIANTS[name];
  if (!name.startsWith('broadcast')) return variant;
  const lanes = Math.min(subgroup, 8);
  return { ...variant, columns: 4 * lanes, consts: { ...variant.consts, LANES: lanes } };
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
  const kind = kindOf(device);
  const busy = BUSY[kind];
  let best: ProductPlan & { cost: number } = { variant: 'naive', parts: 1, cost: Infinity };
  for (const variant of candidates(shape, device)) {
    const { rows, columns, efficiency } = variantOn(variant, device);
    const { groups, most } = cut(shape, variant, device);
    for (const parts of new Set([1, most])) {
      const cost = (Math.max(groups * parts, busy) * rows * columns * shape.k) / parts / efficiency + (parts > 1 ? DISPATCH[kind] : 0);
      if (cost < best.cost) best = { variant, parts, cost };
    }
  }
  return { variant: best.variant, parts: best.parts };
}

/** Workgroups for one part of k, and how many parts keep the device busy. */
function cut({ batch, m, n, k }: ProductShape, variant: VariantName, device: ProductDevice): { groups: number; most: number } {
  const { rows, columns } = variantOn(variant, device);
  const groups = batch * Math.ceil(m / rows) * Math.ceil(n / columns);
  return { groups, most: Math.max(1, Math.min(Math.ceil(BUSY[kindOf(device)] / groups), Math.floor(k / MIN_DEPTH))) };
}

function kindOf({ software }: ProductDevice): keyof typeof BUSY {
  return software ? 'software' : 'gpu';
}

/** The plans worth measuring, by name, the cost model's first: each kernel with k in one part, in as many as keep the device busy, and in more. */
export function productPlans(shape: ProductShape, device: ProductDevice): Map<string, ProductPlan> {
  const plans = new Map<string, ProductPlan>();
  const add = (variant: VariantName, parts: number): void => void plans.set(parts > 1 ? `${variant}, ${parts} parts` : variant, { variant, parts });
  const first = planProduct(shape, device);
  add(first.variant, first.parts);
  for (const variant of [...candidates(shape, device), ...seconds(shape, device)]) {
    const { most } = cut(shape, variant, device);
    add(variant, 1);
    add(variant, most);
    if (2 * most * MIN_DEPTH <= shape.k) add(variant, 2 * most);
  }
  return plans;
}

/** What the cost model leaves to measurements. */
function seconds({ aligned }: ProductShape, { software, subgroup }: ProductDevice): VariantName[] {
  if (!software || subgroup < 4) return [];
  return aligned ? ['broadcast-8', 'broadcast-strided'] : ['broadcast-strided-8'];
}

function candidates({ aligned }: ProductShape, { software, subgroup }: ProductDevice): VariantName[] {
  if (!software) return ['tile-128', 'tile-64', 'tile-32'];
  if (subgroup < 4) return ['tile-32'];
  return aligned ? ['broadcast'] : ['broadcast-strided'];
}
