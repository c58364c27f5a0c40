import { grid } from '../../../shaders/lib';
import source from '../../../shaders/metric/sparse-matches.wgsl';
import { expectDtype } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import { formatShape, sizeOf } from '../../tensor/shape';
import { empty, type Tensor } from '../../tensor/tensor';

const kernel = defineKernel({
  name: 'metric/sparse-matches',
  source,
  lib: [grid],
  bindings: { scores: 'read', labels: 'read', y: 'write' },
  params: { rows: 'u32', classes: 'u32' },
});

/** 1 where the largest of `scores` [..., classes] is at `labels` (i32, one per row), as f32 [...]. No gradient. */
export function sparseMatches(scores: Tensor, labels: Tensor): Tensor {
  expectDtype('sparseMatches', 'scores', scores, 'f32');
  expectDtype('sparseMatches', 'labels', labels, 'i32');
  const rows = scores.shape.slice(0, -1);
  const classes = scores.shape[scores.rank - 1];
  if (scores.rank === 0 || classes === 0 || labels.size !== sizeOf(rows)) {
    throw new ShapeError(
      `sparseMatches: labels ${formatShape(labels.shape)} do not fit scores ${formatShape(scores.shape)}; expected one label per row of at least one score.`,
    );
  }
  const y = empty(rows);
  run(kernel, { bind: { scores, labels, y }, params: { rows: y.size, classes }, grid: ceilDiv(y.size, 64) });
  return y;
}
