/** Wrong data: an error before anything is trained that says what, where, and what was expected; and all still works afterwards. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { setSeed } from '../../engine/random';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import type { Shape } from '../../engine/tensor/shape';
import * as layers from '../../nn/layers';
import * as losses from '../../nn/losses';
import type { LossLike } from '../../nn/losses';
import { type Sequential, sequential } from '../../nn/models/sequential';
import { sgd } from '../../nn/optimizers';
import type { FitOptions } from '../../nn/training/fit';
import { rejects, throws } from '../support/datasets';

const test = suite('bad data');
test.before(async () => void (await init()));
test.after(close);

const wave = (shape: Shape): HostArray => new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)), shape);
const classes = (n: number): HostArray => new HostArray(Uint8Array.from({ length: n }, (_, i) => i % 3), [n]);
const x = wave([20, 2, 4]);
const y = classes(20);

function classifier(loss: LossLike = 'sparse_categorical_crossentropy', name = 'net'): Sequential {
  const model = sequential([layers.flatten({ inputShape: [2, 4] }), layers.dense({ units: 3, name: `${name}_out` })], { name });
  model.compile({ optimizer: 'adam', loss });
  return model;
}

/** What a small training gives from a seed: the same bits, whatever went wrong before. */
async function trainedWeights(): Promise<ArrayLike<number>> {
  setSeed(7);
  const model = classifier();
  await model.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0 });
  return (await model.getWeights())[0].data;
}

/** The array with one value changed. */
function spoilt(array: HostArray, index: number, value: number): HostArray {
  const copy = new HostArray(array.data.slice(), array.shape, array.dtype);
  copy.data[index] = value;
  return copy;
}

let freshWeights: ArrayLike<number>;
test('a small training, before anything goes wrong', async () => {
  freshWeights = await trainedWeights();
  assert.ok(freshWeights.length === 24);
});

test('inputs of another shape', async () => {
  const model = classifier();
  const expected = 'Model "net" takes inputs of shape [null, 2, 4]';
  for (const [shape, given] of [[[20, 2, 5], '[null, 2, 5]'], [[20, 8], '[null, 8]'], [[20, 2, 4, 1], '[null, 2, 4, 1]']] as const) {
    await rejects(model.fit(wave(shape), y), ShapeError, expected, `got ${given}`);
    await rejects(model.evaluate(wave(shape), y), ShapeError, expected, given);
    await rejects(model.predict(wave(shape)), ShapeError, expected, given);
    throws(() => model.apply(wave(shape)), ShapeError, expected, given);
  }
  await rejects(model.fit(x, y, { validationData: [wave([5, 2, 3]), classes(5)] }), ShapeError, expected, '[null, 2, 3]');
});

test('a model without a declared shape keeps to the first one it sees', async () => {
  const model = sequential([layers.flatten(), layers.dense({ units: 3 })], { name: 'open' });
  await model.predict(x);
  await rejects(model.predict(wave([20, 2, 5])), ShapeError, 'Model "open"', '[null, 2, 4]', 'got [null, 2, 5]');
  const unbuilt = sequential([layers.dropout({ rate: 0.1 }), layers.dense({ units: 2 })]);
  await rejects(unbuilt.predict([1, 2]), ShapeError, 'Dense needs [batch, …, features]');
  assert.equal((await unbuilt.predict(wave([3, 4]))).shape, [3, 2], 'a shape that failed leaves nothing behind');
});

test('a model without layers or without trainable weights', async () => {
  const none = sequential([], { name: 'none' });
  none.compile({ loss: 'mse' });
  for (const method of [none.fit(x, y), none.evaluate(x, y), none.predict(x)]) await rejects(method, ValueError, 'Sequential "none" has no layers');
  const frozen = classifier();
  frozen.trainable = false;
  await rejects(frozen.fit(x, y, { verbose: 0 }), ValueError, 'model "net" has no trainable weights');
});

test('what is no array, or no numbers', async () => {
  const model = classifier();
  const given = [[undefined, 'x is undefined'], ['text', 'x is text'], [5, 'x is 5'], [tensor(x), 'x is Tensor([20, 2, 4], f32)']] as const;
  for (const [value, what] of given) {
    for (const method of ['fit', 'evaluate', 'predict'] as const) {
      await rejects(model[method](value as unknown as HostArray, y as never), DtypeError, method, what, 'expected a HostArray or nested arrays');
    }
  }
  await rejects(model.fit([['a']] as unknown as number[], y), DtypeError, '"a"');
  await rejects(model.fit([[[1, 2], [3]]], [0]), ShapeError, 'ragged');
  await rejects(model.fit(x, undefined as unknown as HostArray), DtypeError, 'fit: y is undefined');
});

test('NaN and infinity, with the sample they are in', async () => {
  const model = classifier();
  await rejects(model.fit(spoilt(x, 13, NaN), y), ValueError, 'fit: x holds NaN in sample 1', 'finite');
  await rejects(model.evaluate(spoilt(x, 159, -Infinity), y), ValueError, 'evaluate: x holds -Infinity in sample 19');
  await rejects(model.predict(spoilt(x, 0, Infinity)), ValueError, 'predict: x holds Infinity in sample 0');
  const regression = classifier('mse');
  await rejects(regression.fit(x, spoilt(wave([20, 3]), 30, NaN)), ValueError, 'fit: y holds NaN in sample 10');
  await rejects(model.fit(x, y, { validationData: [spoilt(x, 8, NaN), y] }), ValueError, 'validationData: x holds NaN in sample 1');
  await rejects(model.fit(x, y, { sampleWeight: spoilt(wave([20]), 3, NaN) }), ValueError, 'sampleWeight holds NaN in sample 3');
});

test('empty arrays and arrays of different lengths', async () => {
  const model = classifier();
  const empty = new HostArray(new Float32Array(0), [0, 2, 4]);
  await rejects(model.fit(empty, classes(0)), ValueError, 'fit: x is empty (shape [0, 2, 4])');
  await rejects(model.evaluate(empty, classes(0)), ValueError, 'evaluate: x is empty');
  await rejects(model.predict([]), ValueError, 'predict: x is empty');
  await rejects(model.fit(x, y, { validationData: [empty, classes(0)] }), ValueError, 'validationData: x is empty');
  await rejects(model.fit(x, classes(19)), ShapeError, 'fit: x has 20 samples and y has 19');
  await rejects(model.fit(x, y, { validationData: [x, classes(21)] }), ShapeError, 'validationData: x has 20 samples and y has 21');
  await rejects(model.fit(x, new HostArray(Float32Array.of(1), [])), ShapeError, 'fit: y is a scalar');
});

test('labels that are no classes', async () => {
  const model = classifier();
  const floats = y.cast('f32');
  for (const label of [-1, 3, 0.5]) {
    const wrong = spoilt(floats, 17, label);
    const parts = [`label ${label} `, 'at index 17', 'whole numbers from 0 to 2', '3 outputs'];
    await rejects(model.fit(x, wrong), ValueError, 'sparseCategoricalCrossentropy', ...parts);
    await rejects(model.evaluate(x, wrong), ValueError, ...parts);
    await rejects(model.fit(x, y, { validationData: [x, wrong] }), ValueError, ...parts);
    throws(() => losses.sparseCategoricalCrossentropy().apply(wrong, wave([20, 3])), ValueError, ...parts.slice(0, 3));
  }
  for (const label of [-0.1, 2]) await rejects(classifier('bce').fit(x, spoilt(wave([20, 3]).map(() => 1), 4, label)), ValueError, 'binaryCrossentropy', 'at index 4', 'from 0 to 1');
});

test('labels that do not fit the outputs', async () => {
  const oneHot = wave([20, 3]).map((_, i) => Number(i % 3 === 0));
  await rejects(classifier().fit(x, oneHot.cast('i32'), { verbose: 0 }), ShapeError, 'labels [20, 3] do not fit predictions [20, 3]', 'One-hot labels want categoricalCrossentropy');
  for (const loss of ['categorical_crossentropy', 'binary_crossentropy', 'mse', 'mae']) {
    await rejects(classifier(loss).fit(x, y.map((v) => v / 2), { verbose: 0 }), ShapeError, 'labels [20] do not fit predictions [20, 3]', 'expected the same shape');
  }
  const unflattened = sequential([layers.dense({ units: 3, inputShape: [2, 4] })]);
  unflattened.compile({ loss: 'sparse_categorical_crossentropy' });
  await rejects(unflattened.fit(x, y, { verbose: 0 }), ShapeError, 'labels [20] do not fit predictions [20, 2, 3]', 'lacks a Flatten layer');
});

test('options out of range', async () => {
  const model = classifier();
  const options: [FitOptions, string][] = [
    [{ epochs: -1 }, 'fit: epochs is -1'], [{ epochs: 1.5 }, 'fit: epochs is 1.5'], [{ epochs: NaN }, 'fit: epochs is NaN'],
    [{ initialEpoch: -2 }, 'fit: initialEpoch is -2'], [{ batchSize: 0 }, 'fit: batchSize is 0'], [{ batchSize: 2.5 }, 'batchSize is 2.5'],
    [{ validationData: [x, y], validationBatchSize: 0 }, 'validationBatchSize is 0'],
    [{ validationSplit: -0.1 }, 'validationSplit is -0.1'], [{ validationSplit: 1 }, 'validationSplit is 1;'], [{ validationSplit: 1.5 }, 'between 0 and 1'],
    [{ validationSplit: NaN }, 'validationSplit is NaN'], [{ validationSplit: 0.99 }, 'leaves nothing to train on'],
    [{ sampleWeight: wave([20]), classWeight: { 0: 2 } }, 'exclude each other'],
  ];
  for (const [option, message] of options) await rejects(model.fit(x, y, option), ValueError, message);
  await rejects(model.fit(x, y, { sampleWeight: wave([19]) }), ShapeError, 'sampleWeight has shape [19]', 'expected [20]');
  await rejects(model.evaluate(x, y, { batchSize: 0 }), ValueError, 'evaluate: batchSize is 0');
  await rejects(model.predict(x, { batchSize: -1 }), ValueError, 'predict: batchSize is -1');
  assert.equal((await model.fit(x, y, { epochs: 0 })).epoch, [], 'no epochs at all is fine');
});

test('tensors of another dtype', () => {
  throws(() => classifier().apply(tensor(x, 'i32')), DtypeError, 'x is i32', 'expected f32');
});

test('optimizers: what does not belong together', () => {
  const [a, b] = [classifier('mse', 'a'), classifier('mse', 'b')];
  const optimizer = sgd();
  optimizer.build(a.trainableVariables);
  const gradients = a.trainableVariables.map(({ shape }) => tensor(wave(shape)));
  throws(() => optimizer.applyGradients(gradients, b.trainableVariables), ValueError, 'not those it was built for');
  throws(() => optimizer.applyGradients(gradients.slice(1), a.trainableVariables), ValueError, '1 gradients for 2 variables');
  throws(() => optimizer.applyGradients([null, null], a.trainableVariables), ValueError, 'no variable has a gradient');
  throws(() => optimizer.applyGradients([gradients[1], gradients[0]], a.trainableVariables), ShapeError, 'a_out/kernel', '[8, 3]', '[3]');
});

test('after an error the same model and new ones work as if nothing had happened', async () => {
  setSeed(7);
  const model = classifier();
  const { live } = gpu().pool.use;
  for (let i = 0; i < 3; i++) await rejects(model.fit(x, wave([20, 5]).map((v) => Math.round(Math.abs(v))), { verbose: 0 }), ShapeError, 'labels [20, 5]');
  await gpu().throttle(0);
  assert.ok(gpu().pool.use.live - live < 1 << 16, `errors leave ${gpu().pool.use.live - live} bytes behind`);
  setSeed(7);
  assert.equal(await trainedWeights(), freshWeights);
  assert.ok(scope(() => model.apply(x)).shape.length === 2);
  assert.ok((await model.fit(x, y, { verbose: 0 })).history.loss[0] > 0);
});

test.run();
