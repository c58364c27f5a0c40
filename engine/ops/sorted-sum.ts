/** Sums of rows by sorted id, in two passes: pieces of segments, then segments of pieces. */
import { grid } from '../../shaders/lib';
import source from '../../shaders/embedding/sorted-sum.wgsl';
import { ceilDiv } from '../gpu/grid';
import { gpu } from '../gpu/gpu';
import { defineKernel, run } from '../gpu/kernel';
import { empty, type Tensor } from '../tensor/tensor';
import { type SortedIds, sortedIds } from './sorted-ids';

const kernel = defineKernel({
  name: 'embedding/sorted-sum',
  source,
  lib: [grid],
  bindings: { x: 'read', start: 'read', order: 'read', sums: 'write' },
  params: { segments: 'u32', width: 'u32', share: 'u32' },
  overrides: { INDEXED: true },
  consts: { T: 'f32' },
});

export interface SortedSumOptions {
  /** Ids per row of x: so many neighbouring ids stand for one row. Default 1. */
  readonly share?: number;
  /** Ids below this one are left out. Default 0. */
  readonly first?: number;
}

/**
 * Records sums[s] = Σ of the rows of `x` whose id is s. False, and nothing recorded, where the host does not know
 * the ids or a tensor outgrows a binding.
 */
export function sortedSum(x: Tensor, ids: Tensor, sums: Tensor, { share = 1, first = 0 }: SortedSumOptions = {}): boolean {
  const segments = sums.shape[0];
  const width = sums.size / segments;
  const limit = gpu().maxBindingBytes;
  if (ids.size === 0 || segments === 0 || Math.max(x.byteLength, sums.byteLength, ids.byteLength) > limit) return false;
  const sorted = sortedIds(ids, segments, first);
  if (!sorted || sorted.pieces * width * 4 > limit) return false;
  sumSorted(x, sorted, sums, share);
  return true;
}

/** Records sums[s] = Σ of the rows of `x` in segment s, for as many segments as `sums` has rows. */
export function sumSorted(x: Tensor, sorted: SortedIds, sums: Tensor, share = 1): void {
  const segments = sums.shape[0];
  const width = sums.size / segments;
  const unit = width % 4 === 0 ? 4 : 1;
  const how = { consts: { T: unit === 4 ? 'vec4f' : 'f32' } };
  const partial = empty([sorted.pieces, width]);
  run(kernel, {
    ...how,
    bind: { x, start: sorted.pieceStart, order: sorted.order, sums: partial },
    params: { segments: sorted.pieces, width: width / unit, share },
    grid: ceilDiv((sorted.pieces * width) / unit, 64),
  });
  run(kernel, {
    ...how,
    bind: { x: partial, start: sorted.segmentStart, order: sorted.order, sums },
    params: { segments, width: width / unit, share },
    overrides: { INDEXED: false },
    grid: ceilDiv((segments * width) / unit, 64),
  });
  partial.dispose();
}
