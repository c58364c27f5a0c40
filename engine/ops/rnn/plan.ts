/** How a recurrent kernel is laid out on a device (shaders/rnn/sequence.wgsl tells what for). Pure: tested without a device. */

export interface RnnDevice {
  readonly software: boolean;
  /** Lanes that can shuffle for certain; 0 without subgroups. */
  readonly subgroup: number;
  readonly maxLanes: number;
}

export interface RnnPlan {
  /** Lanes share the state by shuffles (product-shuffle.wgsl), or all read it (product.wgsl). */
  readonly product: 'shuffle' | 'plain';
  /** ROWS of the batch per workgroup, its LANES, the QUADS of units per block, SLICES of a sum. */
  readonly consts: { readonly ROWS: number; readonly LANES: number; readonly QUADS: number; readonly SLICES: number };
}

/** So many lanes hide the latency of a GPU's loads; more would want more workgroup memory than every adapter has. */
const ENOUGH_LANES = 256;

/** Whether the device's kernels make products by shuffles: on a CPU a load costs as much as many multiplications. */
export function sharesByShuffles({ software, subgroup }: RnnDevice): boolean {
  return software && subgroup >= 4;
}

/**
 * @param gates products that a lane's place in the workgroup stands for: the cell's gates forward, 1 backward
 * @param depth length of the sums, in vec4s
 */
export function planRnn(batch: number, quads: number, gates: number, depth: number, device: RnnDevice): RnnPlan {
  if (sharesByShuffles(device)) {
    // A load should serve many rows.
    const LANES = Math.min(device.subgroup, 8);
    return { product: 'shuffle', consts: { ROWS: batch > 8 ? 16 : 8, LANES, QUADS: LANES, SLICES: 1 } };
  }
  // A GPU has more workgroups to run at once than there are rows, up to large batches.
  const ROWS = device.software || batch >= 512 ? 4 : batch >= 256 ? 2 : 1;
  const lanes = Math.min(device.maxLanes, ENOUGH_LANES);
  const QUADS = Math.min(powerOfTwo(Math.ceil, quads), powerOfTwo(Math.floor, lanes / gates));
  const SLICES = device.software ? 1 : powerOfTwo(Math.floor, Math.max(1, Math.min(lanes / (gates * QUADS), depth / 4, 8)));
  return { product: 'plain', consts: { ROWS, LANES: gates * QUADS * SLICES, QUADS, SLICES } };
}

/** The layouts worth measuring, by name, the cost model's first: more or fewer rows for each load of weights. */
export function rnnPlans(batch: number, quads: number, gates: number, depth: number, device: RnnDevice): Map<string, RnnPlan> {
  const first = planRnn(batch, quads, gates, depth, device);
  const { ROWS, LANES } = first.consts;
  const others = first.product === 'shuffle' ? [LANES, 8, 16].filter((rows) => rows % LANES === 0) : [1, 2, 4];
  const rows = [ROWS, ...others.filter((count) => count === others[0] || count < 2 * batch)];
  return new Map(rows.map((count) => [`${count} rows`, { ...first, consts: { ...first.consts, ROWS: count } }]));
}

function powerOfTwo(round: (x: number) => number, n: number): number {
  return 2 ** round(Math.log2(n));
}
