/** Ids sorted by the host, so that sums by id need neither atomics nor a search: a counting sort. */
import { derive, type Derivation } from '../../step/derived';
import type { Tensor } from '../../tensor/tensor';

/** A segment of more rows than this is summed in pieces: padding alone can be most of a batch. */
export const PIECE = 128;

export interface SortedIds {
  /** [n]: positions in the ids, by id, in their order among equals; where ids share a row, the rows. */
  readonly order: Tensor;
  /** [pieces + 1]: where each piece starts in `order`; unused pieces at the end are empty. */
  readonly pieceStart: Tensor;
  /** [segments + 1]: where each segment starts among the pieces. */
  readonly segmentStart: Tensor;
  /** At most so many pieces. */
  readonly pieces: number;
}

export interface SortOptions {
  /** Ids below this one are left out, as are those past the last segment. Default 0. */
  readonly first?: number;
  /** So many neighbouring ids stand for one row. Default 1. */
  readonly share?: number;
}

/** `ids` sorted into `segments`, if the host knows them. */
export function sortedIds(ids: Tensor, segments: number, { first = 0, share = 1 }: SortOptions = {}): SortedIds | null {
  const n = ids.size;
  const pieces = Math.floor(n / PIECE) + Math.min(n, segments);
  const derivation: Derivation = {
    key: `sorted into ${segments} from ${first}, ${share} a row`,
    companions: [
      { shape: [n], dtype: 'u32' },
      { shape: [pieces + 1], dtype: 'u32' },
      { shape: [segments + 1], dtype: 'u32' },
    ],
    fill: (values, [order, pieceStart, segmentStart]) => countingSort(values, segments, { first, share }, order, pieceStart, segmentStart),
  };
  const companions = derive(ids, derivation);
  return companions && { order: companions[0], pieceStart: companions[1], segmentStart: companions[2], pieces };
}

/** Fills `order`, `pieceStart` and `segmentStart` as SortedIds describes them. */
export function countingSort(
  ids: ArrayLike<number>,
  segments: number,
  { first = 0, share = 1 }: SortOptions,
  order: { [i: number]: number },
  pieceStart: { readonly length: number; [i: number]: number },
  segmentStart: { [i: number]: number },
): void {
  const next = new Uint32Array(segments + 1);
  for (let i = 0; i < ids.length; i++) if (ids[i] >= first && ids[i] < segments) next[ids[i] + 1]++;
  let piece = 0;
  for (let s = 0; s < segments; s++) {
    const start = next[s];
    const end = start + next[s + 1];
    segmentStart[s] = piece;
    for (let at = start; at < end; at += PIECE) pieceStart[piece++] = at;
    next[s + 1] = end;
  }
  segmentStart[segments] = piece;
  const total = next[segments];
  for (; piece < pieceStart.length; piece++) pieceStart[piece] = total;
  // Each segment's start moves on as its rows are placed.
  for (let i = 0, row = 0; i < ids.length; row++) {
    for (const end = Math.min(i + share, ids.length); i < end; i++) if (ids[i] >= first && ids[i] < segments) order[next[ids[i]]++] = row;
  }
}
