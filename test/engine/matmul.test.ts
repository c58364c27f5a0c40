import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { valueAndGrad } from '../../engine/autodiff/grad';
import { DtypeError, ShapeError } from '../../engine/errors';
import { mul } from '../../engine/ops/elementwise/binary';
import { matmul, type MatmulOptions } from '../../engine/ops/matmul/matmul';
import { fill } from '../../engine/ops/elementwise/fill';
import type { FloatDtype } from '../../engine/tensor/dtype';
import type { Shape } from '../../engine/tensor/shape';
import { checkOp } from '../support/check-op';
import { matmulReference } from '../support/gemm-reference';
import { nearestHalf } from '../support/half';
import { half, hasHalf } from '../support/half-suite';
import type { Ref } from '../support/reference';

const flags = fc.record({ transposeA: fc.boolean(), transposeB: fc.boolean() });
/** Around the blocks of the kernels (16 rows, 32 columns), whole vec4s and ragged ones. */
const edge = fc.constantFrom(0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 20, 31, 32, 33, 36, 64, 65);
const few = fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 17);

const stored = (rows: number, columns: number, transpose: boolean | undefined): number[] => (transpose ? [columns, rows] : [rows, columns]);

/** Two shapes with leading axes `a` and `b` that multiply to [m, n]. */
function pair(m: number, n: number, k: number, options: MatmulOptions, a: Shape = [], b: Shape = []) {
  return { shapes: [[...a, ...stored(m, k, options.transposeA)], [...b, ...stored(k, n, options.transposeB)]], attrs: options };
}

const unit = (uniform: () => number): number => 2 * uniform() - 1;
/** Length of the sums: a product of k terms errs by at most k/2 units of 2⁻²³ of Σ |a|·|b|, in any order. */
const innerOf = ([a]: readonly Shape[], { transposeA }: MatmulOptions): number => a[a.length - (transposeA ? 2 : 1)];
const ulps = (shapes: readonly Shape[], options: MatmulOptions): number => innerOf(shapes, options) / 2 + 1;
/** A gradient adds as many products of values in [−1, 1] as the result has rows, columns and, for a shared operand, matrices. */
const gradientUlps = (shapes: readonly Shape[], options: MatmulOptions): number => {
  const { shape, batch, m, n } = sizes(shapes, options);
  const terms = Math.max(m, n) * batch;
  return shape.length === 0 ? 2 : (terms * terms) / 2 + 2;
};

function sizes([a, b]: readonly Shape[], { transposeA, transposeB }: MatmulOptions) {
  const m = a.length === 1 ? 1 : a[a.length - (transposeA ? 1 : 2)];
  const n = b.length === 1 ? 1 : b[b.length - (transposeB ? 2 : 1)];
  const lead = (s: Shape): number => s.slice(0, -2).reduce((p, size) => p * size, 1);
  return { shape: [m, n], batch: Math.max(lead(a) * lead(b), 1), m, n };
}

/** Pairs of dtypes: the second may be weights that stay f32. */
const mixes: readonly (readonly FloatDtype[])[] = hasHalf ? [['f16', 'f16'], ['f16', 'f32'], ['f32', 'f16']] : [];

const op = ([a, b]: Parameters<typeof matmul>[0][], options: MatmulOptions) => matmul(a, b, options);
const reference = ([a, b]: Ref[], options: MatmulOptions): Ref => matmulReference(a, b, options);

test('matrices of all sizes, stored either way', () =>
  checkOp<MatmulOptions>({
    op: op as never,
    reference,
    cases: fc.tuple(edge, edge, edge, flags).map(([m, n, k, options]) => pair(m, n, k, options)),
    domain: unit,
    ulps,
    runs: 96,
  }));

for (const dtypes of mixes) {
  test(`${dtypes.join(' by ')}, with gradients`, () =>
    checkOp<MatmulOptions>({
      op: op as never,
      reference,
      cases: fc.tuple(few, few, fc.constantFrom(0, 1, 4, 5, 17, 300), flags).map(([m, n, k, options]) => pair(m, n, k, options)),
      dtypes,
      domain: unit,
      ulps,
      gradientUlps,
      runs: 24,
    }));
}

half(test)('batches of f16, with gradients that are summed in f32', () =>
  checkOp<MatmulOptions>({
    op: op as never,
    reference,
    cases: fc
      .tuple(fc.constantFrom<readonly [Shape, Shape]>([[2], []], [[], [3]], [[2], [2]], [[2, 3], []], [[3], [3]], [[1], [4]]), few, few, few, flags)
      .map(([[a, b], m, n, k, options]) => pair(m, n, k, options, a, b)),
    dtypes: ['f16', 'f16'],
    domain: unit,
    ulps,
    gradientUlps,
    runs: 32,
  }));

half(test)('the dtype of the result is that of a, unless another is asked for', async () => {
  const [a, b] = [fill([2, 3], 0.1, 'f16'), fill([3, 2], 2)];
  assert.deepEqual([matmul(a, b), matmul(b, a), matmul(a, b, { dtype: 'f32' })].map(({ dtype }) => dtype), ['f16', 'f32', 'f32']);
  assert.equal((await matmul(a, b, { dtype: 'f32' }).data())[0], Math.fround(6 * nearestHalf(0.1)));
});

test('long sums', () =>
  checkOp<MatmulOptions>({
    op: op as never,
    reference,
    cases: fc.tuple(fc.constantFrom(1, 4, 17), fc.constantFrom(1, 10, 32), fc.constantFrom(255, 256, 512, 1000, 2049), flags)
      .map(([m, n, k, options]) => pair(m, n, k, options)),
    domain: unit,
    ulps,
    runs: 24,
  }));

test('gradients', () =>
  checkOp<MatmulOptions>({
    op: op as never,
    reference,
    cases: fc.tuple(few, few, few, flags).map(([m, n, k, options]) => pair(m, n, k, options)),
    domain: unit,
    ulps,
    gradientUlps,
    runs: 48,
  }));

const leads: fc.Arbitrary<readonly [Shape, Shape]> = fc.constantFrom(
  [[2], []], [[], [3]], [[2], [2]], [[2, 3], []], [[2, 3], [3]], [[3], [2, 3]], [[2, 1], [1, 3]], [[1], [4]], [[2, 1, 2], [3, 1]], [[0], []], [[2, 0], [1, 1]],
);

test('batches broadcast, with gradients', () =>
  checkOp<MatmulOptions>({
    op: op as never,
    reference,
    cases: fc.tuple(leads, few, few, few, flags).map(([[a, b], m, n, k, options]) => pair(m, n, k, options, a, b)),
    domain: unit,
    ulps,
    gradientUlps,
    runs: 64,
  }));

test('vectors, with gradients', () =>
  checkOp<MatmulOptions>({
    op: op as never,
    reference,
    cases: fc
      .tuple(few, few)
      .chain(([n, k]) => fc.constantFrom<Shape[]>([[k], [k]], [[n, k], [k]], [[k], [k, n]], [[2, n, k], [k]], [[k], [2, k, n]]))
      .map((shapes) => ({ shapes, attrs: {} })),
    domain: unit,
    ulps,
    gradientUlps,
    runs: 48,
  }));

test('gradients of gradients', () =>
  // d Σ (AB)² / dA = 2 (AB)Bᵀ, whose own gradient is checked.
  checkOp<MatmulOptions>({
    op: ([a, b], options) =>
      valueAndGrad((x) => {
        const y = matmul(x, b, options);
        return mul(y, y);
      })(a).gradients[0],
    reference: ([a, b], options) => {
      const ab = matmulReference(a, b, options);
      const result = options.transposeA
        ? matmulReference(b, ab, { transposeA: options.transposeB, transposeB: true })
        : matmulReference(ab, b, { transposeB: !options.transposeB });
      return { shape: result.shape, data: result.data.map((v) => 2 * v), scale: result.data.map(() => 2 * innerOf([a.shape, b.shape], options) * 8) };
    },
    cases: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), flags)
      .map(([m, n, k, options]) => pair(m, n, k, options)),
    domain: unit,
    ulps: 8,
    gradientUlps: 64,
    runs: 24,
  }));

test('errors name shapes, dtypes and what to do', () => {
  const a = fill([2, 3], 1);
  assert.throws(() => matmul(a, fill([2, 3], 1)), (e) => e instanceof ShapeError && /a \[2, 3\], b \[2, 3\] \(3 columns against 2 rows\)/.test(e.message));
  assert.throws(() => matmul(fill([2, 2, 3], 1), fill([3, 3, 4], 1)), ShapeError);
  assert.throws(() => matmul(1, a), /a scalar has no matrix product; use mul/);
  assert.throws(() => matmul(fill([3], 1), a, { transposeA: true }), /a vector cannot be transposed/);
  assert.throws(() => matmul(a, fill([3, 2], 1, 'i32')), (e) => e instanceof DtypeError && /b is i32/.test(e.message));
});

test.run();
