/** f16 beside the kernels: odd lengths, views, copies, steps, gradients' dtypes, and devices that do not have it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape, grad, valueAndGrad } from '../../engine/autodiff/grad';
import { DtypeError } from '../../engine/errors';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { cast, concat, gather, maxPool, mul, pad, relu, reshape, slice, softmax, split, sum, tanh } from '../../engine/ops';
import { reverseSequence } from '../../engine/ops/layout/reverse-sequence';
import { dense } from '../../engine/ops/matmul/dense';
import { compileStep } from '../../engine/step/compile-step';
import { ones, tensor, zeros } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { guardedDevice } from '../support/check-op';
import { nearestHalf } from '../support/half';
import { halfSuite } from '../support/half-suite';
import { countedValues, readAll, same } from '../support/moves';

const wave = (shape: readonly number[], k: number): HostArray =>
  new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(k * i * i + k)), shape);
const halves = (shape: readonly number[], k: number): HostArray => wave(shape, k).map(nearestHalf);

const test = halfSuite('f16');
test.before(async () => void (await guardedDevice()));
test.after(close);

test('two bytes an element; read as f32', async () => {
  const x = tensor([[0.1, -2], [1e5, 2 ** -24]], 'f16');
  assert.is(x.dtype, 'f16');
  assert.is(x.byteLength, 8);
  const array = await x.array();
  assert.is(array.dtype, 'f32');
  same(array.data, [0.1, -2, 1e5, 2 ** -24].map(nearestHalf), 'values');
  assert.is(await tensor(0.1, 'f16').item(), nearestHalf(0.1));
  assert.equal([...(await zeros([3], 'f16').data())], [0, 0, 0]);
  assert.equal([...(await ones([3], 'f16').data())], [1, 1, 1]);
});

test('odd lengths: copied, read, sliced, joined, padded', async () => {
  const guards = await guardedDevice();
  for (const n of [1, 3, 5, 7, 129]) {
    const values = countedValues([n], 'f16');
    const x = tensor(values, 'f16');
    const copy = new Variable(zeros([n], 'f16'), 'copy', false);
    copy.assign(x);
    const [left, right] = split(x, [n - 1, 1]);
    const results = [x, copy.value, slice(x, [1]), concat([right, left]), pad(x, [[1, 2]], 0.5), concat([x, x, x])];
    const { data } = values;
    const expected = [data, data, data.slice(1), [data[n - 1], ...data.slice(0, n - 1)], [0.5, ...data, 0.5, 0.5], [...data, ...data, ...data]];
    (await readAll(results)).forEach((got, i) => same(got, expected[i], `${n} elements, result ${i}`));
    await guards.check();
  }
});

test('parts that start on a line are views', async () => {
  const values = countedValues([300], 'f16');
  const x = tensor(values, 'f16');
  for (const start of [0, 64, 128, 192, 256]) {
    const part = slice(x, [start]);
    assert.is(part.storage === x.storage, start % 128 === 0, `from ${start} on`);
    same(await relu(reshape(part, [1, 300 - start])).data(), values.data.slice(start).map((v) => Math.max(v, 0)), `from ${start} on`);
  }
});

test('sequences backwards', async () => {
  const values = countedValues([2, 5, 3], 'f16');
  const y = reverseSequence(tensor(values, 'f16'), { dtype: 'u32', next: () => 4 });
  const expected = [0, 1].flatMap((b) => [3, 2, 1, 0, 4].flatMap((t) => [0, 1, 2].map((i) => values.at(b, t, i))));
  same(await y.data(), expected, 'reversed');
});

test('gradients have the dtype of what they belong to, on tapes and by grad', async () => {
  const [x, w] = [tensor(halves([4, 5], 0.3), 'f16'), new Variable(tensor(wave([5, 3], 0.7)), 'w')];
  const tape = new GradientTape();
  tape.watch(x);
  const y = tape.record(() => tanh(dense(x, w)));
  assert.is(y.dtype, 'f16');
  // An incoming gradient of another dtype is converted.
  const gradients = tape.gradient(y, [x, w], ones(y.shape));
  assert.equal(gradients.map((g) => g?.dtype), ['f16', 'f32']);
  // Through a sum, which is f32, and a part that is not used.
  const [dx, unused] = grad((a, _b) => mul(sum(mul(a, a)), 0.5))(x, tensor([1], 'f16'));
  assert.equal([dx.dtype, unused.dtype], ['f16', 'f16']);
  same(await dx.data(), await x.data(), 'of Σ x²/2');
  // By way of f32 and back.
  const [there] = grad((a) => cast(mul(cast(a, 'f32'), 3), 'f16'))(x);
  assert.is(there.dtype, 'f16');
  same(await there.data(), new Float32Array(20).fill(3), 'through casts');
});

test('gradients of gradients', async () => {
  const x = tensor([0.5, -1.5, 2], 'f16');
  const [second] = grad((a) => grad((b) => mul(b, mul(b, b)))(a)[0])(x);
  same(await second.data(), [3, -9, 12], 'of x³');
  const image = tensor(countedValues([1, 4, 4, 1], 'f16'), 'f16');
  const [pooled] = grad((a) => {
    const [first] = grad((b) => {
      const y = maxPool(b, 2);
      return mul(y, y);
    })(a);
    return first;
  })(image);
  assert.is(pooled.dtype, 'f16');
  assert.equal(await sum(pooled).item(), 8, 'of the squares of four maxima');
});

test('what does not take f16 says so', () => {
  const x = tensor([[1, 2], [3, 4]], 'f16');
  const refuses = (fn: () => unknown, pattern: RegExp): void => assert.throws(fn, (e: Error) => e instanceof DtypeError && pattern.test(e.message));
  refuses(() => softmax(x), /softmax: x is f16; expected f32. Convert it with cast/);
  refuses(() => gather(x, tensor([0], 'i32')), /gather: table is f16/);
  refuses(() => mul(x, tensor([1, 2])), /mul: operands are f16 and f32; convert one of them with cast/);
  refuses(() => concat([x, tensor([[1, 2]])]), /concat: input 1 is f32, the first f16/);
  const step = compileStep((a: Tensor) => relu(a), { dtypes: ['f16'] });
  refuses(() => step(wave([3], 1)), /an input from the host was to become f16/);
});

test.run();

const steps = halfSuite('f16 in compiled steps');
steps.before(async () => void (await init()));
steps.after(close);

/** Result and gradients of a hidden layer of f16 on weights of f32, and of an output layer. */
function twoLayers(x: Tensor, w: Tensor, b: Tensor, v: Tensor): Tensor[] {
  const { value, gradients } = valueAndGrad((...[x, w, b, v]) => cast(dense(dense(x, w, b, 'relu', { dtype: 'f16' }), v), 'f32'))(x, w, b, v);
  return [value, ...gradients];
}

steps('a captured step gives the bits of the eager one', async () => {
  for (const [batch, inputs, units] of [[16, 20, 36], [3, 7, 5]]) {
    const values = [wave([batch, inputs], 0.3), wave([inputs, units], 1.1), wave([units], 0.9), wave([units, 3], 1.7)];
    const step = compileStep(twoLayers);
    for (let i = 0; i < 3; i++) {
      const x = wave([batch, inputs], 0.3 + i);
      const got = await readAll(step(x, ...values.slice(1)));
      const want = await readAll(twoLayers(tensor(x), ...(values.slice(1).map((one) => tensor(one)) as [Tensor, Tensor, Tensor])));
      got.forEach((one, j) => same(one, want[j], `result ${j} of step ${i}`));
    }
    step.dispose();
  }
});

steps('tensors of f16 go in and come out, of odd lengths too; numbers in formulas are constants', async () => {
  const step = compileStep((a: Tensor, b: Tensor) => [mul(a, 0.1), concat([b, a]), a]);
  for (const k of [1, 2, 3]) {
    const [a, b] = [halves([5], k), halves([3], k + 7)];
    const [scaled, joined, same0] = await readAll(step(tensor(a, 'f16'), tensor(b, 'f16')));
    same(scaled, a.data.map((v) => nearestHalf(v * nearestHalf(0.1))), `scaled, step ${k}`);
    same(joined, [...b.data, ...a.data], `joined, step ${k}`);
    same(same0, a.data, `as it was, step ${k}`);
  }
});

steps.run();

const without = suite('adapters without shader-f16');
without.before(async () => {
  const { device } = await init();
  Object.defineProperty(device, 'features', { value: new Set([...device.features].filter((feature) => feature !== 'shader-f16')) });
});
without.after(close);

without('the first tensor of f16 is an error, all else works', async () => {
  assert.ok(!gpu().device.features.has('shader-f16'));
  for (const make of [() => tensor([1], 'f16'), () => zeros([2], 'f16'), () => cast(tensor([1]), 'f16'), () => dense(zeros([1, 2]), zeros([2, 2]), null, 'linear', { dtype: 'f16' })]) {
    assert.throws(make, (e: Error) => e instanceof DtypeError && /f16 was asked for, but the adapter \(.+\) has no shader-f16. Use f32./.test(e.message));
  }
  same(await relu(tensor([-1, 2])).data(), [0, 2], 'f32');
});

without.run();
