/** What the layout ops decide without a device: shapes, errors, views, the axes of a copy. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  arange, concat, dropout, expandDims, flatten, gather, logSumExp, moveAxis, oneHot, pad, repeat, reshape, reverse, segmentSum,
  sigmoidCrossEntropy, slice, softmax, softmaxCrossEntropy, sparseSoftmaxCrossEntropy, split, squeeze, stack, stridedSlice, tile, transpose,
} from '../../engine/ops';
import { copyAxes, isDense, type Layout } from '../../engine/ops/layout/strided-copy';
import { type Shape, sizeOf, stridesOf } from '../../engine/tensor/shape';
import { empty, type Tensor } from '../../engine/tensor/tensor';
import { seed } from '../support/seed';

const axes = suite('axes of a copy');

/** Every (read, write) pair of a copy, by plain loops over the index space. */
function pairs(shape: Shape, from: Layout, to: Layout): string[] {
  const dense = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    const index = shape.map((n, d) => Math.floor(i / dense[d]) % n);
    const at = ({ offset, strides }: Layout): number => index.reduce((sum, v, d) => sum + v * strides[d], offset);
    return `${at(from)}→${at(to)}`;
  });
}

const layoutOf = (rank: number): fc.Arbitrary<Layout> =>
  fc.record({
    offset: fc.integer({ min: 0, max: 50 }),
    strides: fc.array(fc.integer({ min: -12, max: 24 }), { minLength: rank, maxLength: rank }),
  });

axes('collapsing changes neither the elements nor their order', () => {
  const copies = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 }).chain((shape) => {
    const dense = { offset: 0, strides: stridesOf(shape) };
    const some = fc.oneof(fc.constant(dense), layoutOf(shape.length));
    return fc.tuple(fc.constant(shape), some, some);
  });
  fc.assert(fc.property(copies, ([shape, from, to]) => {
    const collapsed = copyAxes(shape, from, to).reverse();
    const layout = (side: 'read' | 'write', { offset }: Layout): Layout => ({ offset, strides: collapsed.map((axis) => axis[side]) });
    assert.equal(pairs(collapsed.map(({ size }) => size), layout('read', from), layout('write', to)), pairs(shape, from, to));
  }), { seed });
});

axes('dense layouts are one axis, others are not dense', () => {
  const dense = (shape: Shape, strides = stridesOf(shape)): boolean => isDense(shape, { offset: 0, strides });
  for (const shape of [[], [1], [5], [2, 3, 4], [1, 3, 1, 4], [0, 3]]) assert.ok(dense(shape), `${shape}`);
  assert.ok(dense([1, 7], [99, 1]), 'the stride of an axis of size 1 does not matter');
  assert.not(dense([2, 3], [1, 2]));
  assert.not(dense([2, 3], [4, 1]));
  assert.not(dense([4], [-1]));
  assert.not(dense([4], [0]));
});

const views = suite('views');

/** Checks that `view` shows `base` from element `offset` on. */
function expectView(view: Tensor, base: Tensor, shape: Shape, offset = 0): void {
  assert.is(view.storage, base.storage);
  assert.equal(view.shape, shape);
  assert.is(view.byteOffset - base.byteOffset, 4 * offset);
  assert.is(view.dtype, base.dtype);
}

views('reshape, expandDims, squeeze, flatten', () => {
  const x = empty([2, 3, 4], 'i32');
  expectView(reshape(x, [6, -1]), x, [6, 4]);
  expectView(reshape(x, [24]), x, [24]);
  expectView(expandDims(x, 0), x, [1, 2, 3, 4]);
  expectView(expandDims(x, -1), x, [2, 3, 4, 1]);
  expectView(expandDims(x, -2), x, [2, 3, 1, 4]);
  expectView(flatten(x), x, [24]);
  expectView(flatten(x, 1), x, [2, 12]);
  expectView(flatten(x, -1), x, [2, 3, 4]);
  const y = empty([1, 3, 1]);
  expectView(squeeze(y), y, [3]);
  expectView(squeeze(y, 0), y, [3, 1]);
  expectView(squeeze(y, [-1, 0]), y, [3]);
});

views('leading slices that start on a line of 64 elements, transposes that move axes of size 1 only', () => {
  const x = empty([8, 4, 16]);
  expectView(slice(x, [3], [2]), x, [2, 4, 16], 192);
  expectView(slice(x, [3, 0, 0], [-1, 4, 16]), x, [5, 4, 16], 192);
  expectView(slice(slice(x, [1]), [2]), x, [5, 4, 16], 192);
  expectView(slice(x, [7, 0, 0], [0, 4, 16]), x, [0, 4, 16]);
  for (const [i, part] of split(x, 4).entries()) expectView(part, x, [2, 4, 16], 128 * i);
  expectView(stridedSlice(x, [-2]), x, [2, 4, 16], 384);
  const y = empty([1, 5, 1, 3]);
  expectView(transpose(y, [1, 0, 2, 3]), y, [5, 1, 1, 3]);
  expectView(moveAxis(y, 0, -1), y, [5, 1, 3, 1]);
  expectView(reverse(y, [0, 2]), y, [1, 5, 1, 3]);
  expectView(concat([y]), y, [1, 5, 1, 3]);
  expectView(pad(y, [[0, 0], [0, 0], [0, 0], [0, 0]]), y, [1, 5, 1, 3]);
  expectView(dropout(y, 0), y, [1, 5, 1, 3]);
});

const errors = suite('errors');

/** What the ops say to inputs that do not fit: the op, what was given, what was expected. */
const cases: [what: string, call: () => unknown, kind: string, ...words: string[]][] = [
  ['a reshape to another size', () => reshape(empty([2, 3]), [4, -1]), 'ShapeError', 'reshape', '6', '[4, -1]'],
  ['expandDims outside', () => expandDims(empty([2]), 3), 'ShapeError', 'expandDims', '3'],
  ['a squeeze of a long axis', () => squeeze(empty([2, 1]), 0), 'ShapeError', 'squeeze', '[2, 1]', 'size 2'],
  ['an axis that is named twice', () => transpose(empty([2, 3]), [0, 0]), 'ShapeError', 'transpose', '[0, 0]', '[2, 3]'],
  ['an axis that is missing', () => transpose(empty([2, 3]), [0]), 'ShapeError', 'transpose', '[0]'],
  ['a slice past the end', () => slice(empty([4, 5]), [1, 3], [2, 3]), 'ShapeError', 'slice', '3 elements from 3', 'axis 1', '[4, 5]'],
  ['a slice before the start', () => slice(empty([4]), [-1], [2]), 'ShapeError', 'slice', '-1'],
  ['a slice of half elements', () => slice(empty([4]), [0], [1.5]), 'ShapeError', 'slice', '1.5'],
  ['a slice of more axes than there are', () => slice(empty([4]), [0, 0], [1, 1]), 'ShapeError', 'slice', '[4]'],
  ['a step of 0', () => stridedSlice(empty([4]), [], [], [0]), 'ShapeError', 'stridedSlice', 'step 0'],
  ['unequal parts', () => split(empty([5, 2]), 2), 'ShapeError', 'split', '[5, 2]', '2 equal parts'],
  ['parts that do not add up', () => split(empty([5]), [2, 2]), 'ShapeError', 'split', '[2, 2]'],
  ['reversing an axis that is not there', () => reverse(empty([5]), 1), 'ShapeError', 'reverse', '1'],
  ['too few paddings', () => pad(empty([2, 2]), [[1, 1]]), 'ShapeError', 'pad', '[1, 1]', '[2, 2]'],
  ['negative padding', () => pad(empty([2]), [[-1, 1]]), 'ShapeError', 'pad', '[-1, 1]'],
  ['joining nothing', () => concat([]), 'ValueError', 'concat'],
  ['joining other sizes', () => concat([empty([2, 3]), empty([2, 4])]), 'ShapeError', 'concat', 'input 1', '[2, 4]', '[2, 3]'],
  ['joining other ranks', () => concat([empty([2, 3]), empty([2])], 1), 'ShapeError', 'concat', '[2]'],
  ['joining other dtypes', () => concat([empty([2]), empty([2], 'i32')]), 'DtypeError', 'concat', 'i32', 'f32'],
  ['stacking other shapes', () => stack([empty([2]), empty([3])]), 'ShapeError', '[1, 3]'],
  ['negative repetitions', () => tile(empty([2]), [-1]), 'ShapeError', 'tile', '-1'],
  ['half repetitions', () => repeat(empty([2]), 0.5, 0), 'ShapeError', 'repeat', '0.5'],
  ['steps of nothing', () => arange(0, 5, 0), 'ValueError', 'arange', '0'],
  ['ids that are floats', () => gather(empty([2, 3]), empty([4])), 'DtypeError', 'gather', 'ids', 'f32', 'i32'],
  ['a table that is a scalar', () => gather(empty([]), empty([4], 'i32')), 'ShapeError', 'gather', 'scalar'],
  ['rows without ids', () => segmentSum(empty([4, 2]), empty([3], 'i32'), 5), 'ShapeError', 'segmentSum', '[4, 2]', '[3]'],
  ['sums of whole numbers', () => segmentSum(empty([4], 'i32'), empty([4], 'i32'), 5), 'DtypeError', 'segmentSum', 'i32'],
  ['a depth below 0', () => oneHot(empty([4], 'i32'), -1), 'ValueError', 'oneHot', '-1'],
  ['float ids for oneHot', () => oneHot(empty([4]), 3), 'DtypeError', 'oneHot', 'f32'],
  ['softmax of whole numbers', () => softmax(empty([2, 3], 'i32')), 'DtypeError', 'softmax', 'i32'],
  ['softmax of a scalar', () => softmax(empty([])), 'ShapeError', 'softmax', '-1'],
  ['softmax along a missing axis', () => softmax(empty([2, 3]), 2), 'ShapeError', 'softmax', '2'],
  ['logSumExp along a missing axis', () => logSumExp(empty([2, 3]), -3), 'ShapeError', 'logSumExp', '-3'],
  ['too many labels', () => sparseSoftmaxCrossEntropy(empty([2, 3]), empty([3], 'i32')), 'ShapeError', '[3]', '[2, 3]'],
  ['one-hot labels for a sparse loss', () => sparseSoftmaxCrossEntropy(empty([2, 3]), empty([2, 3], 'i32')), 'ShapeError', '[2, 3]'],
  ['float labels', () => sparseSoftmaxCrossEntropy(empty([2, 3]), empty([2])), 'DtypeError', 'labels', 'f32'],
  ['logits that are a scalar', () => sparseSoftmaxCrossEntropy(empty([]), empty([], 'i32')), 'ShapeError', '[]'],
  ['targets of another shape', () => softmaxCrossEntropy(empty([2, 3]), empty([2, 4])), 'ShapeError', '[2, 4]', '[2, 3]'],
  ['targets that broadcast', () => sigmoidCrossEntropy(empty([2, 3]), empty([3])), 'ShapeError', '[3]', '[2, 3]'],
  ['a rate above 1', () => dropout(empty([2]), 1.5), 'ValueError', 'dropout', '1.5'],
  ['a rate that is no number', () => dropout(empty([2]), NaN), 'ValueError', 'dropout', 'NaN'],
];
for (const [what, call, kind, ...words] of cases) {
  errors(what, () => {
    assert.throws(call, (error: Error) => {
      assert.is(error.name, kind);
      for (const word of words) assert.ok(error.message.includes(word), `"${error.message}" lacks "${word}"`);
      return true;
    });
  });
}

axes.run();
views.run();
errors.run();
