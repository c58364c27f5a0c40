/**
 * A dense layer on looked-up rows, computed for each row that occurs and not for each time it does:
 *   E[ids]·W + b = (E_u·W + b)[ids], with E_u the distinct rows.
 * Backwards S_u = Σ of dy over the ids of a row, dE_u = S·Wᵀ and dW = E_uᵀ·S. Equal to the plain way but for rounding.
 */
import { defineOp, type Op } from '../../autodiff/op';
import { gpu } from '../../gpu/gpu';
import { rememberPlaces } from '../../step/row-gradients';
import { asTensor, type TensorLike, zeros } from '../../tensor/create';
import type { Tensor } from '../../tensor/tensor';
import { dense } from './dense';
import { type DistinctIds, distinctIds } from '../embedding/distinct-ids';
import { bitsOf } from '../elementwise/fill';
import { gather, gatherInto } from '../embedding/gather';
import { gemm } from './gemm';
import { sumSorted } from '../embedding/sorted-sum';

/** E_u, followed by rows that nobody looks at. */
const pickOp: Op<DistinctIds> = defineOp<DistinctIds>({
  name: 'pickDistinct',
  output: ([table], { capacity }) => ({ shape: [capacity, table.shape[1]], dtype: 'f32' }),
  forward: ([table], [picked], { rows }) => gatherInto(table, rows, picked, 0),
  gradient: ({ dy: [dy], attrs }) => [() => placeOp([dy!], attrs)[0]],
});

/** The gradient of the whole table: 0 for rows that do not occur. */
const placeOp: Op<DistinctIds> = defineOp<DistinctIds>({
  name: 'placeDistinct',
  output: ([x], { slotOfRow }) => ({ shape: [slotOfRow.size, x.shape[1]], dtype: 'f32' }),
  forward([x], [table], { slotOfRow }) {
    gatherInto(x, slotOfRow, table, 0);
    rememberPlaces(table, { places: slotOfRow, values: x });
  },
  gradient: ({ dy: [dy], attrs }) => [() => pickOp([dy!], attrs)[0]],
});

interface ProjectAttrs extends DistinctIds {
  readonly transpose: boolean;
}

/** x·W + b, or x·Wᵀ, for the distinct rows. */
const projectOp: Op<ProjectAttrs> = defineOp<ProjectAttrs>({
  name: 'projectDistinct',
  output: ([x, kernel], { transpose }) => ({ shape: [x.shape[0], kernel.shape[transpose ? 0 : 1]], dtype: 'f32' }),
  forward([a, b, bias], [c], { count, transpose }) {
    const [m, k] = a.shape;
    gemm({ batch: 1, m, n: c.shape[1], k, a, b, c, bias, transposeA: false, transposeB: transpose, extent: { axis: 'm', count } });
  },
  gradient({ inputs: [x, kernel, bias], dy: [dy], attrs }) {
    let made: Tensor[] | null = null;
    const ofWeights = (): Tensor[] => (made ??= weightGradientOp(attrs.transpose ? [dy!, x] : [x, dy!], attrs));
    return [
      () => projectOp([dy!, kernel], { ...attrs, transpose: !attrs.transpose })[0],
      () => ofWeights()[0],
      ...(bias ? [() => ofWeights()[1]] : []),
    ];
  },
});

/** xᵀ·y and Σ y over the distinct rows, in one product. */
const weightGradientOp: Op<DistinctIds> = defineOp<DistinctIds>({
  name: 'projectDistinctGradient',
  output: ([x, y]) => [
    { shape: [x.shape[1], y.shape[1]], dtype: 'f32' },
    { shape: [y.shape[1]], dtype: 'f32' },
  ],
  forward([x, y], [product, sums], { count }) {
    const [k, m] = x.shape;
    gemm({
      batch: 1, m, n: y.shape[1], k, a: x, b: y, c: product, columnSums: sums,
      transposeA: true, transposeB: false, extent: { axis: 'k', count },
    });
  },
  gradient({ inputs: [x, y], dy: [dProduct, dSums], attrs }) {
    const kernel = dProduct ?? zeros([x.shape[1], y.shape[1]]);
    return [
      () => projectOp([y, kernel], { ...attrs, transpose: true })[0],
      () => projectOp(dSums ? [x, kernel, dSums] : [x, kernel], { ...attrs, transpose: false })[0],
    ];
  },
});

interface SpreadAttrs extends DistinctIds {
  /** Bits of the rows of ids that name no row. */
  readonly missing: number;
}

/** Each id's row of the projected ones. */
const spreadOp: Op<SpreadAttrs> = defineOp<SpreadAttrs>({
  name: 'spreadDistinct',
  output: ([projected], { slots }) => ({ shape: [...slots.shape, projected.shape[1]], dtype: 'f32' }),
  forward: ([projected], [y], { slots, missing }) => gatherInto(projected, slots, y, missing),
  gradient: ({ dy: [dy], attrs }) => [() => sumOp([dy!], attrs)[0]],
});

/** S: the sum of x over the ids of each row. */
const sumOp: Op<DistinctIds> = defineOp<DistinctIds>({
  name: 'sumDistinct',
  output: ([x], { capacity }) => ({ shape: [capacity, x.shape[x.shape.length - 1]], dtype: 'f32' }),
  forward: ([x], [sums], { sorted }) => sumSorted(x, sorted, sums),
  gradient: ({ dy: [dy], attrs }) => [() => spreadOp([dy!], { ...attrs, missing: 0 })[0]],
});

export interface GatherDenseOptions {
  /** Computes each distinct row once. Default: where the products are so large that finding those rows pays. */
  readonly distinct?: boolean;
}

/** Below so many multiplications the plain way's fewer dispatches win. */
const WORTHWHILE = 2 ** 22;

/**
 * `dense(gather(table, ids), kernel, bias)`: table [rows, inputs], ids […], kernel [inputs, units], bias [units] give […, units].
 * Takes the plain way where only the device knows the ids, or an operand exceeds a binding.
 */
export function gatherDense(
  table: TensorLike,
  ids: TensorLike,
  kernel: TensorLike,
  bias?: TensorLike | null,
  options: GatherDenseOptions = {},
): Tensor {
  const [rows, indices, w, b] = [asTensor(table), asTensor(ids), asTensor(kernel), bias ? asTensor(bias) : null];
  const wanted = options.distinct ?? indices.size * w.size >= WORTHWHILE;
  const distinct = wanted && serves(rows, indices, w) ? distinctIds(indices, rows.shape[0]) : null;
  if (!distinct) return composedGatherDense(rows, indices, w, b);
  const [picked] = pickOp([rows], distinct);
  const [projected] = projectOp(b ? [picked, w, b] : [picked, w], { ...distinct, transpose: false });
  return spreadOp([projected], { ...distinct, missing: bitsOf(NaN, 'f32') })[0];
}

/** `gatherDense` in separate ops: what it must equal. */
export function composedGatherDense(table: TensorLike, ids: TensorLike, kernel: TensorLike, bias?: TensorLike | null): Tensor {
  return dense(gather(table, ids), kernel, bias);
}

/** Whether the shapes are such as dense takes, nothing is empty, and everything fits a binding. */
function serves(table: Tensor, ids: Tensor, kernel: Tensor): boolean {
  if (table.rank !== 2 || kernel.rank !== 2 || table.shape[1] !== kernel.shape[0] || ids.size === 0 || table.size === 0) return false;
  const widest = Math.max(table.shape[1], kernel.shape[1]);
  return 4 * widest * Math.max(ids.size + ids.size / 64, table.shape[0]) <= gpu().maxBindingBytes;
}
