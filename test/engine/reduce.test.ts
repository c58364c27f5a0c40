import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { grad } from '../../engine/autodiff/grad';
import { DtypeError, ShapeError } from '../../engine/errors';
import { argMax, argMin } from '../../engine/ops/reduce/arg';
import * as ops from '../../engine/ops/reduce/reduce';
import { tensor, zeros } from '../../engine/tensor/create';
import type { Dtype } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp, guardedDevice, uniformFrom } from '../support/check-op';
import { nearestHalf } from '../support/half';
import { floatDtypes, half } from '../support/half-suite';
import { reduced } from '../support/reference';
import { length, small } from '../support/shapes';

interface Attrs {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** Axes as a box [outer, n, inner] whose sizes cross the kernels' borders, or any axes of a small shape. */
const box = fc.tuple(fc.constantFrom(1, 2, 3, 17), length, fc.constantFrom(1, 3, 4, 8, 33, 130)).chain(([outer, n, inner]) =>
  fc.constantFrom([[outer, n], [1]], [[n, inner], [0]], [[outer, n, inner], [1]], [[n], [0]], [[3, n, inner], [0, 2]]),
);
const any = small.chain((shape) =>
  fc.tuple(fc.constant(shape), fc.subarray(shape.map((_, i) => i))).map(([s, axes]) => [s, axes]),
);

function cases(filter: (shape: readonly number[], axes: readonly number[]) => boolean = () => true) {
  return fc
    .tuple(fc.oneof(box, any), fc.boolean())
    .map(([[shape, axes], keepDims]) => {
      // The reference takes a while over 50,000 elements.
      const [size, cut] = [shape.reduce((p, n) => p * n, 1), shape.map((n) => Math.min(n, 5))];
      return { shapes: [size > 20_000 ? cut : shape], attrs: { axes, keepDims } };
    })
    .filter(({ shapes, attrs }) => filter(shapes[0], attrs.axes));
}
const notEmpty = (shape: readonly number[], axes: readonly number[]) => axes.every((axis) => shape[axis] > 0);

/**
 * A sum may err by this many units of 2⁻²³ of the sum of absolute values: by the logarithm of their number, as a tree of additions
 * does, not by their number.
 */
const sumUlps = (n: number) => 2 + Math.log2(Math.max(n, 1));
const countAlong = (shape: readonly number[], axes: readonly number[]) => axes.reduce((n, axis) => n * shape[axis], 1);
const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
const size = (values: number[]) => total(values.map(Math.abs));

type Reduction = (x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor;
interface Case {
  readonly op: Reduction;
  readonly f: (values: number[]) => number;
  /** A number, or a function of the count of elements that make one. */
  readonly ulps: number | ((n: number) => number);
  readonly gradientUlps?: number;
  readonly scale?: (values: number[]) => number;
  readonly dtype?: Dtype;
  readonly domain?: (uniform: () => number) => number;
  readonly filter?: typeof notEmpty;
}

const few = (shape: readonly number[], axes: readonly number[]) => countAlong(shape, axes) <= 40;
const table: Record<string, Case> = {
  sum: { op: ops.sum, f: total, ulps: sumUlps, scale: size, gradientUlps: 1 },
  mean: { op: ops.mean, f: (v) => total(v) / v.length, ulps: sumUlps, scale: (v) => size(v) / v.length, gradientUlps: 2 },
  max: { op: ops.max, f: (v) => v.reduce((a, b) => Math.max(a, b)), ulps: 0, gradientUlps: 1, filter: notEmpty },
  min: { op: ops.min, f: (v) => v.reduce((a, b) => Math.min(a, b)), ulps: 0, gradientUlps: 1, filter: notEmpty },
  prod: {
    op: ops.prod,
    f: (v) => v.reduce((a, b) => a * b, 1),
    ulps: (n) => n,
    gradientUlps: 400,
    domain: (uniform) => 0.5 + uniform(),
    filter: few,
  },
  // Of f16 the result is f32.
  'sum of f16': { op: ops.sum, f: total, ulps: sumUlps, scale: size, gradientUlps: 1, dtype: 'f16' },
  'mean of f16': { op: ops.mean, f: (v) => total(v) / v.length, ulps: sumUlps, scale: (v) => size(v) / v.length, gradientUlps: 2, dtype: 'f16' },
  'max of f16': { op: ops.max, f: (v) => v.reduce((a, b) => Math.max(a, b)), ulps: 0, dtype: 'f16', filter: notEmpty },
  'sum of i32': { op: ops.sum, f: total, ulps: 0, dtype: 'i32' },
  'max of i32': { op: ops.max, f: (v) => v.reduce((a, b) => Math.max(a, b)), ulps: 0, dtype: 'i32', filter: notEmpty },
  'min of i32': { op: ops.min, f: (v) => v.reduce((a, b) => Math.min(a, b)), ulps: 0, dtype: 'i32', filter: notEmpty },
  'sum of u32': { op: ops.sum, f: total, ulps: 0, dtype: 'u32' },
  'max of u32': { op: ops.max, f: (v) => v.reduce((a, b) => Math.max(a, b)), ulps: 0, dtype: 'u32', filter: notEmpty },
  any: { op: ops.any, f: (v) => Number(v.some(Boolean)), ulps: 0, dtype: 'bool', domain: (uniform) => Number(uniform() < 0.1) },
  all: { op: ops.all, f: (v) => Number(v.every(Boolean)), ulps: 0, dtype: 'bool', domain: (uniform) => Number(uniform() < 0.9) },
};

for (const [name, { op, f, ulps, gradientUlps, scale, dtype = 'f32', domain, filter }] of Object.entries(table)) {
  (dtype === 'f16' ? half(test) : test)(name, () =>
    checkOp<Attrs>({
      op: ([x], { axes, keepDims }) => op(x, axes, keepDims),
      reference: ([x], { axes, keepDims }) => ({
        ...reduced(x, axes, keepDims, f),
        scale: scale && reduced(x, axes, keepDims, scale).data,
      }),
      cases: cases(filter),
      dtypes: [dtype],
      domain: domain && ((uniform) => Math.fround(domain(uniform))),
      ulps: typeof ulps === 'number' ? ulps : ([shape], { axes }) => ulps(countAlong(shape, axes)),
      gradientUlps,
      runs: dtype === 'f32' ? 48 : 16,
    }),
  );
}

half(test)('sums of f16 go beyond its range and keep what it would round away', async () => {
  const x = ops.sum(tensor([60000, 60000, 0.25], 'f16'));
  assert.equal(x.dtype, 'f32');
  assert.equal(await x.item(), 120000.25 - 2 * (60000 - nearestHalf(60000)));
});

/** The first index of the extreme, a NaN before all. */
function firstExtreme(values: number[], sign: number): number {
  let best = 0;
  values.forEach((v, i) => {
    if (Number.isNaN(values[best])) return;
    if (Number.isNaN(v) || sign * v > sign * values[best]) best = i;
  });
  return best;
}

for (const [name, op, sign] of [['argMax', argMax, 1], ['argMin', argMin, -1]] as const) {
  for (const dtype of [...floatDtypes, 'i32', 'u32'] as const) {
    test(`${name} of ${dtype}`, () =>
      checkOp<Attrs>({
        op: ([x], { axes, keepDims }) => op(x, axes.length === 1 ? axes[0] : null, keepDims),
        reference: ([x], { axes, keepDims }) =>
          reduced(x, axes.length === 1 ? axes : x.shape.map((_, i) => i), keepDims, (v) => firstExtreme(v, sign)),
        cases: cases((shape, axes) => notEmpty(shape, axes.length === 1 ? axes : shape.map((_, i) => i))),
        dtypes: [dtype],
        // Few values, so that many are equal; sometimes none.
        domain: (uniform) => (dtype === 'f32' && uniform() < 0.02 ? NaN : Math.floor(9 * uniform()) - (dtype === 'u32' ? 0 : 4)),
        ulps: 0,
        runs: 24,
      }));
  }
}

const values = async (t: Tensor) => [...(await t.data())];

test('arguments of zeros, infinities and the ends of the integers', async () => {
  await guardedDevice();
  assert.deepEqual(await values(argMax(tensor([[-0, 0], [0, -0], [-Infinity, -3e38], [-Infinity, -Infinity]]), 1)), [0, 0, 1, 0]);
  assert.deepEqual(await values(argMin(tensor([[-0, 0], [0, -0], [Infinity, 3e38], [Infinity, Infinity]]), 1)), [0, 0, 1, 0]);
  assert.deepEqual(await values(argMax(tensor([-2147483648, 2147483647, 0], 'i32'))), [1]);
  assert.deepEqual(await values(argMin(tensor([5, 4294967295, 1], 'u32'))), [2]);
  assert.deepEqual(await values(argMin(tensor([-2147483648, -2147483648], 'i32'))), [0]);
});

test('a sum of many elements stays as exact as a few roundings', async () => {
  const n = 1_000_003;
  const uniform = uniformFrom(7);
  const data = Float32Array.from({ length: n }, uniform);
  const exact = data.reduce((a, b) => a + b, 0);
  const got = await ops.sum(tensor(data)).item();
  assert.ok(Math.abs(got - exact) <= sumUlps(n) * 2 ** -23 * exact, `${got} against ${exact}`);
  // Along the other axis: 2 columns.
  const columns = await ops.sum(tensor(new HostArray(data.subarray(0, n - 1), [(n - 1) / 2, 2])), 0).data();
  for (const c of [0, 1]) {
    const want = data.subarray(0, n - 1).reduce((a, b, i) => (i % 2 === c ? a + b : a), 0);
    assert.ok(Math.abs(columns[c] - want) <= sumUlps(n / 2) * 2 ** -23 * want, `column ${c}: ${columns[c]} against ${want}`);
  }
});

test('over no elements', async () => {
  const x = zeros([2, 0, 3]);
  assert.deepEqual(await values(ops.sum(x, 1)), [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(await values(ops.prod(x, 1)), [1, 1, 1, 1, 1, 1]);
  assert.deepEqual(await values(ops.mean(x)), [NaN]);
  assert.deepEqual(await values(ops.sum(x, 0)), []);
  assert.deepEqual(await values(ops.any(zeros([0], 'bool'))), [0]);
  assert.deepEqual(await values(ops.all(zeros([0], 'bool'))), [1]);
  assert.throws(() => ops.max(x, 1), (e: Error) => e instanceof ShapeError && /max.*\[2, 0, 3\].*\[1\]/.test(e.message));
  assert.throws(() => argMax(x, 1), (e: Error) => e instanceof ShapeError && /argMax.*\[2, 0, 3\].*axis 1/.test(e.message));
  assert.equal(ops.max(x, 0).size, 0);
});

test('NaN and infinities', async () => {
  assert.deepEqual(await values(ops.max(tensor([[1, NaN, 3], [1, 2, Infinity], [-Infinity, -Infinity, -Infinity]]), 1)), [NaN, Infinity, -Infinity]);
  assert.deepEqual(await values(ops.min(tensor([[1, NaN, 3], [1, 2, -Infinity], [Infinity, Infinity, Infinity]]), 1)), [NaN, -Infinity, Infinity]);
  assert.deepEqual(await values(ops.sum(tensor([[Infinity, 1, 2], [Infinity, -Infinity, 0], [NaN, 0, 0]]), 1)), [Infinity, NaN, NaN]);
  assert.deepEqual(await values(ops.max(tensor([[NaN, 1], [2, 3], [0, 4]]), 0)), [NaN, 4]);
});

test('the mean of whole numbers is f32', async () => {
  const m = ops.mean(tensor([1, 2], 'i32'));
  assert.equal(m.dtype, 'f32');
  assert.equal(await m.item(), 1.5);
});

test('equals share the gradient of max and min', async () => {
  const x = tensor([[1, 3, 3, 3], [2, 2, 1, 0]]);
  const third = Math.fround(1 / 3);
  assert.deepEqual(await values(grad((t) => ops.max(t, 1))(x)[0]), [0, third, third, third, 0.5, 0.5, 0, 0]);
  assert.deepEqual(await values(grad((t) => ops.min(t, 1))(x)[0]), [1, 0, 0, 0, 0, 0, 0, 1]);
});

test('the gradient of prod where elements are 0', async () => {
  const x = tensor([[2, 3, 4], [2, 0, 4], [0, 3, 0]]);
  assert.deepEqual((await values(grad((t) => ops.prod(t, 1))(x)[0])).map((v) => v + 0), [12, 8, 6, 0, 8, 0, 0, 0, 0]);
});

test('sumTo is the tensor itself where nothing was broadcast', async () => {
  const x = tensor([[1, 2], [3, 4]]);
  assert.equal(ops.sumTo(x, [2, 2]), x);
  assert.deepEqual(await values(ops.sumTo(x, [1, 2])), [4, 6]);
  assert.deepEqual(await values(ops.sumTo(x, [2])), [4, 6]);
  assert.deepEqual(await values(ops.sumTo(x, [])), [10]);
});

test('wrong axes and dtypes are refused', () => {
  assert.throws(() => ops.sum(zeros([2]), 1), (e: Error) => e instanceof ShapeError && /sum: axis 1 .*rank 1/.test(e.message));
  assert.throws(() => ops.sum(zeros([2, 2]), [0, -2]), (e: Error) => e instanceof ShapeError && /sum.*twice/.test(e.message));
  assert.throws(() => ops.any(zeros([2])), (e: Error) => e instanceof DtypeError && /any.*f32.*bool/.test(e.message));
  assert.throws(() => ops.sum(zeros([2], 'bool')), (e: Error) => e instanceof DtypeError && /sum.*bool/.test(e.message));
});

test.run();
