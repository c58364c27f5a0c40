import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { grad } from '../../engine/autodiff/grad';
import { DtypeError, ShapeError } from '../../engine/errors';
import { mul } from '../../engine/ops/elementwise/binary';
import { cast } from '../../engine/ops/elementwise/cast';
import * as ops from '../../engine/ops/elementwise/compare';
import { where } from '../../engine/ops/elementwise/where';
import { tensor, zeros } from '../../engine/tensor/create';
import { type Dtype, isFloat } from '../../engine/tensor/dtype';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp, guardedDevice } from '../support/check-op';
import { halfOf, nearestHalf } from '../support/half';
import { floatDtypes, half } from '../support/half-suite';
import { same } from '../support/moves';
import { elementwise, repeats } from '../support/reference';
import { anyShape, broadcasting } from '../support/shapes';

const pairs = broadcasting(2).map((shapes) => ({ shapes, attrs: undefined }));
const numbers: readonly Dtype[] = [...floatDtypes, 'i32', 'u32'];
const all: readonly Dtype[] = [...numbers, 'bool'];
type Two = (a: Tensor, b: Tensor) => Tensor;

const cases: Record<string, [op: Two, f: (a: number, b: number) => boolean, dtypes: readonly Dtype[]]> = {
  equal: [ops.equal, (a, b) => a === b, all],
  notEqual: [ops.notEqual, (a, b) => a !== b, all],
  less: [ops.less, (a, b) => a < b, numbers],
  lessEqual: [ops.lessEqual, (a, b) => a <= b, numbers],
  greater: [ops.greater, (a, b) => a > b, numbers],
  greaterEqual: [ops.greaterEqual, (a, b) => a >= b, numbers],
  logicalAnd: [ops.logicalAnd, (a, b) => Boolean(a && b), ['bool']],
  logicalOr: [ops.logicalOr, (a, b) => Boolean(a || b), ['bool']],
};

for (const [name, [op, f, dtypes]] of Object.entries(cases)) {
  for (const dtype of dtypes) {
    test(`${name} of ${dtype}`, () =>
      checkOp({
        op: ([a, b]) => op(a, b),
        reference: ([a, b]) => elementwise((x, y) => Number(f(x, y)))(a, b),
        cases: pairs,
        dtypes: [dtype, dtype],
        // Few values, so that many are equal.
        domain: dtype === 'bool' ? undefined : (uniform) => Math.floor(3 * uniform()) - (dtype === 'u32' ? 0 : 1),
        ulps: 0,
        runs: 8,
      }));
  }
}

test('NaN equals nothing and compares with nothing', async () => {
  await guardedDevice();
  const pairs: [number, number][] = [[NaN, NaN], [NaN, 1], [1, NaN], [Infinity, Infinity], [-0, 0]];
  for (const [name, [op, f]] of Object.entries(cases).slice(0, 6)) {
    const got = await op(tensor(pairs.map(([a]) => a)), tensor(pairs.map(([, b]) => b))).data();
    pairs.forEach(([a, b], i) => assert.equal(got[i], Number(f(a, b)), `${name}(${a}, ${b})`));
  }
});

test('integers compare exactly where f32 would not', async () => {
  assert.deepEqual([...(await ops.equal(tensor([16777216], 'i32'), 16777217).data())], [0]);
  assert.deepEqual([...(await ops.less(tensor([0], 'u32'), 4294967295).data())], [1]);
  assert.deepEqual([...(await ops.less(tensor([0], 'i32'), -1).data())], [0]);
});

for (const dtype of all) {
  test(`where of ${dtype}`, () =>
    checkOp({
      op: ([c, a, b]) => where(c, a, b),
      reference: ([c, a, b]) => elementwise((p, x, y) => (p ? x : y))(c, a, b),
      cases: broadcasting(3).map((shapes) => ({ shapes, attrs: undefined })),
      dtypes: ['bool', dtype, dtype],
      ulps: 0,
      gradientUlps: isFloat(dtype) ? (shapes) => Math.max(...repeats(shapes)) : undefined,
      runs: isFloat(dtype) ? 40 : 8,
    }));
}

test('where hides NaN that it does not choose, forward and backward', async () => {
  const x = tensor([-1, 4]);
  const f = (t: Tensor) => where(ops.greater(t, 0), mul(t, t), NaN);
  assert.deepEqual([...(await f(x).data())], [NaN, 16]);
  assert.deepEqual([...(await grad(f)(x)[0].data())].map(Math.abs), [0, 8]);
});

const ranges: Record<Dtype, [low: number, high: number]> = { f32: [-20, 20], f16: [-20, 20], i32: [-20, 20], u32: [0, 20], bool: [0, 2] };
const castTo: Record<Dtype, (x: number) => number> = {
  f32: (x) => x,
  f16: (x) => x,
  i32: (x) => Math.trunc(x) | 0,
  u32: (x) => Math.max(Math.trunc(x), 0) >>> 0,
  bool: (x) => Number(x !== 0),
};
for (const from of all) {
  for (const to of all) {
    const [low, high] = ranges[from];
    test(`cast from ${from} to ${to}`, () =>
      checkOp({
        op: ([x]) => cast(x, to),
        reference: ([x]) => elementwise((v) => (from === 'i32' && to === 'u32' ? v >>> 0 : castTo[to](v)))(x),
        cases: anyShape.map((shape) => ({ shapes: [shape], attrs: undefined })),
        dtypes: [from],
        domain: (uniform) => {
          const v = low + (high - low) * uniform();
          return uniform() < 0.1 ? 0 : isFloat(from) ? Math.fround(v) : Math.floor(v);
        },
        ulps: 0,
        gradientUlps: from !== to && isFloat(from) && isFloat(to) ? 0 : undefined,
        runs: 8,
      }));
  }
}

test('cast clamps what an integer cannot hold, and NaN to 0', async () => {
  const x = tensor([3e9, -3e9, 1e20, -1e20, Infinity, -Infinity, NaN, -0.9, 2147483520, 2 ** 31, 2 ** 32]);
  assert.deepEqual([...(await cast(x, 'i32').data())], [2147483647, -2147483648, 2147483647, -2147483648, 2147483647, -2147483648, 0, 0, 2147483520, 2147483647, 2147483647]);
  assert.deepEqual([...(await cast(x, 'u32').data())], [3000000000, 0, 4294967295, 0, 4294967295, 0, 0, 0, 2147483520, 2147483648, 4294967295]);
  assert.deepEqual([...(await cast(tensor([NaN, -0, 1e-30, 0]), 'bool').data())], [1, 0, 1, 0]);
});

half(test)('every f16 there is becomes f32 and comes back as it was', async () => {
  const all = Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfOf(bits));
  const x = cast(tensor(all), 'f16');
  assert.equal(x.dtype, 'f16');
  same(await x.data(), all, 'cast on the device');
  same(await tensor(all, 'f16').data(), all, 'rounded on the host');
});

half(test)('what f16 cannot hold is rounded to the nearest, halves to even, and past its range to ±∞', async () => {
  const values = [
    65504, 65519.99, 65520, -65520, 1e10, -Infinity, NaN, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20, 2 - 2 ** -12, -0, 1e-40,
    2 ** -14 - 2 ** -26, 2 ** -24, 2 ** -25, 2 ** -25 * 1.01, 3 * 2 ** -25, -5 * 2 ** -26, 1 / 3, -1e-6,
  ].map(Math.fround);
  same(await cast(tensor(values), 'f16').data(), values.map(nearestHalf), 'cast on the device');
  same(await tensor(values, 'f16').data(), values.map(nearestHalf), 'rounded on the host');
  same(await cast(tensor([65519, 65520, -70000, 2 ** 31 - 1], 'i32'), 'f16').data(), [65504, Infinity, -Infinity, Infinity], 'of whole numbers');
  same(await cast(tensor([NaN, 1e5, -1e5, 2.5, -0.9], 'f16'), 'i32').data(), [0, 2147483647, -2147483648, 2, 0], 'to whole numbers');
});

test('cast to the same dtype is the tensor itself and lets the gradient through', async () => {
  const x = tensor([1, 2]);
  assert.equal(cast(x, 'f32'), x);
  assert.deepEqual([...(await grad((t) => cast(cast(t, 'i32'), 'f32'))(x)[0].data())], [0, 0]);
});

test('a deterministic sample keeps its bits when cast to i32 and back', async () => {
  const values = fc.sample(fc.integer({ min: -(2 ** 24), max: 2 ** 24 }), { numRuns: 200, seed: 1 });
  assert.deepEqual([...(await cast(cast(tensor(values, 'i32'), 'f32'), 'i32').data())], values);
});

test('shapes and dtypes that do not go together are refused', () => {
  assert.throws(() => ops.less(zeros([2], 'bool'), zeros([2], 'bool')), (e: Error) => e instanceof DtypeError && /less.*bool/.test(e.message));
  assert.throws(() => ops.logicalAnd(zeros([2]), zeros([2])), (e: Error) => e instanceof DtypeError && /logicalAnd.*f32.*bool/.test(e.message));
  assert.throws(() => where(zeros([2]), zeros([2]), 1), (e: Error) => e instanceof DtypeError && /where.*condition.*f32.*bool/.test(e.message));
  assert.throws(() => where(zeros([2], 'bool'), zeros([3]), 1), (e: Error) => e instanceof ShapeError && /where/.test(e.message));
});

test.run();
