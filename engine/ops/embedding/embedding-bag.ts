/** The vectors of a bag's ids, looked up and combined in one go: a text as the sum of its words. */
import { grid } from '../../../shaders/lib';
import bagShareSource from '../../../shaders/embedding/bag-share.wgsl';
import bagSource from '../../../shaders/embedding/bag.wgsl';
import ownerSource from '../../../shaders/embedding/bag-owner.wgsl';
import scaleSource from '../../../shaders/embedding/bag-scale.wgsl';
import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { withoutTapes } from '../../autodiff/tape';
import { ShapeError, ValueError } from '../../errors';
import { ceilDiv } from '../../gpu/grid';
import { gpu } from '../../gpu/gpu';
import { defineKernel, run } from '../../gpu/kernel';
import { lineWindow, rowWindows } from '../../gpu/windows';
import { rememberRows } from '../../step/row-gradients';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape } from '../../tensor/shape';
import { empty, type Tensor } from '../../tensor/tensor';
import { arange } from '../layout/arange';
import { bagRows, checkBags, roomFor } from './bags';
import { div, maximum, mul } from '../elementwise/binary';
import { cast } from '../elementwise/cast';
import { less } from '../elementwise/compare';
import { fillWith } from '../elementwise/fill';
import { gather, gatherInto, segmentSum } from './gather';
import { laneVector } from '../elementwise/lane-vector';
import { sum } from '../reduce/reduce';
import { expandDims, reshape } from '../layout/reshape';
import { scatterRows } from './scatter-rows';
import { slice } from '../layout/slice';
import { sumSorted } from './sorted-sum';
import { sqrt } from '../elementwise/unary';

/**
 * How the vectors v₁ … vₙ of a bag become one: `sum` Σv, `mean` Σv / n, `sqrtn` Σv / √n.
 * https://www.tensorflow.org/api_docs/python/tf/nn/embedding_lookup_sparse
 */
export type Combiner = 'sqrtn' | 'mean' | 'sum';

const codes: Readonly<Record<Combiner, number>> = { sum: 0, mean: 1, sqrtn: 2 };

const bagShare = { name: 'embedding/bag-share', source: bagShareSource };

const bagKernel = defineKernel({
  name: 'embedding/bag',
  source: bagSource,
  lib: [grid, bagShare],
  bindings: { table: 'read', bags: 'read', y: 'readwrite' },
  params: { rows: 'u32', width: 'u32', batch: 'u32', row_start: 'u32', row_length: 'u32', base: 'u32', fresh: 'u32', missing: 'f32' },
  overrides: { COMBINER: 0 },
  consts: { T: 'f32' },
});

const scaleKernel = defineKernel({
  name: 'embedding/bag-scale',
  source: scaleSource,
  lib: [grid, bagShare],
  bindings: { x: 'read', bags: 'read', z: 'write' },
  params: { width: 'u32', size: 'u32' },
  overrides: { COMBINER: 0 },
});

const ownerKernel = defineKernel({
  name: 'embedding/bag-owner',
  source: ownerSource,
  lib: [grid],
  bindings: { bags: 'read', owner: 'write' },
  params: { batch: 'u32', tokens: 'u32' },
});

interface BagAttrs {
  readonly combiner: Combiner;
}

const bagOp: Op<BagAttrs> = defineOp<BagAttrs>({
  name: 'embeddingBag',
  output([table, bags]) {
    expectDtype('embeddingBag', 'table', table, 'f32');
    checkBags('embeddingBag', bags);
    if (table.shape.length !== 2 || table.shape[0] === 0) throw new ShapeError(`embeddingBag: the table is ${formatShape(table.shape)}; expected [rows, width].`);
    return { shape: [bags.shape[0], table.shape[1]], dtype: 'f32' };
  },
  forward([table, bags], [y], { combiner }) {
    const [rows, width] = table.shape;
    const { unit, T } = laneVector(width);
    if (Math.max(bags.byteLength, y.byteLength) > gpu().maxBindingBytes) {
      throw new ValueError(`embeddingBag: bags ${formatShape(bags.shape)} and their vectors ${formatShape(y.shape)} exceed a binding of this adapter. Use smaller batches.`);
    }
    rowWindows('embeddingBag', rows, width).forEach(({ start, length }, i) => {
      const { window, base } = lineWindow(table, start * width, length * width);
      run(bagKernel, {
        bind: { table: window, bags, y },
        params: {
          rows, width: width / unit, batch: bags.shape[0], row_start: start, row_length: length,
          base: base / unit, fresh: i === 0 ? 1 : 0, missing: NaN,
        },
        overrides: { COMBINER: codes[combiner] },
        consts: { T },
        grid: ceilDiv(y.size / unit, 64),
      });
    });
  },
  gradient: ({ inputs: [table, bags], dy: [dy], attrs: { combiner } }) => [() => bagSumOp([dy!, bags], { rows: table.shape[0], combiner })[0], null],
});

interface BagSumAttrs extends BagAttrs {
  readonly rows: number;
}

/** sums[r] = Σ of x[b]·share over all ids r of all bags b: x [batch, width] gives [rows, width]. */
const bagSumOp: Op<BagSumAttrs> = defineOp<BagSumAttrs>({
  name: 'embeddingBagSum',
  output: ([x], { rows }) => ({ shape: [rows, x.shape[1]], dtype: 'f32' }),
  forward([x, bags], [sums], { combiner }) {
    if (roomFor(bags.shape) === 0) return fillWith(sums, 0);
    const scaled = scale(x, bags, combiner);
    if (!sumByRow(scaled, bags, sums)) {
      const each = empty([roomFor(bags.shape), x.shape[1]]);
      gatherInto(scaled, ownersOf(bags), each, 0);
      withoutTapes(() => gpu().recorder.copy(segmentSum(each, idsOf(bags), sums.shape[0]), sums));
    }
    scaled.dispose();
  },
  gradient: ({ inputs: [, bags], dy: [dy], attrs: { combiner } }) => [() => bagOp([dy!, bags], { combiner })[0], null],
});

/** Records sums of the rows that occur, and their places among zeros. False, and nothing recorded, where the host does not know the ids. */
function sumByRow(x: Tensor, bags: Tensor, sums: Tensor): boolean {
  const [, width] = x.shape;
  const known = bagRows(bags, sums.shape[0], width);
  if (!known) return false;
  const values = empty([known.capacity, width]);
  sumSorted(x, known.sorted, values, { count: known.rows });
  fillWith(sums, 0);
  scatterRows(values, known.rows, sums);
  rememberRows(sums, { rows: known.rows, values });
  return true;
}

function scale(x: Tensor, bags: Tensor, combiner: Combiner): Tensor {
  const z = empty(x.shape);
  run(scaleKernel, {
    bind: { x, bags, z },
    params: { width: x.shape[1], size: x.size },
    overrides: { COMBINER: codes[combiner] },
    grid: ceilDiv(x.size, 64),
  });
  return z;
}

/** The bag of each id, [tokens]; past the last id none. */
function ownersOf(bags: Tensor): Tensor {
  const tokens = roomFor(bags.shape);
  const owner = empty([tokens], 'u32');
  run(ownerKernel, { bind: { bags, owner }, params: { batch: bags.shape[0], tokens }, grid: ceilDiv(tokens, 64) });
  return owner;
}

function idsOf(bags: Tensor): Tensor {
  return slice(reshape(bags, [-1]), [bags.shape[0] + 1], [-1]);
}

/**
 * For each bag of ids (`packBags`) the rows of `table` that it names, combined: table [rows, width] and bags [batch, words] give
 * [batch, width]. An empty bag gives 0, one with an id that is no row NaN.
 * https://www.tensorflow.org/api_docs/python/tf/nn/safe_embedding_lookup_sparse
 */
export function embeddingBag(table: TensorLike, bags: TensorLike, combiner: Combiner = 'mean'): Tensor {
  return bagOp([asTensor(table), asTensor(bags)], { combiner })[0];
}

/** `embeddingBag` in separate ops, on ids [batch, time] of which the first `counts[b]` count in row b: what it must equal. */
export function composedEmbeddingBag(table: TensorLike, padded: TensorLike, counts: TensorLike, combiner: Combiner = 'mean'): Tensor {
  const [ids, n] = [asTensor(padded), expandDims(counts, 1)];
  const counted = cast(less(arange(ids.shape[1]), n), 'f32');
  const total = sum(mul(gather(table, ids), expandDims(counted, -1)), 1);
  if (combiner === 'sum') return total;
  const divisor = maximum(cast(n, 'f32'), 1);
  return div(total, combiner === 'mean' ? divisor : sqrt(divisor));
}
