/** Products with looked-up rows, of which no array [batch, count, width] is ever stored; each op's gradients are the other two. */
import { grid } from '../../../shaders/lib';
import dotSource from '../../../shaders/embedding/gather-dot.wgsl';
import weightedSource from '../../../shaders/embedding/gather-weighted.wgsl';
import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { withoutTapes } from '../../autodiff/tape';
import { ShapeError } from '../../errors';
import { ceilDiv } from '../../gpu/grid';
import { gpu } from '../../gpu/gpu';
import { defineKernel, run } from '../../gpu/kernel';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape } from '../../tensor/shape';
import type { Tensor, TensorSpec } from '../../tensor/tensor';
import { mul } from '../elementwise/binary';
import { gather, segmentSum } from './gather';
import { sum } from '../reduce/reduce';
import { expandDims } from '../layout/reshape';
import { weightedSortedSum } from './sorted-sum';

const params = { batch: 'u32', width: 'u32', rows: 'u32', count: 'u32', missing: 'f32' } as const;

const dotKernel = defineKernel({
  name: 'embedding/gather-dot',
  source: dotSource,
  lib: [grid],
  bindings: { x: 'read', table: 'read', ids: 'read', y: 'write' },
  params,
  consts: { T: 'f32', PARTS: 'vec4f(1.0, 0.0, 0.0, 0.0)' },
});

const weightedKernel = defineKernel({
  name: 'embedding/gather-weighted',
  source: weightedSource,
  lib: [grid],
  bindings: { weights: 'read', table: 'read', ids: 'read', y: 'write' },
  params,
  consts: { T: 'f32' },
});

/** `missing` is what an element is whose id is no row: NaN, or 0 in the gradient of sums that leave it out. */
interface Attrs {
  readonly missing: number;
}

/** y[b, j] = x[b] · table[ids[b, j]] */
const gatherDotOp: Op<Attrs> = defineOp<Attrs>({
  name: 'gatherDot',
  output([x, table, ids]) {
    check('gatherDot', 'x', x, table, ids);
    if (x.shape[1] !== table.shape[1]) throw new ShapeError(`gatherDot: x ${formatShape(x.shape)} has not the width of the table ${formatShape(table.shape)}.`);
    return { shape: ids.shape, dtype: 'f32' };
  },
  forward([x, table, ids], [y], { missing }) {
    const [rows, width] = table.shape;
    const [batch, count] = ids.shape;
    const four = width % 4 === 0;
    run(dotKernel, {
      bind: { x, table, ids, y },
      params: { batch, width: four ? width / 4 : width, rows, count, missing },
      consts: four ? { T: 'vec4f', PARTS: 'vec4f(1.0)' } : {},
      grid: ceilDiv(batch * ceilDiv(count, 4), 64),
    });
  },
  gradient: ({ inputs: [x, table, ids], dy: [dy], attrs }) => [
    () => gatherWeightedOp([dy!, table, ids], attrs)[0],
    () => scatterOuterOp([dy!, x, ids], { rows: table.shape[0] })[0],
    null,
  ],
});

/** y[b] = Σ over j of weights[b, j] · table[ids[b, j]] */
const gatherWeightedOp: Op<Attrs> = defineOp<Attrs>({
  name: 'gatherWeighted',
  output([weights, table, ids]) {
    check('gatherWeighted', 'weights', weights, table, ids);
    return { shape: [ids.shape[0], table.shape[1]], dtype: 'f32' };
  },
  forward([weights, table, ids], [y], { missing }) {
    const [rows, columns] = table.shape;
    const [batch, count] = ids.shape;
    const four = columns % 4 === 0;
    const width = four ? columns / 4 : columns;
    run(weightedKernel, {
      bind: { weights, table, ids, y },
      params: { batch, width, rows, count, missing },
      consts: { T: four ? 'vec4f' : 'f32' },
      grid: ceilDiv(batch * width, 64),
    });
  },
  gradient: ({ inputs: [weights, table, ids], dy: [dy], attrs }) => [
    () => gatherDotOp([dy!, table, ids], attrs)[0],
    () => scatterOuterOp([weights, dy!, ids], { rows: table.shape[0] })[0],
    null,
  ],
});

/** y[r] = Σ over the b, j with ids[b, j] = r of weights[b, j] · x[b]; ids that are no row are left out. */
const scatterOuterOp: Op<{ rows: number }> = defineOp<{ rows: number }>({
  name: 'scatterOuter',
  output: ([, x], { rows }) => ({ shape: [rows, x.shape[1]], dtype: 'f32' }),
  forward([weights, x, ids], [y]) {
    if (weightedSortedSum(weights, x, ids, y)) return;
    withoutTapes(() => gpu().recorder.copy(segmentSum(mul(expandDims(weights, -1), expandDims(x, 1)), ids, y.shape[0]), y));
  },
  gradient: ({ inputs: [weights, x, ids], dy: [dy] }) => [
    () => gatherDotOp([x, dy!, ids], { missing: 0 })[0],
    () => gatherWeightedOp([weights, dy!, ids], { missing: 0 })[0],
    null,
  ],
});

function check(op: string, name: string, first: TensorSpec, table: TensorSpec, ids: TensorSpec): void {
  expectDtype(op, name, first, 'f32');
  expectDtype(op, 'table', table, 'f32');
  expectDtype(op, 'ids', ids, 'i32', 'u32');
  const fits = first.shape.length === 2 && table.shape.length === 2 && ids.shape.length === 2 && first.shape[0] === ids.shape[0];
  if (fits && table.shape[0] > 0) return;
  throw new ShapeError(
    `${op}: ${name} ${formatShape(first.shape)}, table ${formatShape(table.shape)} and ids ${formatShape(ids.shape)}; ` +
      'expected [batch, …], [rows, width] with at least one row, and [batch, count].',
  );
}

/**
 * The products of each row of `x` with rows of `table` that are its own: y[b, j] = x[b] · table[ids[b, j]]; [batch, width],
 * [rows, width] and ids [batch, count] give [batch, count]. NaN where an id is no row. Deterministic, gradients too.
 * Tables larger than a binding take the composed way.
 */
export function gatherDot(x: TensorLike, table: TensorLike, ids: TensorLike): Tensor {
  const inputs = [asTensor(x), asTensor(table), asTensor(ids)];
  if (Math.max(...inputs.map(({ byteLength }) => byteLength)) > gpu().maxBindingBytes) return composedGatherDot(x, table, ids);
  return gatherDotOp(inputs, { missing: NaN })[0];
}

/** `gatherDot` in separate ops: what it must equal. */
export function composedGatherDot(x: TensorLike, table: TensorLike, ids: TensorLike): Tensor {
  return sum(mul(expandDims(asTensor(x), 1), gather(table, ids)), -1);
}
