/** How products are cut and planned; no device. */
import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { ShapeError, ValueError } from '../../engine/errors';
import { gemmBlocks, LINE } from '../../engine/ops/matmul/gemm-blocks';
import { planProduct, VARIANTS } from '../../engine/ops/matmul/gemm-plan';
import { matmulShape } from '../../engine/ops/matmul/matmul';

test('shapes follow NumPy', () => {
  const shape = (a: number[], b: number[], transposeA = false, transposeB = false) => matmulShape(a, b, { transposeA, transposeB }).shape;
  assert.deepEqual(shape([2, 3], [3, 4]), [2, 4]);
  assert.deepEqual(shape([3, 2], [4, 3], true, true), [2, 4]);
  assert.deepEqual(shape([5, 1, 2, 3], [7, 3, 4]), [5, 7, 2, 4]);
  assert.deepEqual(shape([3], [3]), []);
  assert.deepEqual(shape([2, 3], [3]), [2]);
  assert.deepEqual(shape([3], [5, 3, 4]), [5, 4]);
  assert.deepEqual(shape([2, 0], [0, 4]), [2, 4]);
  assert.throws(() => shape([2, 3], [4, 3]), ShapeError);
  assert.throws(() => shape([2, 2, 3], [3, 3, 4]), ShapeError);
  assert.throws(() => shape([], [3]), ShapeError);
});

const size = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 90 }));

test('blocks cover C once, k once per block, and fit the binding', () => {
  const cases = fc.record({ batch: fc.integer({ min: 1, max: 5 }), m: size, n: size, k: size, transposeA: fc.boolean(), transposeB: fc.boolean() });
  fc.assert(
    fc.property(cases, fc.constantFrom(512, 1024, 4096), (shape, limit) => {
      let blocks;
      try {
        blocks = gemmBlocks(shape, limit);
      } catch (error) {
        assert.ok(error instanceof ValueError);
        // Only what has a row of nearly a binding, or more parts of k than fit, may be refused.
        assert.ok(Math.max(shape.m, shape.n, shape.k) * Math.max(1, shape.k / 4) > (limit - LINE) / 4);
        return;
      }
      const { batch, m, n, k, transposeA, transposeB } = shape;
      const seen = new Uint8Array(batch * m * n);
      for (const { matrices, rows, columns, depths } of blocks) {
        assert.equal(depths.reduce((sum, { start, length }) => (assert.equal(start, sum), sum + length), 0), k);
        const fits = (count: number, stored: number, used: number, rowLength: number): void => {
          const elements = (count - 1) * stored * rowLength + used * rowLength;
          assert.ok(elements <= limit || used === 0, `${elements} elements in a binding of ${limit}`);
        };
        for (const { length } of depths) {
          fits(matrices.length, transposeA ? k : m, transposeA ? length : rows.length, transposeA ? m : k);
          fits(matrices.length, transposeB ? n : k, transposeB ? columns.length : length, transposeB ? k : n);
        }
        fits(matrices.length, m, rows.length, n);
        if (depths.length > 1) assert.ok(depths.length * rows.length * columns.length <= limit, 'partial sums');
        for (let z = matrices.start; z < matrices.start + matrices.length; z++) {
          for (let i = rows.start; i < rows.start + rows.length; i++) {
            for (let j = columns.start; j < columns.start + columns.length; j++) seen[(z * m + i) * n + j]++;
          }
        }
      }
      assert.ok(seen.every((times) => times === 1));
    }),
    { numRuns: 500 },
  );
});

test('plans', () => {
  const lavapipe = { software: true, subgroup: 8 };
  const gpu = { software: false, subgroup: 32 };
  const plan = (m: number, n: number, k: number, device = gpu, aligned = true, batch = 1) => planProduct({ batch, m, n, k, aligned }, device);
  assert.deepEqual(plan(32, 128, 784, lavapipe), { variant: 'broadcast', parts: 1 });
  assert.deepEqual(plan(32, 10, 128, lavapipe, false), { variant: 'broadcast-strided', parts: 1 });
  assert.deepEqual(plan(16, 16, 4096, lavapipe), { variant: 'broadcast', parts: 4 }, 'one block: k is split');
  assert.deepEqual(plan(16, 16, 512, lavapipe), { variant: 'broadcast', parts: 1 }, 'not where a dispatch costs more than it saves');
  assert.equal(plan(512, 512, 512, { software: true, subgroup: 0 }).variant, 'tile-32', 'no shuffles');
  assert.deepEqual(plan(4096, 4096, 4096), { variant: 'tile-128', parts: 1 });
  assert.equal(plan(256, 256, 64).variant, 'tile-32', 'small tiles keep a GPU busy');
  assert.ok(plan(128, 10, 65_536).parts > 8, 'a long sum into a small matrix');
  assert.equal(plan(64, 64, 0).parts, 1);
  for (const name of Object.keys(VARIANTS)) assert.ok(Object.values(VARIANTS[name as 'naive'].consts).every((v) => v > 0));
});

test.run();
