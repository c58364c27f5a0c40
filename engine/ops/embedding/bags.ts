/**
 * Bags of ids, each with its own number of them: the words of a text. A batch of them is one i32 tensor [batch, words]: first
 * the batch + 1 places where the bags start and end among the ids, then the ids, bag after bag, then what nobody looks at.
 */
import { ShapeError, ValueError } from '../../errors';
import { gpu } from '../../gpu/gpu';
import { derive } from '../../step/derived';
import { HostArray } from '../../tensor/host-array';
import { formatShape, type Shape } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { findDistinct } from './distinct-ids';
import { countingSort, PIECE, type SortedIds } from './sorted-ids';

/** The least number of words per bag that holds them all, for `packBags`. */
export function wordsFor(bags: readonly ArrayLike<number>[]): number {
  const ids = bags.reduce((sum, { length }) => sum + length, 0);
  return Math.ceil((bags.length + 1 + ids) / Math.max(bags.length, 1));
}

/** Bags of ids as one array [bags, words]. */
export function packBags(bags: readonly ArrayLike<number>[], words = wordsFor(bags)): HostArray {
  const packed = new Int32Array(bags.length * words);
  const first = bags.length + 1;
  let end = 0;
  bags.forEach((ids, b) => {
    packed.set(ids, first + end);
    packed[b + 1] = end += ids.length;
  });
  return new HostArray(packed, [bags.length, words]);
}

/** How many ids a batch of bags of this shape has room for. */
export function roomFor([batch, words]: Shape): number {
  return batch * words - batch - 1;
}

export function checkBags(op: string, { shape, dtype }: { readonly shape: Shape; readonly dtype: string }): void {
  if (shape.length === 2 && dtype === 'i32' && roomFor(shape) >= 0) return;
  throw new ShapeError(`${op}: bags are ${dtype}${formatShape(shape)}; expected i32 [batch, words] as packBags makes them.`);
}

/** The rows of a table that a batch of bags names, sorted for sums over the bags by row. */
export interface BagRows {
  /** [1 + capacity] u32: how many distinct rows occur, and which, in the order in which they first do. */
  readonly rows: Tensor;
  /** `order` holds bags, not places: the bag of each id, by distinct row. */
  readonly sorted: SortedIds;
  /** As many distinct rows can occur. */
  readonly capacity: number;
}

/** The rows that `bags` name in a table of so many rows of `width` elements; `null` if the host does not know the ids. */
export function bagRows(bags: Tensor, tableRows: number, width: number): BagRows | null {
  const [batch] = bags.shape;
  const n = roomFor(bags.shape);
  const fit = Math.floor(gpu().maxBindingBytes / (4 * width)) - Math.floor(n / PIECE);
  const capacity = Math.min(n, tableRows, fit);
  if (capacity < 1) return null;
  const pieces = Math.floor(n / PIECE) + capacity;
  let slotOfRow: Uint32Array | null = null;
  const derived = derive(bags, {
    key: `bags by row of ${tableRows} × ${width}`,
    companions: [
      { shape: [1 + capacity], dtype: 'u32' },
      { shape: [n], dtype: 'u32' },
      { shape: [pieces + 1], dtype: 'u32' },
      { shape: [capacity + 1], dtype: 'u32' },
    ],
    fill(packed, [rows, order, pieceStart, segmentStart]) {
      const [ids, owners] = unpack(packed, batch);
      const slots = new Uint32Array(ids.length);
      rows[0] = findDistinct(ids, rows.subarray(1), slots, (slotOfRow ??= new Uint32Array(tableRows)));
      if (rows[0] > capacity) {
        throw new ValueError(`A batch names ${rows[0]} rows of a table; this adapter takes at most ${capacity} of ${width} numbers at once. Use smaller batches.`);
      }
      countingSort(slots, capacity, {}, order, pieceStart, segmentStart);
      for (let at = 0; at < pieceStart[pieces]; at++) order[at] = owners[order[at]];
    },
  });
  if (!derived) return null;
  const [rows, order, pieceStart, segmentStart] = derived;
  return { rows, sorted: { order, pieceStart, segmentStart, pieces }, capacity };
}

/** The ids, and the bag of each. */
function unpack(packed: { readonly [i: number]: number; subarray(from: number, to: number): ArrayLike<number> }, batch: number): [ids: ArrayLike<number>, owners: Uint32Array] {
  const total = packed[batch];
  const owners = new Uint32Array(total);
  for (let b = 0; b < batch; b++) owners.fill(b, packed[b], packed[b + 1]);
  return [packed.subarray(batch + 1, batch + 1 + total), owners];
}
