/** Texts to vectors: against TensorFlow's own ops, in models, trained, saved. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { mul } from '../../engine/ops';
import { setSeed } from '../../engine/random';
import { HostArray } from '../../engine/tensor/host-array';
import { initializers, input, layers, loadModel, losses, model as functional, type Model, modelBytes, optimizers, sequential, StringArray } from '../../nn';
import { single } from '../../nn/core/structure';
import { Dataset } from '../../nn/data/dataset';
import { modelToKeras } from '../../nn/saving/model-config';
import type { Combiner, EmbeddingTable } from '../../nn/text/embeddings/table';
import { throws } from '../support/datasets';
import { expectClose, readGolden } from '../support/golden';

interface Golden {
  readonly vocabulary: readonly string[];
  readonly texts: readonly string[];
  readonly cases: readonly {
    readonly combiner: Combiner;
    readonly oovBuckets: number;
    readonly table: HostArray;
    readonly output: HostArray;
    readonly upstream: HostArray;
    readonly gradient: HostArray;
  }[];
  readonly training: {
    readonly oovBuckets: number;
    readonly learningRate: number;
    readonly batches: readonly (readonly string[])[];
    readonly labels: HostArray;
    readonly weights: readonly HostArray[];
    readonly losses: readonly number[];
    readonly finalWeights: readonly HostArray[];
  };
}

const { vocabulary, texts, cases, training } = readGolden<Golden>('text-embedding');

const test = suite('text embedding');
test.before(async () => void (await init()));
test.after(close);

function tableOf(vectors: HostArray, oovBuckets: number, more: Partial<EmbeddingTable> = {}): EmbeddingTable {
  return { name: 'golden', vocabulary, dim: vectors.shape[1], rows: vectors.length, vectors, oovBuckets, origin: 'a test', ...more };
}

for (const { combiner, oovBuckets, table, output, upstream, gradient } of cases) {
  test(`${combiner}, ${oovBuckets} hash buckets: as TensorFlow`, async () => {
    const layer = layers.textEmbedding(tableOf(table, oovBuckets), { combiner, trainable: true });
    const tape = new GradientTape();
    const y = tape.record(() => layer.apply(StringArray.from(texts)));
    await expectClose(y, output, { rtol: 1e-6, atol: 1e-6 });
    const [dTable] = tape.gradient(tape.record(() => mul(y, upstream)), layer.trainableWeights);
    await expectClose(dTable!, gradient, { rtol: 1e-6, atol: 1e-6 });
  });
}

test('Adam steps as in Keras: rows go on moving after they occurred', async () => {
  const { batches, labels, weights, losses: expected, finalWeights, oovBuckets, learningRate } = training;
  const model = sequential([layers.textEmbedding(tableOf(weights[0], oovBuckets), { trainable: true, inputShape: [] }), layers.dense({ units: 1 })]);
  model.setWeights(weights);
  model.compile({ optimizer: optimizers.adam({ learningRate }), loss: losses.binaryCrossentropy({ fromLogits: true }) });
  for (const [i, batch] of batches.entries()) {
    const { history } = await model.fit(StringArray.from(batch), labels.slice(i, i + 1).reshape([2, 1]), { epochs: 1, verbose: 0, shuffle: false });
    await expectClose(history.loss[0], expected[i], { rtol: 2e-6 }, `loss ${i}`);
  }
  const trained = await model.getWeights();
  for (const [i, weight] of trained.entries()) await expectClose(weight, finalWeights[i], { rtol: 1e-5, atol: 2e-6 }, `weight ${i}`);
});

const labels = HostArray.from(Array.from({ length: 24 }, (_, i) => i % 2), 'i32');
const reviews = StringArray.from(Array.from({ length: 24 }, (_, i) => `${i % 2 ? 'good' : 'bad'} film${' of'.repeat((i * i) % 50)}`));

function classifier(options: layers.TextEmbeddingOptions = {}): Model {
  setSeed(3);
  const model = sequential([layers.textEmbedding(vocabulary, { outputDim: 4, oovBuckets: 2, trainable: true, inputShape: [], ...options }), layers.dense({ units: 1, activation: 'sigmoid' })]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.1 }), loss: 'binary_crossentropy', metrics: ['accuracy'] });
  return model;
}

test('a model learns from texts, in arrays or datasets, and predicts', async () => {
  const model = classifier();
  const { history } = await model.fit(reviews, labels, { epochs: 8, batchSize: 5, validationSplit: 0.25, verbose: 0 });
  assert.is(history.val_accuracy[7], 1);
  const dataset = Dataset.fromTensorSlices([reviews, labels]);
  await model.fit(dataset.shuffle(24, 1).batch(7), { epochs: 2, verbose: 0 });
  const [first, second] = [await model.evaluate(reviews, labels, { verbose: 0 }), await model.evaluate(dataset.batch(32), { verbose: 0 })];
  assert.equal(first, second);
  const predicted = await model.predict(StringArray.from(['bad', 'a good film', '']));
  assert.equal(predicted.shape, [3, 1]);
  assert.equal(Array.from(predicted.data.subarray(0, 2), Math.round), [0, 1]);
  await expectClose(single(model.apply(StringArray.from(['bad', 'a good film', ''])), 'model'), predicted);
});

test('batches of all lengths are a few recorded steps, and memory stays flat', async () => {
  const model = classifier();
  // Log-normal, as those of reviews are: batches of 10 have 100 to 350 words per text.
  const many = StringArray.from(Array.from({ length: 200 }, (_, i) => 'good film of the '.repeat(Math.ceil(40 * Math.exp(0.7 * Math.sin(i * i))))));
  const halves = HostArray.from(Array.from({ length: 200 }, (_, i) => i % 2), 'i32');
  await model.fit(many, halves, { epochs: 2, batchSize: 10, verbose: 0 });
  const { use } = (await init()).pool;
  const { live, created } = use;
  await model.fit(many, halves, { epochs: 3, batchSize: 10, verbose: 0 });
  assert.ok(model.compiled!.dispatches.length <= 3, `${model.compiled!.dispatches.length} captures`);
  assert.equal([use.live, use.created], [live, created]);
});

test('a frozen table stays as it is and costs the optimizer nothing', async () => {
  const model = classifier({ trainable: undefined });
  const [before] = await model.getWeights();
  await model.fit(reviews, labels, { epochs: 2, verbose: 0 });
  assert.equal((await model.getWeights())[0].data, before.data);
  // Moments of kernel and bias, the rate and the step number.
  assert.is(model.optimizer.countParams(), 2 * 5 + 2);
});

test('in a functional model, in a model in a model, without inputShape', async () => {
  const layer = layers.textEmbedding(vocabulary, { outputDim: 4, oovBuckets: 2 });
  const start = input({ shape: [], dtype: 'string' });
  const graph = functional({ inputs: start, outputs: layers.dense({ units: 1 }).apply(layer.apply(start)) });
  const expected = await graph.predict(reviews);
  await expectClose(graph.apply(reviews), expected);
  await expectClose(sequential([sequential([layer]), graph.layers[2]]).apply(reviews), expected);
  const unbuilt = sequential([layers.textEmbedding(vocabulary, { outputDim: 4, oovBuckets: 2 }), layers.dense({ units: 1 })]);
  assert.equal(unbuilt.apply(reviews.reshape([-1, 1])).shape, [24, 1]);
});

test('saved and loaded, it gives the same vectors and goes on training', async () => {
  const rule = { stripPunctuation: true, split: 'whitespace', keepEmpty: true, ofEmpty: null } as const;
  for (const options of [{}, { combiner: 'mean', tokens: rule, oovBuckets: 0 }, { embeddingsInitializer: initializers.truncatedNormal(0, 0.1) }] as const) {
    const model = classifier(options);
    await model.fit(reviews, labels, { epochs: 1, verbose: 0 });
    const again = await loadModel(await modelBytes(model));
    const asked = StringArray.from([...texts, 'good, film!']);
    assert.equal((await again.predict(asked)).data, (await model.predict(asked)).data);
    assert.equal(modelToKeras(again), modelToKeras(model));
    for (const one of [model, again]) await one.fit(reviews, labels, { epochs: 1, verbose: 0, shuffle: false });
    assert.equal((await again.getWeights()).map(({ data }) => data), (await model.getWeights()).map(({ data }) => data));
  }
  const pretrained = sequential([layers.textEmbedding(tableOf(cases[1].table, 4), { inputShape: [] })]);
  const again = await loadModel(await modelBytes(pretrained));
  await expectClose(await again.predict(StringArray.from(texts)), cases[1].output, { rtol: 1e-6, atol: 1e-6 });
  assert.is(again.layers[0].trainable, false);
});

test('parameters are counted as the originals count them, without any numbers', () => {
  const words = (n: number): string[] => Array.from({ length: n }, (_, i) => `w${i}`);
  const lines: string[] = [];
  const model = sequential([
    layers.textEmbedding(words(20_000), { outputDim: 20, oovBuckets: 1, trainable: true, inputShape: [], name: 'text_embedding' }),
    layers.dense({ units: 16, activation: 'relu' }),
    layers.dense({ units: 1 }),
  ]);
  assert.is(model.countParams(), 400_373);
  model.summary({ print: (line) => lines.push(line) });
  assert.match(lines.join('\n'), /text_embedding \(TextEmbedding\) +│ \(None, 20\) +│ +400,020 │/);
});

test('the source says how; options say otherwise', async () => {
  const table = tableOf(cases[0].table, 0, { combiner: 'mean', tokens: { stripPunctuation: true, split: 'space', keepEmpty: false, ofEmpty: null } });
  assert.equal(layers.textEmbedding(table).getConfig().combiner, 'mean');
  assert.equal(layers.textEmbedding(table).getConfig().tokens, table.tokens);
  assert.equal(layers.textEmbedding(table, { combiner: 'sum' }).getConfig().combiner, 'sum');
  setSeed(1);
  const fresh = layers.textEmbedding(table, { embeddingsInitializer: 'uniform', outputDim: 3, oovBuckets: 5 });
  assert.equal(fresh.apply(StringArray.from(['good'])).shape, [1, 3]);
  assert.equal(fresh.weights[0].shape, [15, 3]);
  const [values] = await fresh.getWeights();
  assert.ok(Math.max(...values.data) <= 0.05 && Math.min(...values.data) >= -0.05 && new Set(values.data).size > 40);
});

test('what it cannot be, and what it cannot take, it says', () => {
  const table = tableOf(cases[0].table, 0);
  throws(() => layers.textEmbedding(['a']), ValueError, 'outputDim');
  throws(() => layers.textEmbedding([], { outputDim: 2 }), ValueError, 'the vocabulary is empty');
  throws(() => layers.textEmbedding(['a'], { outputDim: 0 }), ValueError, 'outputDim is 0');
  throws(() => layers.textEmbedding(['a'], { outputDim: 2, oovBuckets: -1 }), ValueError, 'oovBuckets is -1');
  throws(() => layers.textEmbedding(['a'], { outputDim: 2, combiner: 'max' as Combiner }), ValueError, 'combiner', '"max"');
  throws(() => layers.textEmbedding(table, { outputDim: 3 }), ValueError, 'outputDim is 3', 'have 6');
  throws(() => layers.textEmbedding(table, { oovBuckets: 3 }), ValueError, 'oovBuckets is 3', 'have 0');
  const layer = layers.textEmbedding(table);
  throws(() => layer.apply(HostArray.from([[1, 2]])), DtypeError, 'takes texts', 'f32 [1, 2]');
  throws(() => layer.apply(StringArray.from('good')), ShapeError, '[batch] or [batch, 1]');
  throws(() => layer.apply(StringArray.from([['a', 'b']])), ShapeError, '[1, 2]');
});

test.run();
