/** Sums of rows by sorted id, in two passes: pieces of segments, then segments of pieces. */
import { grid } from '../../../shaders/lib';
import source from '../../../shaders/embedding/sorted-sum.wgsl';
import weightedSource from '../../../shaders/embedding/weighted-sorted-sum.wgsl';
import { ceilDiv, stridedGroups } from '../../gpu/grid';
import { gpu } from '../../gpu/gpu';
import { defineKernel, run } from '../../gpu/kernel';
import { empty, type Tensor } from '../../tensor/tensor';
import { laneVector } from '../elementwise/lane-vector';
import { type SortedIds, sortedIds, type SortOptions } from './sorted-ids';

const kernel = defineKernel({
  name: 'embedding/sorted-sum',
  source,
  lib: [grid],
  bindings: { x: 'read', start: 'read', order: 'read', count: 'read', sums: 'write' },
  params: { segments: 'u32', width: 'u32', count_at: 'u32' },
  overrides: { INDEXED: true, COUNTED: false },
  consts: { T: 'f32' },
});

const weightedKernel = defineKernel({
  name: 'embedding/weighted-sorted-sum',
  source: weightedSource,
  lib: [grid],
  bindings: { x: 'read', weights: 'read', start: 'read', order: 'read', sums: 'write' },
  params: { segments: 'u32', width: 'u32', share: 'u32' },
  consts: { T: 'f32' },
});

/**
 * Records sums[s] = Σ of the rows of `x` whose id is s; with `share`, of a row for each of so many neighbouring ids. False, and nothing recorded, where the host does not know
 * the ids or a tensor outgrows a binding.
 */
export function sortedSum(x: Tensor, ids: Tensor, sums: Tensor, options: SortOptions = {}): boolean {
  const sorted = sortedWithin(x, ids, sums, options);
  if (!sorted) return false;
  sumSorted(x, sorted, sums);
  return true;
}

/**
 * Records sums[s] = Σ of weights[b, j] · x[b] over ids[b, j] = s: x [batch, width], weights and ids [batch, count]. False, and
 * nothing recorded, where `sortedSum` would be.
 */
export function weightedSortedSum(weights: Tensor, x: Tensor, ids: Tensor, sums: Tensor): boolean {
  const sorted = sortedWithin(x, ids, sums, {});
  if (!sorted) return false;
  const { width, consts } = rowsOf(sums);
  const { pieces, pieceStart: start, order } = sorted;
  const partial = empty([pieces, sums.shape[1]]);
  run(weightedKernel, {
    consts,
    bind: { x, weights, start, order, sums: partial },
    params: { segments: pieces, width, share: ids.shape[1] },
    grid: ceilDiv(pieces * width, 64),
  });
  sumPieces(partial, sorted, sums);
  return true;
}

/** The sorted ids, or null where the host does not know them or a tensor outgrows a binding. */
function sortedWithin(x: Tensor, ids: Tensor, sums: Tensor, options: SortOptions): SortedIds | null {
  const segments = sums.shape[0];
  const limit = gpu().maxBindingBytes;
  if (ids.size === 0 || segments === 0 || Math.max(x.byteLength, sums.byteLength, ids.byteLength) > limit) return null;
  const sorted = sortedIds(ids, segments, options);
  return sorted && sorted.pieces * (sums.size / segments) * 4 <= limit ? sorted : null;
}

export interface SumSortedOptions {
  /** Its first element, u32, is the number of segments in use: sums past them are not computed. Default: all. */
  readonly count?: Tensor;
}

/** Records sums[s] = Σ of the rows of `x` in segment s, for as many segments as `sums` has rows. */
export function sumSorted(x: Tensor, sorted: SortedIds, sums: Tensor, { count }: SumSortedOptions = {}): void {
  const { width, consts } = rowsOf(sums);
  const { pieces, pieceStart: start, segmentStart, order } = sorted;
  const partial = empty([pieces, sums.size / sums.shape[0]]);
  run(kernel, {
    consts,
    // The last segment ends with the last piece in use.
    bind: { x, start, order, count: segmentStart, sums: partial },
    params: { segments: pieces, width, count_at: sums.shape[0] },
    overrides: { INDEXED: true, COUNTED: Boolean(count) },
    grid: (count ? stridedGroups : ceilDiv)(pieces * width, 64),
  });
  sumPieces(partial, sorted, sums, count);
}

/** Records the sums of segments from those of their pieces, which it disposes of. */
function sumPieces(partial: Tensor, { segmentStart: start, order }: SortedIds, sums: Tensor, count?: Tensor): void {
  const { width, consts } = rowsOf(sums);
  const [segments] = sums.shape;
  run(kernel, {
    consts,
    bind: { x: partial, start, order, count: count ?? start, sums },
    params: { segments, width, count_at: 0 },
    overrides: { INDEXED: false, COUNTED: Boolean(count) },
    grid: (count ? stridedGroups : ceilDiv)(segments * width, 64),
  });
  partial.dispose();
}

/** The width of a row in units of T. */
function rowsOf({ size, shape }: Tensor): { readonly width: number; readonly consts: { readonly T: string } } {
  const width = size / shape[0];
  const { unit, T } = laneVector(width);
  return { width: width / unit, consts: { T } };
}
