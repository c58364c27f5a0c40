/** Captured steps: the same numbers as eager code, and nothing made in the hot loop. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { add, mean, mul, squaredDifference, sum } from '../../engine/ops';
import { fill } from '../../engine/ops/elementwise/fill';
import { matmul } from '../../engine/ops/matmul/matmul';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { adam, sgd } from '../../nn/optimizers';
import { countCalls } from '../support/count-calls';

const test = suite('compiled steps');
test.before(async () => void (await init()));
test.after(close);

const wave = (shape: number[], phase = 0): HostArray =>
  new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i + phase)), shape);

/** A small regression and one training step of it. */
function regression(phase = 0) {
  const w = new Variable(tensor(wave([6, 3], phase)), 'w');
  const b = new Variable(tensor(wave([3], phase + 1)), 'b');
  const optimizer = adam(0.05);
  const step = (x: Tensor, y: Tensor): Tensor => {
    const tape = new GradientTape();
    const loss = tape.record(() => mean(squaredDifference(add(matmul(x, w), b), y)));
    optimizer.applyGradients(tape.gradient(loss, [w, b]), [w, b]);
    return loss;
  };
  return { w, b, step, optimizer };
}

test('a replayed step gives the bits of the eager one', async () => {
  const eager = regression();
  const compiled = regression();
  const step = compileStep(compiled.step);
  for (let i = 0; i < 6; i++) {
    const [x, y] = [wave([5, 6], i), wave([5, 3], 10 * i)];
    const expected = await scope(() => eager.step(tensor(x), tensor(y))).item();
    assert.is(await step(x, y).item(), expected, `loss of step ${i}`);
  }
  assert.equal((await compiled.w.read()).data, (await eager.w.read()).data);
  assert.equal((await compiled.b.read()).data, (await eager.b.read()).data);
  assert.is(compiled.optimizer.iterations, 6);
});

test('several steps in one submit see their own inputs, in order', async () => {
  const total = new Variable(tensor([0]), 'total', false);
  const step = compileStep((x) => {
    total.assign(add(mul(total, 2), x));
    return mul(total, 1);
  });
  const { submits } = gpu().recorder;
  const results = [1, 2, 3, 4, 5].map((value) => step(HostArray.from([value])));
  assert.ok(gpu().recorder.submits - submits <= 2, 'five steps are not five submits');
  const values = [];
  for (const result of results) values.push(await result.item());
  assert.equal(values, [1, 4, 11, 26, 57]);
});

test('more steps than there are slots', async () => {
  const total = new Variable(tensor([0]), 'total', false);
  const step = compileStep((x) => void total.assign(add(total, x)));
  for (let i = 1; i <= 200; i++) step(HostArray.from([i]));
  assert.equal([...(await total.read()).data], [20100]);
});

test('inputs may be tensors, and mix with host arrays', async () => {
  const step = compileStep((a, b) => sum(mul(a, b)));
  const a = tensor([1, 2, 3]);
  const results = [1, 2, 3].map((k) => step(mul(a, k), HostArray.from([1, 1, k])));
  const values = [];
  for (const result of results) values.push(await result.item());
  assert.equal(values, [6, 18, 36]);
});

test('another shape is another capture; the first one stays right', async () => {
  const step = compileStep((x) => sum(mul(x, x)));
  assert.is(await step(HostArray.from([1, 2])).item(), 5);
  assert.is(await step(HostArray.from([1, 2, 3])).item(), 14);
  assert.is(await step(HostArray.from([3, 4])).item(), 25);
  assert.is(step.dispatches.length, 2);
});

test('results may be inputs, variables, constants, nested; temporaries do not leak into them', async () => {
  const v = new Variable(tensor([7, 8]), 'v', false);
  const step = compileStep((x) => ({ x, list: [v.value, fill([2], 3)], deep: { sum: add(x, v) }, none: undefined }));
  const first = step(HostArray.from([1, 2]));
  const second = step(HostArray.from([10, 20]));
  assert.equal([...(await first.x.data())], [1, 2]);
  assert.equal([...(await first.list[0].data())], [7, 8]);
  assert.equal([...(await first.list[1].data())], [3, 3]);
  assert.equal([...(await first.deep.sum.data())], [8, 10]);
  assert.equal([...(await second.deep.sum.data())], [17, 28]);
});

test('code in the step runs when it is captured, not at every call', () => {
  let runs = 0;
  const step = compileStep((x) => {
    runs++;
    return mul(x, 2);
  });
  for (let i = 0; i < 4; i++) step(HostArray.from([i])).dispose();
  assert.is(runs, 1);
});

test('the learning rate and freezing reach compiled steps', async () => {
  const w = new Variable(tensor([1]), 'w');
  const u = new Variable(tensor([1]), 'u');
  const optimizer = sgd(0.5);
  optimizer.build([w, u]);
  const step = compileStep(() => {
    const variables = [w, u].filter(({ trainable }) => trainable);
    const tape = new GradientTape();
    const loss = tape.record(() => sum(add(w, u)));
    optimizer.applyGradients(tape.gradient(loss, variables), variables);
  });
  const values = async (): Promise<number[]> => [(await w.read()).data[0], (await u.read()).data[0]];
  step();
  assert.equal(await values(), [0.5, 0.5]);
  optimizer.learningRate = 0.25;
  step();
  assert.equal(await values(), [0.25, 0.25]);
  u.trainable = false;
  step();
  assert.equal(await values(), [0, 0.25]);
  u.trainable = true;
  optimizer.learningRate = (n) => n;
  step();
  assert.equal(await values(), [-3, -2.75]);
});

test('an error in the step leaves nothing behind', async () => {
  const step = compileStep((x) => matmul(add(x, 1), fill([5, 2], 1)));
  assert.throws(() => step(HostArray.from([[1, 2]])), /matmul/);
  assert.equal([...(await add(tensor([1]), tensor([2])).data())], [3]);
});

test('nothing is made in the hot loop, and memory is flat over 10,000 steps', async () => {
  const { step: fn } = regression(3);
  const step = compileStep((x: Tensor, y: Tensor) => void fn(x, y));
  const [x, y] = [wave([5, 6]), wave([5, 3])];
  const run = async (steps: number): Promise<void> => {
    for (let i = 0; i < steps; i++) {
      step(x, y);
      if (i % 16 === 15) await gpu().throttle(2);
    }
    await gpu().throttle(0);
  };
  await run(1000);
  const calls = countCalls();
  const before = { ...gpu().pool.use };
  const rss = process.memoryUsage().rss;
  await run(10_000);
  const grown = process.memoryUsage().rss - rss;
  const { createBuffer, createBindGroup, createComputePipeline, createShaderModule, mapAsync } = calls.stop();
  const { live, peak, created } = gpu().pool.use;
  // Tensors of the tests above may be collected meanwhile: less is fine, more is not.
  assert.ok(live <= before.live, `${live} bytes live after ${before.live}`);
  assert.equal([peak, created], [before.peak, before.created]);
  assert.equal([createBuffer, createBindGroup, createComputePipeline, createShaderModule, mapAsync], [0, 0, 0, 0, 0]);
  assert.ok(grown < 32 << 20, `resident memory grew by ${(grown / 2 ** 20).toFixed(1)} MiB over 10,000 steps`);
});

test.run();
