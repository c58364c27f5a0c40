/** The fused cross-entropies against float64, against the ops they fuse, and against Keras. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grad, GradientTape, valueAndGrad } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import {
  add, argMax, cast, div, equal, gather, greater, log, logSoftmax, mean, mul, neg, oneHot, reshape, sigmoid, sigmoidCrossEntropy, softmax, softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy, sub, sum,
} from '../../engine/ops';
import { fill } from '../../engine/ops/elementwise/fill';
import { judgeBinary } from '../../engine/ops/loss/sigmoid-cross-entropy';
import { judgeClasses, type Judged } from '../../engine/ops/loss/sparse-softmax-cross-entropy';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp, toTensor } from '../support/check-op';
import { countCalls } from '../support/count-calls';
import { expectClose, readGolden } from '../support/golden';
import { elementwise, type Ref } from '../support/reference';
import { seed } from '../support/seed';
import { length, small } from '../support/shapes';

/** Up to 128 classes a lane owns a row, past that 64 lanes do. */
const classCount = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(31, 64, 127, 128, 129, 191, 192, 193, 300));
const matrix = fc.tuple(fc.constantFrom(0, 1, 2, 3, 7, 63, 64, 65, 130), classCount).filter(([rows, n]) => rows * n < 3000);

/** See softmax.test.ts. */
const ulps = (n: number): number => 24 + (n <= 128 ? n : n / 64 + 16);

const int32 = (values: readonly number[], shape = [values.length]): Tensor => tensor(new HostArray(Int32Array.from(values), shape));

/** fn of each row of matrices, one number per row; errors are relative to 1 plus it. */
function perRow(fn: (row: number, ...rows: number[][]) => number, ...inputs: Ref[]): Ref {
  const [rows, n] = inputs[0].shape;
  const data = Float64Array.from({ length: rows }, (_, r) => fn(r, ...inputs.map((x) => Array.from(x.data.slice(r * n, (r + 1) * n)))));
  return { shape: [rows], data, scale: data.map((v) => 1 + Math.abs(v)) };
}

function logSumExpOf(row: readonly number[]): number {
  const m = Math.max(...row);
  return m + Math.log(row.reduce((total, v) => total + Math.exp(v - m), 0));
}

/** −Σ t log softmax(x) of a row. */
const crossEntropyOf = (x: number[], t: number[]): number => x.reduce((total, v, c) => total + t[c] * (logSumExpOf(x) - v), 0);

const labelled = matrix.chain(([rows, n]) =>
  fc.array(fc.nat(n - 1), { minLength: rows, maxLength: rows }).map((labels) => ({ shapes: [[rows, n]], attrs: labels })));

function define(name: string, options: { maxBindingBytes?: number }): void {
  const test = suite(name);
  test.before(async () => void (await init(options)));
  test.after(close);

  test('sparse', () =>
    checkOp({
      op: ([x], labels) => sparseSoftmaxCrossEntropy(x, int32(labels)),
      reference: ([x], labels) => perRow((r, row) => logSumExpOf(row) - row[labels[r]], x),
      cases: labelled,
      ulps: ([[, n]]) => ulps(n),
      gradientUlps: ([[, n]]) => 2 * ulps(n),
      runs: 48,
    }));

  test('dense, with respect to logits and targets', () =>
    checkOp({
      op: ([x, t]) => softmaxCrossEntropy(x, t),
      reference: ([x, t]) => {
        const y = perRow((_, x, t) => crossEntropyOf(x, t), x, t);
        // Targets of any sign and sum: errors are relative to the terms before they cancel.
        const magnitude = (x: number[], t: number[]): number =>
          t.reduce((all, v) => all + Math.abs(v), 0) * (1 + Math.abs(logSumExpOf(x)) + Math.max(...x.map(Math.abs)));
        return { ...y, scale: perRow((_, x, t) => magnitude(x, t), x, t).data };
      },
      cases: matrix.map((shape) => ({ shapes: [shape, shape], attrs: undefined })),
      ulps: ([[, n]]) => ulps(n),
      // dx = p Σt − t: the sum of n targets of either sign up to 4.
      gradientUlps: ([[, n]]) => 4 * n * ulps(n),
      runs: 32,
    }));

  test('sigmoid', () =>
    checkOp({
      op: ([x, t]) => sigmoidCrossEntropy(x, t),
      reference: elementwiseOf((x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)))),
      cases: fc.oneof(small, length.map((n) => [n])).map((shape) => ({ shapes: [shape, shape], attrs: undefined })),
      domain: (uniform, input) => Math.fround(input === 0 ? 16 * uniform() - 8 : uniform()),
      ulps: 4,
      gradientUlps: 8,
      runs: 32,
    }));

  // The one dispatch for losses, matches and gradient against those for each.
  test('judged in one dispatch: classes', () =>
    fc.assert(
      fc.asyncProperty(labelled, async ({ shapes: [[rows, n]], attrs }) => {
        // Some equal to the largest, some labels that are no class.
        const x = filled([rows, n], (i) => Math.round(3 * Math.sin(1.7 * i * i + n)));
        const labels = attrs.map((label, r) => (r % 9 === 8 ? n : label));
        const slope = filled([rows], (i) => Math.cos(i));
        const { losses, matches, dx } = judged((x, at) => judgeClasses(x, int32(labels), at), x, slope);
        const { value, gradients } = valueAndGrad((x) => mul(sparseSoftmaxCrossEntropy(x, int32(labels)), slope))(x);
        await expectClose(mul(losses, slope), await value.array(), { rtol: 0 }, 'losses');
        await expectClose(dx, await gradients[0].array(), { rtol: 0 }, 'gradient');
        const best = rows * n > 0 ? [...(await argMax(x, -1).data())] : [];
        assert.equal([...(await matches.data())], labels.map((label, r) => Number(best[r] === label)), 'matches');
      }),
      { seed, numRuns: 20 },
    ));

  test('judged in one dispatch: binary', () =>
    fc.assert(
      fc.asyncProperty(length, fc.constantFrom(0, 0.5), async (n, threshold) => {
        const x = filled([n], (i) => Math.round(2 * Math.sin(1.7 * i * i + n)) / 2);
        const t = filled([n], (i) => [0, 1, 0.25][i % 3]);
        const slope = filled([n], (i) => Math.cos(i));
        const { losses, matches, dx } = judged((x, at) => judgeBinary(x, t, threshold, at), x, slope);
        const { value, gradients } = valueAndGrad((x) => mul(sigmoidCrossEntropy(x, t), slope))(x);
        await expectClose(mul(losses, slope), await value.array(), { rtol: 0 }, 'losses');
        await expectClose(dx, await gradients[0].array(), { rtol: 0 }, 'gradient');
        const right = cast(equal(cast(greater(x, threshold), 'f32'), t), 'f32');
        await expectClose(matches, await right.array(), { rtol: 0 }, 'matches');
      }),
      { seed, numRuns: 20 },
    ));

  test.run();
}

/** What a judging op finds, and its gradient at `slope`, which is to cost no further dispatch. */
function judged(judge: (x: Tensor, slope: Tensor | null) => Judged, x: Tensor, slope: Tensor): Judged & { dx: Tensor } {
  const { recorder } = gpu();
  const dispatches = (fn: () => void): number => {
    recorder.flush();
    const calls = countCalls();
    fn();
    recorder.flush();
    return calls.stop().dispatchWorkgroups;
  };
  let found!: Judged;
  let dx!: Tensor;
  const together = dispatches(() => {
    const tape = new GradientTape();
    tape.watch(x);
    found = tape.record(() => judge(x, slope));
    dx = tape.gradient(found.losses, [x], slope)[0]!;
  });
  assert.is(together, dispatches(() => judge(x, null)));
  return { ...found, dx };
}

/** max(x, 0) − x t cancels where t is nearly 1: errors are relative to x. */
const elementwiseOf = (f: (x: number, t: number) => number) => ([x, t]: Ref[]): Ref =>
  elementwise(f, (x, t) => f(x, t) + Math.abs(x))(x, t);

define('cross-entropy', {});
define('cross-entropy, with bindings of 2 KiB', { maxBindingBytes: 2048 });

const test = suite('cross-entropy and the rest');
test.before(async () => void (await init()));
test.after(close);

/** Checks that two functions of `inputs` have the same values and the same first and second derivatives. */
async function sameDerivatives(fused: (...x: Tensor[]) => Tensor, composed: (...x: Tensor[]) => Tensor, inputs: Tensor[]): Promise<void> {
  const wave = (shape: Shape, k: number): Tensor => filled(shape, (i) => Math.sin(k * i + 1));
  const second = (fn: (...x: Tensor[]) => Tensor) =>
    valueAndGrad((...x) => {
      const { value, gradients } = valueAndGrad((...at) => mul(fn(...at), wave(fn(...at).shape, 1.3)))(...x);
      return gradients.reduce((total, g, i) => add(total, sum(mul(g, wave(g.shape, 2.1 + i)))), sum(value));
    })(...inputs);
  const [a, b] = [second(fused), second(composed)];
  await expectClose(a.value, await b.value.array(), { rtol: 1e-5, atol: 1e-5 }, 'values');
  for (const [i, g] of a.gradients.entries()) {
    await expectClose(g, await b.gradients[i].array(), { rtol: 1e-5, atol: 1e-5 }, `second derivative ${i}`);
  }
}

function filled(shape: Shape, value: (i: number) => number): Tensor {
  return toTensor({ shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => value(i)) });
}

const random = (shape: Shape, seed: number): Tensor => filled(shape, (i) => 2 * Math.sin(1.7 * i * i + seed));

for (const n of [5, 150]) {
  const labels = [0, n - 1, 2, 2];
  test(`the composed twins agree, derivatives of derivatives included: ${n} classes`, async () => {
    const x = random([4, n], 1);
    const hot = oneHot(int32(labels), n);
    await sameDerivatives((x) => sparseSoftmaxCrossEntropy(x, int32(labels)), (x) => neg(sum(mul(logSoftmax(x), hot), -1)), [x]);
    await sameDerivatives(softmaxCrossEntropy, (x, t) => neg(sum(mul(logSoftmax(x), t), -1)), [x, random([4, n], 2)]);
    const binary = (x: Tensor, t: Tensor): Tensor => neg(add(mul(t, log(sigmoid(x))), mul(sub(1, t), log(sigmoid(neg(x))))));
    await sameDerivatives(sigmoidCrossEntropy, binary, [x, sigmoid(random([4, n], 3))]);
  });

  test(`the gradient found beforehand has the same derivatives: ${n} classes`, async () => {
    const [x, t, wave] = [random([4, n], 1), sigmoid(random([4, n], 3)), random([4, n], 5)];
    const derivative = (judge: (x: Tensor, slope: Tensor | null) => Tensor, slope: Tensor, announce: boolean): Tensor =>
      grad((x) => {
        const tape = new GradientTape();
        tape.watch(x);
        return mul(tape.gradient(tape.record(() => judge(x, announce ? slope : null)), [x], slope)[0]!, wave);
      })(x)[0];
    const classes = (x: Tensor, slope: Tensor | null): Tensor => judgeClasses(x, int32(labels), slope).losses;
    const binary = (x: Tensor, slope: Tensor | null): Tensor => judgeBinary(x, t, 0, slope).losses;
    for (const [judge, slope] of [[classes, random([4], 4)], [binary, random([4, n], 4)]] as const) {
      const want = await derivative(judge, slope, false).array();
      assert.ok(want.data.some((v) => Math.abs(v) > 0.01));
      await expectClose(derivative(judge, slope, true), want, { rtol: 1e-6, atol: 1e-7 });
    }
  });

  test(`a label that is no class: ${n} classes`, async () => {
    const x = random([5, n], 4);
    const bad = int32([0, -1, n, 2 ** 31 - 1, n - 1]);
    const { value, gradients: [dx] } = valueAndGrad((x) => sparseSoftmaxCrossEntropy(x, bad))(x);
    assert.equal([...(await value.data())].map(Number.isNaN), [false, true, true, true, false]);
    const rows = await dx.array();
    for (const r of [0, 1, 2, 3, 4]) {
      const row = [...rows.slice(r, r + 1).data];
      assert.ok(r % 4 === 0 ? row.every(Number.isFinite) : row.every(Number.isNaN), `row ${r}`);
    }
  });

  test(`extremes: ${n} classes`, async () => {
    const row = (...first: number[]): number[] => [...first, ...new Array<number>(n - first.length).fill(-1e4)];
    const x = tensor([row(1e4, 0), row(1e4, 0), row(-3e38, 3e38), row(NaN, 0), row(20, 0), row(Infinity, 0)]);
    const labels = int32([0, 1, 1, 1, 0, 1]);
    const losses = [0, 1e4, 0, NaN, Math.log1p(Math.exp(-20)), NaN];
    await expectClose(sparseSoftmaxCrossEntropy(x, labels), losses, { atol: 1e-6 }, 'sparse');
    await expectClose(softmaxCrossEntropy(x, oneHot(labels, n)), losses, { atol: 1e-6 }, 'dense');
    // A class that is masked out by −∞ and not asked for does no harm.
    const masked = tensor([[0, -Infinity, 0, ...new Array<number>(n - 3).fill(-Infinity)]]);
    const { value, gradients: [dx] } = valueAndGrad((x) => softmaxCrossEntropy(x, oneHot(int32([2]), n)))(masked);
    await expectClose(value, [Math.LN2], { rtol: 1e-6 });
    await expectClose(reshape(dx, [n]), [0.5, 0, -0.5, ...new Array<number>(n - 3).fill(0)], { atol: 1e-6 });
  });
}

test('sigmoid: tiny losses are not lost, large logits do not overflow, NaN stays', async () => {
  const x = [20, -20, 40, -40, 200, -200, 1000, -1000, 200, NaN, 0];
  const t = [1, 0, 1, 0, 1, 0, 0, 1, 0.25, 1, NaN];
  const e = (v: number): number => Math.log1p(Math.exp(-v));
  await expectClose(sigmoidCrossEntropy(x, t), [e(20), e(20), e(40), e(40), 0, 0, 1000, 1000, 150, NaN, NaN], { rtol: 3e-6, atol: 1e-38 });
  const [dx] = grad((x) => sigmoidCrossEntropy(x, t))(x);
  await expectClose(dx, [-e(20), e(20), 0, e(40), 0, 0, 1, -1, 0.75, NaN, NaN], { rtol: 1e-5, atol: 1e-7 });
});

test('labels of any rank, u32 labels', async () => {
  const x = random([2, 3, 4], 5);
  const labels = [3, 0, 1, 2, 2, 1];
  const flat = sparseSoftmaxCrossEntropy(reshape(x, [6, 4]), int32(labels));
  const deep = sparseSoftmaxCrossEntropy(x, tensor(new HostArray(Uint32Array.from(labels), [2, 3])));
  await expectClose(deep, (await flat.array()).reshape([2, 3]), { rtol: 0 });
  const single = sparseSoftmaxCrossEntropy([1, 2, 3], int32([1], []));
  assert.equal(single.shape, []);
  await expectClose(single, logSumExpOf([1, 2, 3]) - 2);
});

interface GoldenLoss {
  name: string;
  config: { fromLogits?: boolean; reduction?: string };
  yTrue: HostArray;
  yPred: HostArray;
  sampleWeight?: HostArray;
  value: HostArray;
  gradient: HostArray;
}

const families = { sparse: sparseSoftmaxCrossEntropy, categorical: softmaxCrossEntropy, binary: sigmoidCrossEntropy };
for (const [family, op] of Object.entries(families)) {
  test(`the values and gradients of Keras: ${family}`, async () => {
    const cases = readGolden<{ cases: GoldenLoss[] }>('losses').cases.filter(({ name, config, sampleWeight }) =>
      name.startsWith(family) && Object.keys(config).join() === 'fromLogits' && !sampleWeight);
    assert.ok(cases.length >= 2);
    for (const { name, yTrue, yPred, value, gradient } of cases) {
      const { value: loss, gradients: [dx] } = valueAndGrad((x) => mean(op(x, tensor(yTrue))))(yPred);
      await expectClose(loss, value, { rtol: 2e-6 }, name);
      // TensorFlow's gradient p − t takes the targets of a row to add up to 1; what they miss of it is left out there.
      const excess = family === 'categorical' ? mul(softmax(yPred), div(sub(sum(yTrue, -1, true), 1), yPred.length)) : 0;
      await expectClose(dx, await add(gradient, excess).array(), { rtol: 1e-5, atol: 1e-7 }, `gradient of ${name}`);
    }
  });
}

test('a gather written with oneHot', async () => {
  const ids = [4, 0, 2, 2];
  const table = random([5, 3], 6);
  const [a, b] = [gather(table, int32(ids)), sum(mul(reshape(oneHot(int32(ids), 5), [4, 5, 1]), table), 1)];
  await expectClose(a, await b.array());
});

test('more than 65,535 workgroups', async () => {
  const rows = 65_540 * 64;
  assert.ok(rows / 64 > gpu().device.limits.maxComputeWorkgroupsPerDimension);
  const x = fill([rows, 2], 0);
  const labels = fill([rows], 1, 'i32');
  const loss = await sparseSoftmaxCrossEntropy(x, labels).data();
  assert.is(loss.findIndex((v) => Math.abs(v - Math.LN2) > 1e-6), -1);
  const [dx] = grad((x) => sparseSoftmaxCrossEntropy(x, labels))(x);
  assert.is((await dx.data()).findIndex((v, i) => v !== (i % 2 ? -0.5 : 0.5)), -1);
});

test.run();

