/**
 * What the models of the tutorials cost: dispatches per step, pipelines in all, and that the hot loop makes nothing.
 * A change of these numbers is meant to be seen; the message lists what there is.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { allKernels } from '../../engine/gpu/kernel';
import { HostArray } from '../../engine/tensor/host-array';
import type { Layer } from '../../nn/core/layer';
import * as layers from '../../nn/layers';
import * as losses from '../../nn/losses';
import { type Sequential, sequential } from '../../nn/models/sequential';
import { ArrayData } from '../../nn/training/arrays';
import { Trainer } from '../../nn/training/trainer';
import { type Calls, countCalls } from '../support/count-calls';

const test = suite('cost of a step');
test.before(async () => void (await init()));
test.after(close);

const BATCH = 32;
/** A ragged last batch, as 10,000 test images have it. */
const TEST = 3 * BATCH + 16;

const images = (n: number): HostArray => new HostArray(Float32Array.from({ length: n * 784 }, (_, i) => (i % 255) / 255), [n, 28, 28]);
const labels = (n: number): HostArray => new HostArray(Uint8Array.from({ length: n }, (_, i) => i % 10), [n]);

interface Tutorial {
  model(): Sequential;
  readonly loss: losses.LossLike;
}

const tutorials: Readonly<Record<string, Tutorial>> = {
  'mnist-quickstart': {
    model: () => sequential([layers.flatten({ inputShape: [28, 28] }), layers.dense({ units: 128, activation: 'relu' }), layers.dropout({ rate: 0.2 }), layers.dense({ units: 10 })]),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  },
  'fashion-mnist': {
    model: () => sequential([layers.flatten({ inputShape: [28, 28] }), layers.dense({ units: 128, activation: 'relu' }), layers.dense({ units: 10, activation: 'softmax' })]),
    loss: 'sparse_categorical_crossentropy',
  },
};

/** Dispatches of one step: what more steps of `fit`, `evaluate` and `predict` add. */
const DISPATCHES: Readonly<Record<string, { train: number; test: number; predict: number }>> = {
  // Dense 2, the first with dropout; loss, matches and gradient 1; gradients: dense 2 + 1, with those of relu and dropout; Adam 1;
  // loss and accuracy 1.
  'mnist-quickstart': { train: 8, test: 4, predict: 2 },
  // Softmax is needed for predictions only.
  'fashion-mnist': { train: 8, test: 4, predict: 3 },
};

/** Pipelines of training, evaluation, prediction and a probability model. */
const PIPELINES: Readonly<Record<string, number>> = { 'mnist-quickstart': 10, 'fashion-mnist': 9 };

for (const [name, { model: make, loss }] of Object.entries(tutorials)) {
  test(`${name}: dispatches per step, and nothing made in the loop`, async () => {
    const model = make();
    model.compile({ optimizer: 'adam', loss, metrics: ['accuracy'] });
    const kinds = {
      train: (steps: number) => model.fit(images(steps * BATCH), labels(steps * BATCH), { verbose: 0 }),
      test: (steps: number) => model.evaluate(images(steps * BATCH), labels(steps * BATCH), { verbose: 0 }),
      predict: (steps: number) => model.predict(images(steps * BATCH)),
    };
    for (const kind of ['train', 'test', 'predict'] as const) {
      // Once for the capture and the buffers of the reads, then the same with more steps.
      await kinds[kind](18);
      const [few, many] = [await callsOf(() => kinds[kind](2)), await callsOf(() => kinds[kind](18))];
      expectCost((many.dispatchWorkgroups - few.dispatchWorkgroups) / 16, DISPATCHES[name][kind], `dispatches of a ${kind} step`);
      const made = (calls: Calls): number[] => [calls.createComputePipeline, calls.createShaderModule, calls.mapAsync];
      assert.equal(made(many), made(few), `${kind}: more steps make no pipelines and no reads`);
      if (kind !== 'predict') assert.equal([many.createBuffer, many.createBindGroup], [0, 0], `${kind}: no buffers, no bind groups`);
    }
  });
}

for (const [name, { model: make, loss }] of Object.entries(tutorials)) {
  test(`${name}: pipelines`, async () => {
    await close();
    await init();
    const model = make();
    model.compile({ optimizer: 'adam', loss, metrics: ['accuracy'] });
    await model.fit(images(2 * BATCH), labels(2 * BATCH), { verbose: 0, validationData: [images(TEST), labels(TEST)] });
    await model.evaluate(images(TEST), labels(TEST), { verbose: 0 });
    const probabilities = sequential([model, layers.softmax()]);
    await probabilities.predict(images(TEST));
    await (probabilities.apply(images(1)).data());
    const names = allKernels().flatMap(({ pipelines }) => [...pipelines.values()].filter(({ compiled }) => compiled).map(({ name }) => name));
    assert.is(names.length, gpu().pipelines.created);
    expectCost(names.length, PIPELINES[name], `pipelines:\n  ${names.sort().join('\n  ')}\n`);
  });
}

const TEXTS: Readonly<Record<string, { layers(): Layer[]; dispatches: number }>> = {
  // Lookup and mean 1, dense 2; loss, matches and gradient 1; gradients: dense 2 + 2, sums by word 2; Adam 1; loss and accuracy 1.
  'imdb-pooling': { layers: () => [layers.globalAveragePooling1D(), layers.dense({ units: 16, activation: 'relu' })], dispatches: 12 },
  // Distinct words 3, sequence 1, dense 1; loss 1; gradients: dense 2, sequence 1, weights and words 5; Adam 1; means 1.
  'imdb-rnn-vs-lstm': { layers: () => [layers.lstm({ units: 128 })], dispatches: 16 },
};

for (const [name, { layers: inner, dispatches }] of Object.entries(TEXTS)) {
  test(`${name}: dispatches per step`, async () => {
    const [batch, length] = [32, 64];
    const x = new HostArray(Int32Array.from({ length: batch * length }, (_, i) => (i * 7919) % 5000), [batch, length]);
    const y = new HostArray(Uint8Array.from({ length: batch }, (_, i) => i % 2), [batch]);
    const model = sequential([
      layers.embedding({ inputDim: 10_000, outputDim: name === 'imdb-pooling' ? 16 : 256, inputShape: [length] }),
      ...inner(),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ]);
    const trainer = new Trainer(model, { optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
    await trainer.prepare(new ArrayData(x, y, 'test'));
    const steps = (n: number) => async (): Promise<void> => {
      for (let i = 0; i < n; i++) trainer.trainOn({ x, y, weights: null });
      await gpu().throttle();
    };
    await steps(1)();
    const calls = await callsOf(steps(3));
    expectCost(calls.dispatchWorkgroups / 3, dispatches, 'dispatches of a training step');
    assert.equal([calls.createBuffer, calls.createBindGroup, calls.createComputePipeline, calls.mapAsync], [0, 0, 0, 0]);
    trainer.dispose();
  });
}

test('fit, evaluate, predict and setWeights, again and again, hold no more memory', async () => {
  const model = tutorials['fashion-mnist'].model();
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  const round = async (): Promise<void> => {
    await model.fit(images(TEST), labels(TEST), { verbose: 0, validationSplit: 0.3 });
    await model.evaluate(images(TEST), labels(TEST), { verbose: 0 });
    await model.predict(images(TEST));
    model.setWeights(await model.getWeights());
  };
  for (let i = 0; i < 3; i++) await round();
  const { live, created } = { ...gpu().pool.use };
  for (let i = 0; i < 10; i++) await round();
  // Less, once what other tests have lost is collected.
  assert.ok(gpu().pool.use.live <= live, `${gpu().pool.use.live} bytes, ${live} before`);
  assert.is(gpu().pool.use.created, created);
});

/** Exact on a software adapter; a GPU may split its matrix products, which takes a few more. */
function expectCost(actual: number, expected: number, what: string): void {
  if (gpu().info.software) assert.is(actual, expected, what);
  else assert.ok(actual <= expected + 4, `${actual} ${what}; at most ${expected + 4}`);
}

async function callsOf(fn: () => Promise<unknown>): Promise<Calls> {
  const calls = countCalls();
  try {
    await fn();
  } catch (error) {
    calls.stop();
    throw error;
  }
  return calls.stop();
}

test.run();
