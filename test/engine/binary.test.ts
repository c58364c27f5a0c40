import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { grad } from '../../engine/autodiff/grad';
import { DtypeError, ShapeError } from '../../engine/errors';
import * as ops from '../../engine/ops/elementwise/binary';
import { broadcastTo } from '../../engine/ops/layout/broadcast-to';
import { tensor, zeros } from '../../engine/tensor/create';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp, guardedDevice } from '../support/check-op';
import { floatDtypes, half } from '../support/half-suite';
import { elementwise, isClose, repeats } from '../support/reference';
import { broadcasting } from '../support/shapes';

type Two = (a: Tensor, b: Tensor) => Tensor;
interface Case {
  readonly op: Two;
  readonly f: (a: number, b: number) => number;
  readonly ulps: number;
  readonly gradientUlps?: number;
  readonly domain?: (uniform: () => number, input: number) => number;
  /** What errors are relative to, if not to the result. */
  readonly scale?: (a: number, b: number) => number;
  /** Of f16: values, and how much the roundings on the way to a gradient come to for each term, in 2⁻¹¹ of the incoming gradient. */
  readonly half?: { readonly domain?: (uniform: () => number, input: number) => number; readonly roundings?: number };
}

const mod = (a: number, b: number) => a - b * Math.floor(a / b);
/** Multiples of 1/8, whose quotients never round across a whole number; none is 0. */
const eighths = (uniform: () => number) => (1 + Math.floor(64 * uniform())) / (uniform() < 0.5 ? 8 : -8);

/** No a equals a b: odd multiples of 2⁻⁷ against even ones. */
const unequal = (uniform: () => number, input: number) => (2 * Math.floor(512 * uniform() - 256) + 1 - input) / 128;
const upTo = (least: number, most: number) => (uniform: () => number) => least + (most - least) * uniform();

const floats: Record<string, Case> = {
  add: { op: ops.add, f: (a, b) => a + b, ulps: 1, gradientUlps: 1 },
  sub: { op: ops.sub, f: (a, b) => a - b, ulps: 1, gradientUlps: 1 },
  mul: { op: ops.mul, f: (a, b) => a * b, ulps: 1, gradientUlps: 2, half: { roundings: 4 } },
  // dy·y/b, up to 4/0.5² of dy, with three roundings.
  div: { op: ops.div, f: (a, b) => a / b, ulps: 3, gradientUlps: 8, half: { domain: upTo(0.5, 4), roundings: 48 } },
  maximum: { op: ops.maximum, f: Math.max, ulps: 0, gradientUlps: 1, half: { domain: unequal } },
  minimum: { op: ops.minimum, f: Math.min, ulps: 0, gradientUlps: 1, half: { domain: unequal } },
  // 2·(a − b), up to 16 of dy, with two roundings.
  squaredDifference: { op: ops.squaredDifference, f: (a, b) => (a - b) ** 2, ulps: 4, gradientUlps: 4, half: { roundings: 32 } },
  pow: {
    op: ops.pow,
    f: (a, b) => a ** b,
    ulps: 3,
    gradientUlps: 40,
    domain: (uniform, input) => (input === 0 ? 0.3 + 3 * uniform() : 8 * uniform() - 4),
    // The error of exp(b log a) is that of its argument.
    scale: (a, b) => a ** b * (1 + Math.abs(b * Math.log(a))),
    // b·a^(b − 1), up to 16 of dy, with three roundings and that of b − 1, which counts 2·|log a|.
    half: { domain: (uniform, input) => (input === 0 ? 0.5 + 1.5 * uniform() : 4 * uniform() - 2), roundings: 80 },
  },
  'pow with whole exponents': {
    op: ops.pow,
    f: (a, b) => a ** b,
    ulps: 1,
    domain: (uniform, input) => (input === 0 ? 8 * uniform() - 4 : Math.floor(11 * uniform()) - 5),
    scale: (a, b) => Math.abs(a ** b) * (3 + Math.abs(b)),
  },
  mod: { op: ops.mod, f: mod, ulps: 0, domain: eighths },
  floorDiv: { op: ops.floorDiv, f: (a, b) => Math.floor(a / b), ulps: 0, domain: eighths },
};

for (const dtype of floatDtypes) for (const [name, { op, f, ulps, gradientUlps, scale, half, ...one }] of Object.entries(floats)) {
  const domain = (dtype === 'f16' && half?.domain) || one.domain;
  test(`${name} of ${dtype}`, () =>
    checkOp({
      op: ([a, b]) => op(a, b),
      reference: ([a, b]) => elementwise(f, scale)(a, b),
      cases: broadcasting(2).map((shapes) => ({ shapes, attrs: undefined })),
      domain: domain && ((uniform, input) => Math.fround(domain(uniform, input))),
      ulps,
      // The gradient of what was repeated is a sum of that many terms.
      gradientUlps: gradientUlps && ((shapes) => gradientUlps * Math.max(...repeats(shapes))),
      roundings: (shapes) => (half?.roundings ?? 0) * Math.max(...repeats(shapes)),
      dtypes: [dtype, dtype],
      runs: dtype === 'f16' ? 24 : 40,
    }),
  );
}

const whole: Record<string, [op: Two, f: (a: number, b: number) => number]> = {
  add: [ops.add, (a, b) => a + b],
  sub: [ops.sub, (a, b) => a - b],
  mul: [ops.mul, (a, b) => a * b],
  maximum: [ops.maximum, Math.max],
  minimum: [ops.minimum, Math.min],
  squaredDifference: [ops.squaredDifference, (a, b) => (a - b) ** 2],
  pow: [ops.pow, (a, b) => (b < 0 ? 0 : a ** b)],
  mod: [ops.mod, mod],
  floorDiv: [ops.floorDiv, (a, b) => Math.floor(a / b)],
};
for (const dtype of ['i32', 'u32'] as const) {
  for (const [name, [op, f]] of Object.entries(whole)) {
    // Operands whose difference is no less than 0, so that u32 does not wrap around; wrapping has a test of its own.
    const domain = (uniform: () => number, input: number) => {
      const n = 1 + Math.floor(8 * uniform());
      if (name === 'pow') return input === 0 ? n + 1 : n - (dtype === 'i32' ? 3 : 0);
      return input === 0 ? n + 8 : dtype === 'i32' && uniform() < 0.5 ? -n : n;
    };
    test(`${name} of ${dtype}`, () =>
      checkOp({
        op: ([a, b]) => op(a, b),
        reference: ([a, b]) => elementwise(f)(a, b),
        cases: broadcasting(2).map((shapes) => ({ shapes, attrs: undefined })),
        dtypes: [dtype, dtype],
        domain,
        ulps: 0,
        runs: 8,
      }));
  }
}

const values = async (t: Tensor) => [...(await t.data())];

test('whole numbers wrap around, divide to f32, and give 0 for a division by 0', async () => {
  await guardedDevice();
  assert.deepEqual(await values(ops.add(tensor([2147483647], 'i32'), 1)), [-2147483648]);
  assert.deepEqual(await values(ops.sub(tensor([0], 'u32'), 1)), [4294967295]);
  assert.deepEqual(await values(ops.mul(tensor([65536], 'i32'), 65537)), [65536]);
  assert.deepEqual(await values(ops.mod(tensor([5, -7, 7, -7], 'i32'), tensor([0, 3, -3, -3], 'i32'))), [0, 2, -2, -1]);
  assert.deepEqual(await values(ops.floorDiv(tensor([5, -7, 7, -7], 'i32'), tensor([0, 3, -3, -3], 'i32'))), [0, -3, -3, 2]);
  assert.deepEqual(await values(ops.pow(tensor([2147483647, -1, 1, 2], 'i32'), tensor([-1, -3, -2, 31], 'i32'))), [0, -1, 1, -2147483648]);
  const quotient = ops.div(tensor([1, 7], 'i32'), 2);
  assert.equal(quotient.dtype, 'f32');
  assert.deepEqual(await values(quotient), [0.5, 3.5]);
});

test('infinities and NaN give what NumPy gives', async () => {
  const pairs: [Two, number, number, number][] = [
    [ops.add, Infinity, -Infinity, NaN], [ops.mul, 0, Infinity, NaN], [ops.div, 1, 0, Infinity], [ops.div, 0, 0, NaN],
    [ops.maximum, NaN, 1, NaN], [ops.maximum, 1, NaN, NaN], [ops.minimum, NaN, 1, NaN], [ops.minimum, 1, NaN, NaN],
    [ops.maximum, -Infinity, 2, 2], [ops.minimum, Infinity, 2, 2],
    [ops.pow, -2, 3, -8], [ops.pow, -2, 0.5, NaN], [ops.pow, 0, 0, 1], [ops.pow, NaN, 0, 1], [ops.pow, 1, NaN, 1], [ops.pow, 2, NaN, NaN],
    [ops.pow, 0, -1, Infinity], [ops.pow, 0, 2.5, 0], [ops.pow, 0, -2.5, Infinity], [ops.pow, 2, Infinity, Infinity],
    [ops.pow, 0.5, Infinity, 0], [ops.pow, -1, Infinity, 1], [ops.pow, -3, 129, -Infinity], [ops.pow, -0.5, 129, -(2 ** -129)],
    [ops.pow, 10, 38, 1e38], [ops.pow, 10, 39, Infinity], [ops.pow, 10, -30, 1e-30],
    [ops.mod, 5, Infinity, 5], [ops.mod, -5, Infinity, Infinity], [ops.mod, Infinity, 2, NaN], [ops.mod, 1, 0, NaN],
    [ops.floorDiv, 1, 0, Infinity], [ops.floorDiv, -1, 0, -Infinity], [ops.floorDiv, -5, Infinity, -1],
  ];
  const results = await Promise.all(pairs.map(([op, a, b]) => op(tensor([a]), tensor([b])).item()));
  pairs.forEach(([op, a, b, want], i) => {
    const got = results[i];
    const close = isClose(got, want, 1e-5 * Math.abs(want) + 2 ** -126);
    assert.ok(close, `${op.name}(${a}, ${b}) is ${got}, expected ${want}`);
  });
});

test('a number takes the dtype of the other operand', async () => {
  const x = tensor([1, 2], 'i32');
  assert.equal(ops.add(x, 1).dtype, 'i32');
  assert.deepEqual(await values(ops.sub(10, x)), [9, 8]);
  assert.throws(() => ops.add(x, 0.5), (e: Error) => e instanceof DtypeError && /add: 0.5 .*i32.*cast/.test(e.message));
});

half(test)('a number takes f16', () => assert.equal(ops.add(tensor([1], 'f16'), 0.1).dtype, 'f16'));

test('where both are equal, maximum and minimum pass the gradient to the first', async () => {
  for (const op of [ops.maximum, ops.minimum]) {
    const [da, db] = grad(op)(tensor([1, 2]), tensor([1, 2]));
    assert.deepEqual([await values(da), await values(db)], [[1, 1], [0, 0]]);
  }
});

test('the gradient of pow at a base of 0 is finite where the function is smooth', async () => {
  const [da, db] = grad(ops.pow)(tensor([0, 0, 0]), tensor([2, 1, 3]));
  assert.deepEqual([await values(da), await values(db)], [[0, 1, 0], [0, 0, 0]]);
});

for (const dtype of floatDtypes) test(`broadcastTo of ${dtype}`, () =>
  checkOp({
    op: ([x, like]) => broadcastTo(x, ops.add(x, like).shape),
    reference: ([x, like]) => elementwise((a, b) => a + 0 * b)(x, like),
    cases: broadcasting(2).map((shapes) => ({ shapes, attrs: undefined })),
    dtypes: [dtype, dtype],
    ulps: 0,
    gradientUlps: (shapes) => Math.max(...repeats(shapes)),
  }));

half(test)('f16 and f32 do not go together', () =>
  assert.throws(() => ops.add(zeros([2], 'f16'), zeros([2])), (e: Error) => e instanceof DtypeError && /add.*f16 and f32.*cast/.test(e.message)));

test('shapes and dtypes that do not go together are refused', () => {
  assert.throws(() => ops.add(zeros([2, 3]), zeros([2, 4])), (e: Error) => e instanceof ShapeError && /add.*\[2, 3\].*\[2, 4\].*axis -1 is 3 against 4/.test(e.message));
  assert.throws(() => ops.add(zeros([2]), zeros([2], 'i32')), (e: Error) => e instanceof DtypeError && /add.*f32 and i32.*cast/.test(e.message));
  assert.throws(() => ops.add(zeros([2], 'bool'), zeros([2], 'bool')), (e: Error) => e instanceof DtypeError && /add.*bool/.test(e.message));
  assert.throws(() => broadcastTo(zeros([3]), [4]), (e: Error) => e instanceof ShapeError && /broadcastTo.*\[3\].*\[4\]/.test(e.message));
});

test.run();
