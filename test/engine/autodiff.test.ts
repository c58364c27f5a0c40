import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { grad, GradientTape, valueAndGrad } from '../../engine/autodiff/grad';
import { ShapeError, ValueError } from '../../engine/errors';
import { add, div, maximum, mul, pow, squaredDifference, sub } from '../../engine/ops/elementwise/binary';
import { equal, less } from '../../engine/ops/elementwise/compare';
import { matmul } from '../../engine/ops/matmul/matmul';
import { max, mean, prod, sum } from '../../engine/ops/reduce/reduce';
import * as unary from '../../engine/ops/elementwise/unary';
import { where } from '../../engine/ops/elementwise/where';
import { tensor } from '../../engine/tensor/create';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { guardedDevice, uniformFrom } from '../support/check-op';
import { normalCdf } from '../support/special';

const values = async (t: Tensor | null) => (t ? [...(await t.data())] : null);

test.before(async () => void (await guardedDevice()));

/** f″ by central differences; some 1e-7 off. */
function second(f: (x: number) => number, x: number): number {
  const h = 1e-3;
  const d = (step: number) => (f(x + step) - 2 * f(x) + f(x - step)) / step ** 2;
  // Richardson's extrapolation.
  return (4 * d(h) - d(2 * h)) / 3;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.log1p(Math.exp(x));
const twice: Record<string, [op: (x: Tensor) => Tensor, f: (x: number) => number, positive?: boolean]> = {
  exp: [unary.exp, Math.exp],
  expm1: [unary.expm1, Math.expm1],
  log: [unary.log, Math.log, true],
  log1p: [unary.log1p, Math.log1p, true],
  sqrt: [unary.sqrt, Math.sqrt, true],
  rsqrt: [unary.rsqrt, (x) => 1 / Math.sqrt(x), true],
  square: [unary.square, (x) => x * x],
  reciprocal: [unary.reciprocal, (x) => 1 / x, true],
  sin: [unary.sin, Math.sin],
  cos: [unary.cos, Math.cos],
  tanh: [unary.tanh, Math.tanh],
  sigmoid: [unary.sigmoid, sigmoid],
  elu: [(x) => unary.elu(x, 0.7), (x) => (x > 0 ? x : 0.7 * Math.expm1(x))],
  selu: [unary.selu, (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))],
  gelu: [(x) => unary.gelu(x), (x) => x * normalCdf(x)],
  'gelu, tanh form': [(x) => unary.gelu(x, true), (x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))],
  silu: [unary.silu, (x) => x * sigmoid(x)],
  softplus: [unary.softplus, softplus],
  softsign: [unary.softsign, (x) => x / (1 + Math.abs(x))],
  mish: [unary.mish, (x) => x * Math.tanh(softplus(x))],
  erf: [unary.erf, (x) => 2 * normalCdf(x * Math.SQRT2) - 1],
  'x³': [(x) => pow(x, 3), (x) => x ** 3],
  'x to the x': [(x) => pow(x, x), (x) => x ** x, true],
  'x / (1 + x²)': [(x) => div(x, add(1, mul(x, x))), (x) => x / (1 + x * x)],
  'a squared difference': [(x) => squaredDifference(x, unary.sin(x)), (x) => (x - Math.sin(x)) ** 2],
  'where and maximum': [(x) => where(less(x, 0.5), mul(x, unary.exp(x)), maximum(x, mul(x, x))), (x) => (x < 0.5 ? x * Math.exp(x) : Math.max(x, x * x))],
};

for (const [name, [op, f, positive]] of Object.entries(twice)) {
  test(`the second derivative of ${name}`, async () => {
    const uniform = uniformFrom(3);
    // Away from 0, 0.5 and 1, where some have kinks.
    const points = [0.25, 0.75, 1.5, 2.5, ...(positive ? [] : [-0.25, -0.75, -1.5, -2.5])].map((x) => Math.fround(x + 0.2 * uniform() - 0.1));
    const got = await grad((x) => grad(op)(x)[0])(tensor(points))[0].data();
    points.forEach((x, i) => {
      const want = second(f, x);
      assert.ok(Math.abs(got[i] - want) <= 1e-5 * Math.max(1, Math.abs(want)), `f″(${x}) is ${got[i]}, expected ${want}`);
    });
  });
}

test('functions that bend nowhere have a second derivative of 0', async () => {
  for (const op of [unary.relu, unary.abs, unary.neg, (x: Tensor) => unary.clip(x, -1, 1), (x: Tensor) => unary.leakyRelu(x), unary.hardSigmoid, unary.relu6]) {
    assert.deepEqual(await values(grad((x) => grad(op)(x)[0])(tensor([-2, -0.5, 0.5, 2]))[0]), [0, 0, 0, 0]);
  }
});

test('the third derivative', async () => {
  const third = (f: (x: Tensor) => Tensor) => grad((x) => grad((y) => grad(f)(y)[0])(x)[0]);
  const x = 0.4;
  const [t] = await third(unary.tanh)(tensor([x]))[0].data();
  // tanh‴ = (1 − t²)(6t² − 2)
  const y = Math.tanh(x);
  assert.ok(Math.abs(t - (1 - y * y) * (6 * y * y - 2)) < 1e-5);
  assert.deepEqual(await values(third((v) => mul(v, mul(v, v)))(tensor([x]))[0]), [6]);
});

/** A function of a vector, its gradient's sum against the reference's second differences: the row sums of the Hessian. */
async function checkHessian(op: (x: Tensor) => Tensor, f: (x: number[]) => number, x: number[]): Promise<void> {
  const got = await grad((t) => sum(grad(op)(t)[0]))(tensor(x))[0].data();
  const h = 1e-4;
  x.forEach((_, i) => {
    const shifted = (di: number, all: number) => x.map((v, j) => v + all + (i === j ? di : 0));
    const want = (f(shifted(h, h)) - f(shifted(-h, h)) - f(shifted(h, -h)) + f(shifted(-h, -h))) / (4 * h * h);
    assert.ok(Math.abs(got[i] - want) <= 1e-4 * Math.max(1, Math.abs(want)), `component ${i} is ${got[i]}, expected ${want}`);
  });
}

const total = (v: number[]) => v.reduce((a, b) => a + b, 0);
test('second derivatives through reductions, broadcasting and products', async () => {
  const x = [0.5, -1.25, 2, 0.75];
  await checkHessian((t) => unary.square(sum(unary.square(t))), (v) => total(v.map((a) => a * a)) ** 2, x);
  await checkHessian((t) => unary.exp(mean(t)), (v) => Math.exp(total(v) / v.length), x);
  await checkHessian((t) => prod(t), (v) => v.reduce((a, b) => a * b, 1), x);
  await checkHessian((t) => mul(max(t), sum(unary.sin(t))), (v) => Math.max(...v) * total(v.map(Math.sin)), x);
  await checkHessian((t) => sum(div(t, add(1, sum(mul(t, t), 0, true)))), (v) => total(v) / (1 + total(v.map((a) => a * a))), x);
  await checkHessian((t) => unary.tanh(sum(sub(t, mean(t, 0, true)))), () => 0, x);
});

test('second derivatives through matmul', async () => {
  // f = Σ (A Aᵀ)²
  const a = [0.5, -1, 1.5, 0.25, 2, -0.5];
  const f = (v: number[]) => {
    let s = 0;
    for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) s += (v[3 * i] * v[3 * j] + v[3 * i + 1] * v[3 * j + 1] + v[3 * i + 2] * v[3 * j + 2]) ** 2;
    return s;
  };
  const op = (t: Tensor) => sum(unary.square(matmul(t, t, { transposeB: true })));
  const got = await grad((t) => sum(grad(op)(t)[0]))(tensor([a.slice(0, 3), a.slice(3)]))[0].data();
  const h = 1e-4;
  a.forEach((_, i) => {
    const at = (di: number, all: number) => f(a.map((v, j) => v + all + (i === j ? di : 0)));
    const want = (at(h, h) - at(-h, h) - at(h, -h) + at(-h, -h)) / (4 * h * h);
    assert.ok(Math.abs(got[i] - want) <= 1e-4 * Math.max(1, Math.abs(want)), `component ${i} is ${got[i]}, expected ${want}`);
  });
});

test('a tensor used several times collects all of its gradients', async () => {
  const x = tensor([2, 3]);
  assert.deepEqual(await values(grad((t) => add(mul(t, t), mul(3, t)))(x)[0]), [7, 9]);
});

test('what the target does not depend on has gradient null on a tape, and 0 from grad', async () => {
  const [x, y] = [tensor([1, 2]), tensor([3, 4])];
  const tape = new GradientTape();
  tape.watch(x);
  tape.watch(y);
  const target = tape.record(() => sum(mul(x, x)));
  const [dx, dy] = tape.gradient(target, [x, y]);
  assert.deepEqual(await values(dx), [2, 4]);
  assert.equal(dy, null);
  assert.deepEqual(await values(grad((a, b) => add(a, mul(0, equal(b, b) ? 1 : 0)))(x, y)[1]), [0, 0]);
});

test('unwatched tensors and work outside of record leave no trace', async () => {
  const [x, y] = [tensor([1]), tensor([2])];
  const tape = new GradientTape({ persistent: true });
  tape.watch(x);
  const outside = mul(x, x);
  const inside = tape.record(() => mul(x, y));
  assert.deepEqual(tape.gradient(inside, [y]), [null]);
  assert.deepEqual(tape.gradient(outside, [x]), [null]);
});

test('a target of several elements is summed, or weighted by an output gradient', async () => {
  const x = tensor([1, 2, 3]);
  const run = (outputGradient?: Tensor) => {
    const tape = new GradientTape();
    tape.watch(x);
    const y = tape.record(() => mul(x, x));
    return tape.gradient(y, [x], outputGradient)[0];
  };
  assert.deepEqual(await values(run()), [2, 4, 6]);
  assert.deepEqual(await values(run(tensor([1, 0, -1]))), [2, 0, -6]);
  assert.throws(() => run(tensor([1, 2])), (e: Error) => e instanceof ShapeError && /\[2\].*\[3\]/.test(e.message));
});

test('a tape gives one gradient, unless it is persistent', async () => {
  const x = tensor([3]);
  const once = new GradientTape();
  once.watch(x);
  const y = once.record(() => mul(x, x));
  once.gradient(y, [x]);
  assert.throws(() => once.gradient(y, [x]), (e: Error) => e instanceof ValueError && /persistent/.test(e.message));
  const often = new GradientTape({ persistent: true });
  often.watch(x);
  const z = often.record(() => mul(x, mul(x, x)));
  assert.deepEqual(await values(often.gradient(z, [x])[0]), [27]);
  assert.deepEqual(await values(often.gradient(z, [x])[0]), [27]);
});

test('trainable variables are watched by themselves, others are not', async () => {
  const weight = new Variable(tensor([2]), 'weight');
  const frozen = new Variable(tensor([5]), 'frozen', false);
  const tape = new GradientTape();
  const y = tape.record(() => mul(weight.value, mul(weight.value, frozen.value)));
  const [dWeight, dFrozen] = tape.gradient(y, [weight, frozen]);
  assert.deepEqual(await values(dWeight), [20]);
  assert.equal(dFrozen, null);
});

test('the gradient of an intermediate result', async () => {
  const x = tensor([2]);
  const tape = new GradientTape();
  tape.watch(x);
  let middle!: Tensor;
  const y = tape.record(() => {
    middle = mul(x, x);
    return mul(middle, middle);
  });
  const [dMiddle, dx] = tape.gradient(y, [middle, x]);
  assert.deepEqual([await values(dMiddle), await values(dx)], [[8], [32]]);
});

test('tapes nest: the outer one sees the gradient that the inner one computes', async () => {
  const x = tensor([3]);
  const outer = new GradientTape();
  outer.watch(x);
  const first = outer.record(() => {
    const inner = new GradientTape();
    inner.watch(x);
    const y = inner.record(() => mul(x, mul(x, x)));
    return inner.gradient(y, [x])[0]!;
  });
  assert.deepEqual(await values(first), [27]);
  assert.deepEqual(await values(outer.gradient(first, [x])[0]), [18]);
});

test('valueAndGrad gives both', async () => {
  const { value, gradients } = valueAndGrad((a, b) => sum(mul(a, b)))([1, 2], [3, 4]);
  assert.equal(await value.item(), 11);
  assert.deepEqual([await values(gradients[0]), await values(gradients[1])], [[3, 4], [1, 2]]);
});

test.run();
