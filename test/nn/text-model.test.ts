/** Models on texts: TextVectorization as the first layer of a model. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { close, init } from '../../engine/gpu/gpu';
import { setSeed } from '../../engine/random';
import { HostArray } from '../../engine/tensor/host-array';
import { tensor } from '../../engine/tensor/create';
import { StringArray } from '../../nn/core/string-array';
import { Dataset } from '../../nn/data/dataset';
import * as layers from '../../nn/layers';
import { input } from '../../nn/layers/input-layer';
import { model } from '../../nn/models/functional';
import { type Sequential, sequential } from '../../nn/models/sequential';
import { adam } from '../../nn/optimizers';
import { rejects, throws } from '../support/datasets';
import { expectClose } from '../support/golden';

const test = suite('texts');
test.before(async () => void (await init()));
test.after(close);

const texts = StringArray.from(Array.from({ length: 24 }, (_, i) => `${i % 2 ? 'Good' : 'Bad'} film no. ${i}${', really'.repeat(i % 3)}`));
const labels = HostArray.from(Array.from({ length: 24 }, (_, i) => i % 2), 'i32');

async function encoder(): Promise<layers.TextVectorization> {
  const layer = layers.textVectorization({ maxTokens: 20, inputShape: [], name: 'encoder' });
  await layer.adapt(texts);
  return layer;
}

/** The layers after the text. */
const inner = () => [layers.embedding({ inputDim: 20, outputDim: 4 }), layers.globalAveragePooling1D(), layers.dense({ units: 1, activation: 'sigmoid' })];

async function classifier(): Promise<Sequential> {
  setSeed(2);
  const model = sequential([await encoder(), ...inner()]);
  model.compile({ optimizer: adam(0.1), loss: 'binary_crossentropy', metrics: ['accuracy'] });
  return model;
}

test('a model on texts is the model on their numbers', async () => {
  const model = await classifier();
  setSeed(2);
  const onNumbers = sequential([layers.embedding({ inputDim: 20, outputDim: 4, inputShape: [null] }), ...inner().slice(1)]);
  onNumbers.compile({ optimizer: adam(0.1), loss: 'binary_crossentropy', metrics: ['accuracy'] });
  const numbers = (await encoder()).callHost(texts);

  const options = { epochs: 3, batchSize: 24, shuffle: false, verbose: 0 } as const;
  const [a, b] = [await model.fit(texts, labels, options), await onNumbers.fit(numbers, labels, options)];
  // Texts are padded to a bucket and masked beyond their length, so sums run in another order.
  for (const log of ['loss', 'accuracy']) await expectClose(a.history[log], b.history[log], { rtol: 1e-5 }, log);
  await expectClose(await model.predict(texts, { batchSize: 24 }), await onNumbers.predict(numbers, { batchSize: 24 }), { rtol: 1e-5 });
  await expectClose(model.apply(texts), await onNumbers.apply(numbers).array(), { rtol: 1e-5 });
});

test('it learns from a dataset of texts in batches of different lengths', async () => {
  const model = await classifier();
  const dataset = Dataset.fromTensorSlices([texts, labels]);
  const batches = dataset.shuffle(24, 1).batch(5).prefetch('auto');
  const { history } = await model.fit(batches, { epochs: 12, validationData: dataset.batch(6), verbose: 0 });
  assert.is(history.val_accuracy[11], 1);
  assert.equal(await model.evaluate(texts, labels, { verbose: 0 }), await model.evaluate(dataset.batch(32), { verbose: 0 }));
  assert.equal(Array.from((await model.predict(StringArray.from(['bad', 'good']))).data, Math.round), [0, 1]);
});

test('without inputShape, texts of any rank that the first layer takes', async () => {
  setSeed(2);
  const layer = layers.textVectorization({ maxTokens: 20 });
  await layer.adapt(texts);
  const model = sequential([layer, ...inner()]);
  assert.equal(model.apply(texts.reshape([-1, 1])).shape, [24, 1]);
  assert.equal(model.apply(texts).shape, [24, 1]);
});

test('the summary is there before any text', async () => {
  const lines: string[] = [];
  (await classifier()).summary({ print: (line) => lines.push(line) });
  const text = lines.join('\n');
  for (const part of [/encoder \(TextVectorization\) +│ \(None, None\) +│ +0 │/, /\(None, None, 4\) +│ +80 │/, 'Total params: 85']) assert.match(text, part);
});

test('bags of words into a dense layer; a model in a model', async () => {
  const bag = layers.textVectorization({ outputMode: 'multi_hot', maxTokens: 20, inputShape: [] });
  await bag.adapt(texts);
  const model = sequential([sequential([bag, layers.dense({ units: 3, activation: 'relu' })]), layers.dense({ units: 1, activation: 'sigmoid' })]);
  model.compile({ optimizer: adam(0.1), loss: 'binary_crossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(texts, labels, { epochs: 12, validationSplit: 0.25, verbose: 0 });
  assert.is(history.val_accuracy[11], 1);
});

test('a functional model on texts', async () => {
  setSeed(2);
  const text = input({ shape: [], dtype: 'string', name: 'text' });
  const [embedding, pooling, dense] = inner();
  const numbers = (await encoder()).apply(text);
  const graph = model({ inputs: text, outputs: dense.apply(pooling.apply(embedding.apply(numbers))) });
  graph.compile({ optimizer: adam(0.1), loss: 'binary_crossentropy', metrics: ['accuracy'] });
  const options = { epochs: 2, batchSize: 24, shuffle: false, verbose: 0 } as const;
  const { history } = await graph.fit(texts, labels, options);
  assert.equal(history, (await (await classifier()).fit(texts, labels, options)).history);
  assert.equal(graph.apply(texts).shape, [24, 1]);

  const late = layers.textVectorization({ name: 'late' });
  throws(() => model({ inputs: text, outputs: late.apply(embedding.apply(numbers)) }), ValueError, '"late" works on the host');
});

test('an encoder by itself gives a tensor', async () => {
  const layer = await encoder();
  const encoded = layer.apply(StringArray.from([['[UNK]'], ['film really']]));
  const numbers = ['film', 'really'].map((token) => layer.getVocabulary().indexOf(token));
  assert.equal([encoded.dtype, (await encoded.array()).toArray()], ['i32', [[1, 0], numbers]]);
});

test('what does not fit is named', async () => {
  const model = await classifier();
  const quiet = { verbose: 0 } as const;
  await rejects(model.fit(HostArray.from([1, 2]), HostArray.from([0, 1]), quiet), DtypeError, 'encoder', 'f32 [2]', 'StringArray');
  await rejects(model.fit(texts.reshape([12, 2]), labels.slice(12), quiet), ShapeError, '[12, 2]', '[batch, 1]');
  await rejects(model.fit(StringArray.from('text'), labels, quiet), ShapeError, 'x is a scalar');
  await rejects(model.fit(texts, labels.slice(1), quiet), ShapeError, '24 samples', '23');
  throws(() => model.layers[0].apply(tensor([1, 2])), ValueError, 'encoder', 'takes no tensors');
  throws(() => sequential([layers.dense({ units: 1 }), layers.textVectorization({ name: 'late' })]), ValueError, '"late"', 'has to come before');
  const numeric = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  numeric.compile({ loss: 'mse' });
  await rejects(numeric.fit(texts, labels, quiet), DtypeError, 'takes numbers; got texts', 'TextVectorization');
  const unlearnt = sequential([layers.textVectorization({ inputShape: [], name: 'empty' }), ...inner()]);
  unlearnt.compile({ loss: 'binary_crossentropy' });
  await rejects(unlearnt.fit(texts, labels, quiet), ValueError, '"empty" has no vocabulary', 'adapt');
  const narrow = sequential([await encoder(), layers.embedding({ inputDim: 5, outputDim: 2 }), ...inner().slice(1)]);
  narrow.compile({ loss: 'binary_crossentropy' });
  await rejects(narrow.fit(texts, labels, quiet), ValueError, 'id', 'from 0 to 4');
});

test.run();
