/** Shapes, broadcasting, and how work is cut into grids and parts: arithmetic that needs no device. */
import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { KernelError, ShapeError } from '../../engine/errors';
import { foldGrid } from '../../engine/gpu/grid';
import { blocks, collapse } from '../../engine/ops/layout/broadcast';
import { pieces } from '../../engine/ops/reduce/reduce-kernels';
import {
  broadcastShapes, checkShape, formatShape, normalizeAxes, normalizeAxis, resolveShape, sameShape, sizeOf, stridesOf,
} from '../../engine/tensor/shape';
import '../support/seed';
import { broadcastShape, indexAt } from '../support/reference';
import { broadcasting } from '../support/shapes';

const shapeError = (pattern: RegExp) => (e: Error) => e instanceof ShapeError && pattern.test(e.message);

test('size, strides, equality and writing of shapes', () => {
  assert.equal(sizeOf([]), 1);
  assert.equal(sizeOf([2, 0, 3]), 0);
  assert.deepEqual(stridesOf([2, 3, 4]), [12, 4, 1]);
  assert.deepEqual(stridesOf([]), []);
  assert.ok(sameShape([2, 3], [2, 3]) && !sameShape([2, 3], [3, 2]) && !sameShape([2], [2, 1]));
  assert.equal(formatShape([2, 3]), '[2, 3]');
  assert.equal(formatShape([]), '[]');
  assert.equal(formatShape([null, 3]), '[null, 3]');
});

test('ranks above 6 and sizes that are no counts are refused', () => {
  checkShape([1, 1, 1, 1, 1, 1], 'op');
  assert.throws(() => checkShape([1, 1, 1, 1, 1, 1, 1], 'op'), shapeError(/op.*rank 7.*6/));
  assert.throws(() => checkShape([2, -1], 'op'), shapeError(/op.*\[2, -1\]/));
  assert.throws(() => checkShape([1.5], 'op'), shapeError(/op.*\[1.5\]/));
  assert.throws(() => checkShape([NaN], 'op'), ShapeError);
});

test('broadcasting is NumPy’s', () => {
  assert.deepEqual(broadcastShapes([3, 1], [4], 'op'), [3, 4]);
  assert.deepEqual(broadcastShapes([0], [1], 'op'), [0]);
  assert.deepEqual(broadcastShapes([], [2, 3], 'op'), [2, 3]);
  assert.throws(() => broadcastShapes([2, 3], [2], 'op'), shapeError(/op.*\[2, 3\] and \[2\].*axis -1 is 3 against 2/));
  assert.throws(() => broadcastShapes([0], [2], 'op'), ShapeError);
  fc.assert(fc.property(broadcasting(2), ([a, b]) => assert.deepEqual(broadcastShapes(a, b, 'op'), broadcastShape(a, b))));
});

test('axes count from either end', () => {
  assert.equal(normalizeAxis(-1, 3, 'op'), 2);
  assert.deepEqual(normalizeAxes([2, -3], 3, 'op'), [0, 2]);
  assert.deepEqual(normalizeAxes(null, 2, 'op'), [0, 1]);
  assert.deepEqual(normalizeAxes([], 2, 'op'), []);
  for (const axis of [3, -4, 0.5, NaN]) assert.throws(() => normalizeAxis(axis, 3, 'op'), shapeError(/op: axis .*rank 3 \(-3 to 2\)/));
  assert.throws(() => normalizeAxes([1, -2], 3, 'op'), shapeError(/op.*twice/));
});

test('one size of a shape may follow from the others', () => {
  assert.deepEqual(resolveShape([-1, 4], 12, 'op'), [3, 4]);
  assert.deepEqual(resolveShape([0, -1], 0, 'op'), [0, 0]);
  assert.throws(() => resolveShape([-1, -1], 4, 'op'), shapeError(/more than one -1/));
  assert.throws(() => resolveShape([-1, 5], 12, 'op'), shapeError(/12 elements.*\[-1, 5\]/));
  assert.throws(() => resolveShape([3], 4, 'op'), shapeError(/4 elements.*\[3\]/));
});

test('a folded grid holds all workgroups, within the limit, and fewer than a row too many', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 120 }), (count, limit) => {
      if (count > limit * limit) return assert.throws(() => foldGrid(count, limit), KernelError);
      const [x, y, z] = foldGrid(count, limit);
      assert.ok(x <= limit && y <= limit && z === 1);
      assert.ok(x * y >= count && (x * y - count < x || count === 0), `${count} groups became ${x} × ${y}`);
    }),
  );
});

test('collapsed axes walk the same elements in the same order', () => {
  fc.assert(
    fc.property(broadcasting(3), (shapes) => {
      const output = broadcastShape(...shapes);
      const { sizes, strides } = collapse(output, shapes);
      assert.equal(sizeOf(sizes), sizeOf(output));
      for (let i = 0; i < Math.min(sizeOf(output), 2000); i++) {
        const index = indexAt(output, i);
        const collapsed = indexAt(sizes, i);
        shapes.forEach((shape, j) => {
          const lead = output.length - shape.length;
          const want = stridesOf(shape).reduce((sum, stride, axis) => sum + (shape[axis] === 1 ? 0 : stride * index[lead + axis]), 0);
          assert.equal(strides[j].reduce((sum, stride, axis) => sum + stride * collapsed[axis], 0), want);
        });
      }
      // No two neighbours that all operands walk alike are left.
      for (let axis = 1; axis < sizes.length; axis++) {
        assert.ok(strides.some((s) => s[axis - 1] !== s[axis] * sizes[axis]), `axes ${axis - 1} and ${axis} of ${sizes} could merge`);
      }
    }),
  );
});

test('blocks of a broadcast cover its output once, in order, and fit the limit', () => {
  fc.assert(
    fc.property(broadcasting(2), fc.integer({ min: 1, max: 200 }), (shapes, limit) => {
      const nest = collapse(broadcastShape(...shapes), shapes);
      let next = 0;
      for (const { sizes, first, inputs } of blocks(nest, limit)) {
        assert.equal(first, next);
        next += sizeOf(sizes);
        assert.ok(sizeOf(sizes) <= limit);
        inputs.forEach(({ first: from, span, strides }, j) => {
          assert.ok(span <= limit);
          const start = indexAt(nest.sizes, first).reduce((sum, at, axis) => sum + at * nest.strides[j][axis], 0);
          assert.equal(from, start);
          assert.equal(span, 1 + strides.reduce((sum, stride, axis) => sum + stride * (sizes[axis] - 1), 0));
        });
      }
      assert.equal(next, sizeOf(nest.sizes));
    }),
  );
});

test('pieces of a reduction take every element once, each within the limit', () => {
  const size = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(size, size, size, fc.integer({ min: 1, max: 60 }), (outer, n, inner, limit) => {
      const seen = new Uint8Array(outer * n * inner);
      const done = new Int32Array(outer * inner);
      for (const piece of pieces(outer, n, inner, limit)) {
        assert.ok(piece.outer * piece.n * piece.inner <= limit);
        // Its rows come right after those that its results have had before.
        for (let i = 0; i < piece.outer * piece.inner; i++) {
          assert.equal(done[piece.to + i], piece.row);
          done[piece.to + i] += piece.n;
        }
        for (let i = 0; i < piece.outer * piece.n * piece.inner; i++) seen[piece.from + i]++;
      }
      assert.ok(seen.every((times) => times === 1) && done.every((rows) => rows === n));
    }),
  );
});


test.run();
