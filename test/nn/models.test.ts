/** Models that grow, share layers, contain each other, freeze, and change optimizers: the weights are right at every point. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { setSeed } from '../../engine/random';
import { ops } from '../../nn';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import type { Shape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import * as layers from '../../nn/layers';
import type { Model } from '../../nn/models/model';
import { type Sequential, sequential } from '../../nn/models/sequential';
import { adam, sgd } from '../../nn/optimizers';
import { expectClose } from '../support/golden';

const test = suite('models');
test.before(async () => void (await init()));
test.after(close);

const wave = (shape: Shape, phase = 0): HostArray =>
  new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.3 * i + phase)), shape);
const x = wave([24, 4]);
const y = new HostArray(Uint8Array.from({ length: 24 }, (_, i) => i % 3), [24]);
const loss = 'sparse_categorical_crossentropy';
const quiet = { verbose: 0, batchSize: 8, shuffle: false } as const;

function network(seed = 1): Sequential {
  setSeed(seed);
  return sequential([layers.dense({ units: 5, activation: 'tanh', inputShape: [4] }), layers.dense({ units: 3, activation: 'softmax' })]);
}

async function weightsOf(model: Model): Promise<number[][]> {
  return (await model.getWeights()).map(({ data }) => [...data]);
}

test('add builds layer by layer, and reaches steps recorded before', async () => {
  const model = sequential();
  model.add(layers.dense({ units: 5, inputShape: [4] }));
  assert.is(model.weights.length, 2);
  const before = await model.predict(x);
  assert.equal(before.shape, [24, 5]);
  model.add(layers.activation('relu'));
  assert.equal((await model.predict(x)).data, before.map((v) => Math.max(v, 0)).data);
  model.add(layers.dense({ units: 3, activation: 'softmax' }));
  assert.equal(model.outputShape, [null, 3]);
  model.compile({ loss });
  assert.is((await model.fit(x, y, quiet)).history.loss.length, 1);
});

test('apply, predict and a model in a model agree; u8 and nested arrays are inputs too', async () => {
  const model = network();
  const logits = sequential([model.layers[0], layers.dense({ units: 3 })]);
  const probabilities = sequential([logits, layers.softmax()]);
  const expected = await scope(() => ops.softmax(logits.apply(x))).array();
  await expectClose(probabilities.apply(x), expected, { rtol: 1e-6 });
  await expectClose(await probabilities.predict(x, { batchSize: 7 }), expected, { rtol: 1e-6 });
  await expectClose(probabilities.apply(tensor(x)), expected, { rtol: 1e-6 });
  await expectClose(probabilities.apply(x.toArray()), expected, { rtol: 1e-6 });
  const bytes = new HostArray(Uint8Array.of(1, 2, 3, 255), [1, 4]);
  await expectClose(model.apply(bytes), await model.apply(bytes.cast('f32')).array(), { rtol: 0 });
});

test('a model around a model shares its weights, and trains them', async () => {
  const inner = sequential([layers.dense({ units: 3, inputShape: [4] })]);
  const outer = sequential([inner, layers.softmax()]);
  assert.equal(outer.weights, inner.weights);
  assert.is(outer.countParams(), 15);
  const before = await weightsOf(inner);
  outer.compile({ loss, optimizer: adam(0.1) });
  const { history } = await outer.fit(x, y, { ...quiet, epochs: 3 });
  assert.ok(history.loss[2] < history.loss[0]);
  assert.not.equal(await weightsOf(inner), before);
  assert.equal(await weightsOf(inner), await weightsOf(outer));
  await expectClose(await outer.predict(x), await scope(() => ops.softmax(inner.apply(x))).array(), { rtol: 1e-6 });
});

test('two models share a layer and train in turns, each with its own optimizer', async () => {
  const shared = layers.dense({ units: 4, inputShape: [4] });
  const [a, b] = ['a', 'b'].map((name) => {
    const model = sequential([shared, layers.dense({ units: 3, activation: 'softmax' })], { name });
    model.compile({ loss, optimizer: sgd(0.5) });
    return model;
  });
  for (let round = 0; round < 3; round++) {
    for (const [model, other] of [[a, b], [b, a]]) {
      const [mine, theirs] = [await weightsOf(model), await weightsOf(other)];
      await model.fit(x, y, quiet);
      const [mineAfter, theirsAfter] = [await weightsOf(model), await weightsOf(other)];
      assert.equal(mineAfter[0], theirsAfter[0], 'they hold the same kernel');
      assert.not.equal(mineAfter[0], mine[0], `model ${model.name} trains the shared layer in round ${round}`);
      assert.not.equal(mineAfter[2], mine[2]);
      assert.equal(theirsAfter[2], theirs[2], 'the other model’s own layer stays');
    }
  }
  const values = shared.weights.map(({ shape }) => wave(shape));
  shared.setWeights(values);
  a.optimizer.learningRate = 0;
  await a.fit(x, y, quiet);
  assert.equal((await weightsOf(b))[0], [...values[0].data], 'what is set between two turns is not lost');
});

test('a frozen layer keeps its weights while the optimizer goes on; unfrozen, it moves again', async () => {
  const model = network();
  model.compile({ loss, optimizer: adam(0.05) });
  await model.fit(x, y, quiet);
  const [kernel, , output] = await weightsOf(model);
  model.layers[0].trainable = false;
  assert.equal(model.trainableWeights.length, 2);
  await model.fit(x, y, quiet);
  const frozen = await weightsOf(model);
  assert.equal(frozen[0], kernel);
  assert.not.equal(frozen[2], output);
  assert.is(model.optimizer.iterations, 6);
  model.trainable = true;
  await model.fit(x, y, quiet);
  assert.not.equal((await weightsOf(model))[0], kernel);
});

test('frozen from the start: in a layer, in a model, in a model’s configuration', async () => {
  const head = (inner: Sequential): Sequential => {
    const model = sequential([inner, layers.dense({ units: 3, activation: 'softmax' })]);
    model.compile({ loss, optimizer: sgd(0.5) });
    return model;
  };
  const byLayer = sequential([layers.dense({ units: 5, inputShape: [4], trainable: false })]);
  const byModel = sequential([layers.dense({ units: 5, inputShape: [4] })]);
  byModel.trainable = false;
  const byConfig = sequential([layers.dense({ units: 5, inputShape: [4] })], { trainable: false });
  for (const inner of [byLayer, byModel, byConfig]) {
    const model = head(inner);
    const before = await weightsOf(model);
    await model.fit(x, y, quiet);
    const after = await weightsOf(model);
    assert.equal(after.slice(0, 2), before.slice(0, 2));
    assert.not.equal(after[2], before[2]);
  }
});

test('compiling again starts a new optimizer on the weights as they are', async () => {
  const model = network();
  model.compile({ loss, optimizer: sgd(0.5) });
  await model.fit(x, y, quiet);
  const before = await weightsOf(model);
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: 'adam', metrics: ['accuracy'] });
  assert.equal(await weightsOf(model), before);
  assert.is(model.optimizer.iterations, 0);
  const [value] = await model.evaluate(x, y, { verbose: 0 });
  const { history } = await model.fit(x, y, { ...quiet, batchSize: 24 });
  await expectClose(history.loss, [value], { rtol: 1e-6 });
  assert.equal(model.metricsNames, ['loss', 'accuracy']);
});

test('setWeights and getWeights are inverse at any time, and captured steps see what was set', async () => {
  const model = network();
  const initial = await model.getWeights();
  model.compile({ loss, optimizer: sgd(0.5) });
  const first = await model.predict(x);
  const { history } = await model.fit(x, y, quiet);
  const trained = await model.getWeights();
  assert.not.equal(trained[0].data, initial[0].data);
  model.setWeights(initial);
  assert.equal((await model.predict(x)).data, first.data);
  assert.equal((await model.fit(x, y, quiet)).history.loss, history.loss);
  assert.equal((await model.getWeights())[0].data, trained[0].data, 'gradient descent has no memory: the same steps again');
  model.layers[1].setWeights(initial.slice(2));
  assert.equal((await model.getWeights()).map(({ data }) => data), [...trained.slice(0, 2), ...initial.slice(2)].map(({ data }) => data));
});

test('weights set after a prediction, just before the first training step, are the ones that are trained', async () => {
  const [model, other] = [network(1), network(2)];
  const weights = await other.getWeights();
  for (const each of [model, other]) each.compile({ loss, optimizer: sgd(0.5) });
  const expected = (await other.fit(x, y, quiet)).history.loss;
  await model.predict(x);
  model.setWeights(weights);
  assert.equal((await model.fit(x, y, quiet)).history.loss, expected);
});

test('weights outlive the optimizer that trained them', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const model = network();
  model.compile({ loss, optimizer: adam(0.05) });
  await model.fit(x, y, quiet);
  const trained = await weightsOf(model);
  model.compile({ loss, optimizer: adam(0.05) });
  const junk: Tensor[] = [];
  for (let round = 0; round < 5; round++) {
    collect();
    await new Promise((done) => setTimeout(done, 10));
    // New tensors take the memory of what was collected.
    for (let size = 1; size <= 4096; size *= 2) junk.push(ops.add(tensor(wave([size], round)), 1));
    await gpu().throttle(0);
  }
  assert.equal(await weightsOf(model), trained);
});

test('a dense layer starts as Keras’s: Glorot-uniform kernel, zero bias', async () => {
  setSeed(0);
  const [kernel, bias] = await sequential([layers.dense({ units: 200, inputShape: [100] })]).getWeights();
  const [limit, largest] = [Math.sqrt(6 / 300), Math.max(...kernel.data.map(Math.abs))];
  assert.ok(largest <= limit && largest > 0.99 * limit, `${largest} within ${limit}`);
  assert.equal(bias.data, new Float32Array(200));
});

test('names of layers and weights', () => {
  const model = sequential([layers.dense({ units: 2, name: 'first', inputShape: [3] }), layers.dense({ units: 1, useBias: false, name: 'second' })], { name: 'model' });
  assert.equal(model.weights.map(({ name }) => name), ['first/kernel', 'first/bias', 'second/kernel']);
  assert.equal(model.layers.map(({ name }) => name), ['first', 'second']);
  assert.is(model.countParams(), 10);
});

test.run();
