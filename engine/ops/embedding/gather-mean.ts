/** The mean of looked-up rows in one dispatch: a bag of words. */
import { grid } from '../../../shaders/lib';
import source from '../../../shaders/embedding/gather-mean.wgsl';
import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { withoutTapes } from '../../autodiff/tape';
import { ShapeError } from '../../errors';
import { ceilDiv } from '../../gpu/grid';
import { gpu } from '../../gpu/gpu';
import { defineKernel, run } from '../../gpu/kernel';
import { flatWindows } from '../../gpu/windows';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { div, mul } from '../elementwise/binary';
import { broadcastTo } from '../layout/broadcast-to';
import { cast } from '../elementwise/cast';
import { notEqual } from '../elementwise/compare';
import { gather, segmentSum } from './gather';
import { offerScale } from '../matmul/product-finish';
import { mean, sum } from '../reduce/reduce';
import { expandDims } from '../layout/reshape';
import { sortedSum } from './sorted-sum';

const kernel = defineKernel({
  name: 'embedding/gather-mean',
  source,
  lib: [grid],
  bindings: { table: 'read', ids: 'read', y: 'write' },
  params: { rows: 'u32', width: 'u32', batch: 'u32', time: 'u32', missing: 'f32' },
  overrides: { SKIP_ZERO: false },
  consts: { T: 'f32' },
});

interface GatherMeanAttrs {
  readonly skipZero: boolean;
}

const gatherMeanOp: Op<GatherMeanAttrs> = defineOp<GatherMeanAttrs>({
  name: 'gatherMean',
  output([table, ids]) {
    expectDtype('gatherMean', 'table', table, 'f32');
    expectDtype('gatherMean', 'ids', ids, 'i32', 'u32');
    if (table.shape.length !== 2 || table.shape[0] === 0 || ids.shape.length !== 2) {
      throw new ShapeError(`gatherMean: table ${formatShape(table.shape)} and ids ${formatShape(ids.shape)}; expected [rows, width] and [batch, time].`);
    }
    return { shape: [ids.shape[0], table.shape[1]], dtype: 'f32' };
  },
  forward([table, ids], [y], { skipZero }) {
    const [rows, columns] = table.shape;
    const unit = columns % 4 === 0 ? 4 : 1;
    run(kernel, {
      bind: { table, ids, y },
      params: { rows, width: columns / unit, batch: ids.shape[0], time: ids.shape[1], missing: NaN },
      overrides: { SKIP_ZERO: skipZero },
      consts: { T: unit === 4 ? 'vec4f' : 'f32' },
      grid: ceilDiv(y.size / unit, 64),
      traffic: 4 * (ids.size * columns + ids.size + y.size),
    });
  },
  // Every counted id gets its share of the row's gradient; an id that is not counted gets none.
  gradient: ({ inputs: [table, ids], dy: [dy], attrs: { skipZero } }) => [
    () => bagSumOp([skipZero ? div(dy!, counted(ids)) : scaled(dy!, 1 / ids.shape[1]), ids], { rows: table.shape[0], skipZero })[0],
    null,
  ],
});

interface BagSumAttrs extends GatherMeanAttrs {
  readonly rows: number;
}

/** sums[r] = Σ of x[b] over all b, t with ids[b, t] = r: x [batch, width] gives [rows, width]. */
const bagSumOp: Op<BagSumAttrs> = defineOp<BagSumAttrs>({
  name: 'bagSum',
  output: ([x], { rows }) => ({ shape: [rows, x.shape[1]], dtype: 'f32' }),
  forward([x, ids], [sums], { skipZero }) {
    if (sortedSum(x, ids, sums, { share: ids.shape[1], first: skipZero ? 1 : 0 })) return;
    withoutTapes(() => {
      const each = broadcastTo(expandDims(x, 1), [...ids.shape, x.shape[1]]);
      const composed = segmentSum(skipZero ? mul(each, expandDims(weights(ids), -1)) : each, ids, sums.shape[0]);
      gpu().recorder.copy(composed, sums);
    });
  },
  gradient: ({ inputs: [, ids], dy: [dy], attrs: { skipZero } }) => [
    () => {
      const rows = gather(dy!, ids);
      return sum(skipZero ? mul(rows, expandDims(weights(ids), -1)) : rows, 1);
    },
    null,
  ],
});

/** x · scale, by the product behind x if it can be. */
function scaled(x: Tensor, scale: number): Tensor {
  const y = mul(x, scale);
  if (flatWindows(x.size).length === 1) offerScale(x, y, scale);
  return y;
}

function counted(ids: Tensor): Tensor {
  return sum(weights(ids), 1, true);
}

function weights(ids: Tensor): Tensor {
  return cast(notEqual(cast(ids, 'i32'), 0), 'f32');
}

/**
 * The mean over time of `table[ids]`: [rows, width] and ids [batch, time] give [batch, width]. With `skipZero`, id 0
 * is padding and does not count; a row of nothing but padding is NaN. Tables larger than a binding take the composed way.
 */
export function gatherMean(table: TensorLike, ids: TensorLike, { skipZero = false }: Partial<GatherMeanAttrs> = {}): Tensor {
  const [rows, indices] = [asTensor(table), asTensor(ids)];
  if (Math.max(rows.byteLength, indices.byteLength) > gpu().maxBindingBytes) return composedGatherMean(rows, indices, { skipZero });
  return gatherMeanOp([rows, indices], { skipZero })[0];
}

/** `gatherMean` in separate ops: what it must equal. */
export function composedGatherMean(table: TensorLike, ids: TensorLike, { skipZero = false }: Partial<GatherMeanAttrs> = {}): Tensor {
  const indices = asTensor(ids);
  const rows = gather(table, indices);
  if (!skipZero) return mean(rows, 1);
  return div(sum(mul(rows, expandDims(weights(indices), -1)), 1), counted(indices));
}
