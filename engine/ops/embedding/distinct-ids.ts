/** The rows of a table that ids name, each once: texts repeat their words. Found by the host as a batch is made. */
import { derive } from '../../step/derived';
import type { Tensor } from '../../tensor/tensor';
import { countingSort, PIECE, type SortedIds } from './sorted-ids';

export interface DistinctIds {
  /** [capacity] i32: the rows that occur, in the order in which they first do; then 0. */
  readonly rows: Tensor;
  /** [1] u32: how many there are. */
  readonly count: Tensor;
  /** As the ids, u32: the place of each id's row in `rows`. */
  readonly slots: Tensor;
  /** [rows of the table] u32: the place of each row of the table, NONE if it does not occur. */
  readonly slotOfRow: Tensor;
  /** The slots, sorted. */
  readonly sorted: SortedIds;
  /** As many rows can occur. */
  readonly capacity: number;
}

/** No place: past the end of everything. */
export const NONE = 0xffffffff;

/** The distinct ones of `ids` into a table of so many rows, if the host knows them. An id that is no row has no place. */
export function distinctIds(ids: Tensor, tableRows: number): DistinctIds | null {
  const n = ids.size;
  const capacity = Math.min(n, tableRows);
  const pieces = Math.floor(n / PIECE) + capacity;
  const derived = derive(ids, {
    key: `distinct among ${tableRows}`,
    companions: [
      { shape: [capacity], dtype: 'i32' },
      { shape: [1], dtype: 'u32' },
      { shape: ids.shape, dtype: 'u32' },
      { shape: [tableRows], dtype: 'u32' },
      { shape: [n], dtype: 'u32' },
      { shape: [pieces + 1], dtype: 'u32' },
      { shape: [capacity + 1], dtype: 'u32' },
    ],
    fill(values, [rows, count, slots, slotOfRow, order, pieceStart, segmentStart]) {
      count[0] = findDistinct(values, rows, slots, slotOfRow);
      countingSort(slots, capacity, {}, order, pieceStart, segmentStart);
    },
  });
  if (!derived) return null;
  const [rows, count, slots, slotOfRow, order, pieceStart, segmentStart] = derived;
  return { rows, count, slots, slotOfRow, sorted: { order, pieceStart, segmentStart, pieces }, capacity };
}

interface Numbers {
  readonly length: number;
  [i: number]: number;
  fill(value: number, start?: number): unknown;
}

/** Fills `rows`, `slots` and `slotOfRow` as DistinctIds describes them, and returns the count. */
export function findDistinct(ids: ArrayLike<number>, rows: Numbers, slots: Numbers, slotOfRow: Numbers): number {
  let count = 0;
  slotOfRow.fill(NONE);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    const known = id >= 0 && id < slotOfRow.length;
    if (known && slotOfRow[id] === NONE) {
      slotOfRow[id] = count;
      rows[count++] = id;
    }
    slots[i] = known ? slotOfRow[id] : NONE;
  }
  rows.fill(0, count);
  return count;
}
