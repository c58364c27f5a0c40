import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { DtypeError, ValueError } from '../../engine/errors';
import * as ops from '../../engine/ops/elementwise/unary';
import { tensor } from '../../engine/tensor/create';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp, guardedDevice } from '../support/check-op';
import { isCloseHalf } from '../support/half';
import { floatDtypes, half } from '../support/half-suite';
import { elementwise, isClose } from '../support/reference';
import { erf, normalCdf } from '../support/special';
import { anyShape } from '../support/shapes';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const positive = (uniform: () => number) => 0.05 + 5 * uniform();
const round = (x: number) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/** Op, reference, allowed ulps of result and gradient, values, what errors are relative to if not to the result. */
type Case = [
  op: (x: Tensor) => Tensor,
  f: (x: number) => number,
  ulps: number,
  gradientUlps?: number,
  domain?: (uniform: () => number) => number,
  scale?: (x: number) => number,
];
const cases: Record<string, Case> = {
  neg: [ops.neg, (x) => -x, 0, 1],
  abs: [ops.abs, Math.abs, 0, 1],
  sign: [ops.sign, Math.sign, 0],
  exp: [ops.exp, Math.exp, 2, 4],
  expm1: [ops.expm1, Math.expm1, 3, 4],
  log: [ops.log, Math.log, 2, 4, positive],
  log1p: [ops.log1p, Math.log1p, 4, 4, (uniform) => 5 * uniform() - 0.9],
  sqrt: [ops.sqrt, Math.sqrt, 2, 6, positive],
  rsqrt: [ops.rsqrt, (x) => 1 / Math.sqrt(x), 3, 12, positive],
  square: [ops.square, (x) => x * x, 1, 2],
  reciprocal: [ops.reciprocal, (x) => 1 / x, 3, 8],
  sin: [ops.sin, Math.sin, 3, 4],
  cos: [ops.cos, Math.cos, 6, 4],
  tanh: [ops.tanh, Math.tanh, 4, 4],
  sigmoid: [ops.sigmoid, sigmoid, 3, 3],
  relu: [ops.relu, (x) => Math.max(x, 0), 0, 1],
  relu6: [(x) => ops.relu6(x), (x) => Math.min(Math.max(x, 0), 6), 0, 1, (uniform) => 16 * uniform() - 5],
  leakyRelu: [(x) => ops.leakyRelu(x), (x) => (x > 0 ? x : 0.2 * x), 1, 1],
  'leakyRelu of slope 0.3': [(x) => ops.leakyRelu(x, 0.3), (x) => (x > 0 ? x : 0.3 * x), 1, 1],
  elu: [(x) => ops.elu(x), (x) => (x > 0 ? x : Math.expm1(x)), 3, 3],
  'elu with alpha 0.5': [(x) => ops.elu(x, 0.5), (x) => (x > 0 ? x : 0.5 * Math.expm1(x)), 3, 3],
  selu: [ops.selu, (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)), 4, 6],
  gelu: [(x) => ops.gelu(x), (x) => x * normalCdf(x), 16, 6],
  'gelu, tanh form': [(x) => ops.gelu(x, true), (x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)), 40, 16],
  silu: [ops.silu, (x) => x * sigmoid(x), 4, 6],
  softplus: [ops.softplus, softplus, 4, 3],
  softsign: [ops.softsign, (x) => x / (1 + Math.abs(x)), 3, 4],
  mish: [ops.mish, (x) => x * Math.tanh(softplus(x)), 6, 8],
  hardSigmoid: [ops.hardSigmoid, (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1), 1, 1, (uniform) => 9 * uniform() - 4.5, (x) => 0.5 + Math.abs(x / 6)],
  floor: [ops.floor, Math.floor, 0],
  ceil: [ops.ceil, Math.ceil, 0],
  round: [ops.round, round, 0, undefined, (uniform) => Math.floor(20 * uniform() - 10) / 2],
  clip: [(x) => ops.clip(x, -1.5, 2.5), (x) => Math.min(Math.max(x, -1.5), 2.5), 0, 1],
  erf: [ops.erf, erf, 4, 6],
};

/** Roundings of y to f16 in derivatives that are computed from it, times how much they matter. */
const roundings: Record<string, number> = { exp: 1, expm1: 1, sqrt: 1, rsqrt: 3, reciprocal: 2, tanh: 2, sigmoid: 1, selu: 2 };
/** Where there is a kink that f16 could hit: odd multiples of 2⁻⁷. */
const besideKinks = (value: number): number => (2 * Math.floor(64 * value) + 1) / 128;

for (const dtype of floatDtypes) for (const [name, [op, f, ulps, gradientUlps, domain, scale]] of Object.entries(cases)) {
  const draw = domain ?? ((uniform) => 8 * uniform() - 4);
  const kinked = ['relu6', 'hardSigmoid', 'clip'].includes(name);
  test(`${name} of ${dtype}`, () =>
    checkOp({
      op: ([x]) => op(x),
      reference: ([x]) => elementwise(f, scale)(x),
      cases: anyShape.map((shape) => ({ shapes: [shape], attrs: undefined })),
      dtypes: [dtype],
      domain: kinked ? (uniform) => besideKinks(draw(uniform)) : domain && ((uniform) => Math.fround(domain(uniform))),
      ulps,
      gradientUlps,
      roundings: roundings[name],
      runs: dtype === 'f16' ? 16 : undefined,
    }),
  );
}

const integers: Record<string, [(x: Tensor) => Tensor, (x: number) => number]> = {
  neg: [ops.neg, (x) => -x],
  abs: [ops.abs, Math.abs],
  sign: [ops.sign, Math.sign],
  square: [ops.square, (x) => x * x],
};
for (const [name, [op, f]] of Object.entries(integers)) {
  test(`${name} of i32`, () =>
    checkOp({
      op: ([x]) => op(x),
      reference: ([x]) => elementwise(f)(x),
      cases: anyShape.map((shape) => ({ shapes: [shape], attrs: undefined })),
      dtypes: ['i32'],
      ulps: 0,
      runs: 8,
    }));
}

const edges = [0, -0, 1e-30, -1e-30, 1e-4, -1e-4, 20, -20, 80, -80, 100, -100, 1e30, -1e30, Infinity, -Infinity, NaN];
test('extreme values, infinities and NaN give what IEEE arithmetic gives', async () => {
  await guardedDevice();
  // Sines are accurate to |x| = 10⁵, where f32 still resolves an angle.
  const bounded = ['sin', 'cos'];
  const values = edges.map(Math.fround);
  for (const [name, [op, f, ulps]] of Object.entries(cases)) {
    const got = await op(tensor(values)).data();
    values.forEach((x, i) => {
      if (bounded.includes(name) && Math.abs(x) > 1e5 && Number.isFinite(x)) return;
      const want = f(x);
      const allowed = Math.max(ulps, 1) * (Math.abs(x) > 4 ? 8 : 1) * 2 ** -23 * Math.abs(want) + 2 ** -126;
      assert.ok(isClose(got[i], want, allowed), `${name}(${x}) is ${got[i]}, expected ${want}`);
    });
  }
});

test('isNan and isFinite', async () => {
  const x = tensor([1, NaN, Infinity, -Infinity, 0]);
  assert.deepEqual([...(await ops.isNan(x).data())], [0, 1, 0, 0, 0]);
  assert.deepEqual([...(await ops.isFinite(x).data())], [1, 0, 0, 0, 1]);
  assert.equal(ops.isNan(x).dtype, 'bool');
});

half(test)('extreme values of f16', async () => {
  const halves = [0, -0, 2 ** -24, -(2 ** -14), 11, -11, 12, 65504, -65504, Infinity, -Infinity, NaN];
  const x = tensor(halves, 'f16');
  for (const name of ['exp', 'relu', 'square', 'reciprocal', 'tanh', 'sigmoid', 'softplus', 'neg']) {
    const [op, f, ulps] = cases[name];
    const got = await op(x).data();
    halves.forEach((v, i) => {
      const want = f(v);
      assert.ok(isCloseHalf(got[i], want, 8 * Math.max(ulps, 1) * 2 ** -23 * Math.abs(want)), `${name}(${v}) is ${got[i]}, expected ${want}`);
    });
  }
  assert.deepEqual([...(await ops.isNan(x).data())], halves.map((v) => Number(Number.isNaN(v))));
  assert.deepEqual([...(await ops.isFinite(x).data())], halves.map((v) => Number(Number.isFinite(v))));
});

test('logicalNot', async () => {
  assert.deepEqual([...(await ops.logicalNot(ops.isNan(tensor([NaN, 1, 2, 3, NaN]))).data())], [0, 1, 1, 1, 0]);
});

test('wrong dtypes and bounds are refused', () => {
  assert.throws(() => ops.exp(tensor([1], 'i32')), (e: Error) => e instanceof DtypeError && /exp.*i32.*f32.*cast/.test(e.message));
  assert.throws(() => ops.clip(tensor([1]), 2, 1), (e: Error) => e instanceof ValueError && /clip.*2.*1/.test(e.message));
});

test.run();
