/** Pooling layers, against the real Keras and by hand: values, gradients, shapes, masks, names, errors. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, HostArray, init, input, type Layer, layers, model, sequential, setSeed, tensor, type Tensor } from 'wgrad';
import { maskOf } from '../../nn/core/mask';
import { clearSession } from '../../nn/core/names';
import { readGolden } from '../support/golden';
import { type LayerCase, runLayerTest } from '../support/run-layer-test';

const test = suite('pooling layers');
test.before(async () => void (await init()));
test.after(close);

for (const golden of readGolden<{ readonly cases: readonly LayerCase[] }>('pooling').cases) {
  const { keepdims, ...config } = golden.config;
  test(golden.name, () => runLayerTest({ ...golden, config: keepdims === undefined ? config : { ...config, keepDims: keepdims } }));
}

const range = (shape: number[]): HostArray => new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i), shape);
const numbers = async (t: Tensor): Promise<number[]> => [...(await t.data())];

test('windows of 2 unless told, as far apart as they are long', async () => {
  assert.equal(await numbers(layers.maxPooling1D().apply(range([1, 5, 1]))), [1, 3]);
  assert.equal(await numbers(layers.averagePooling1D({ poolSize: 3 }).apply(range([1, 7, 1]))), [1, 4]);
  assert.equal(await numbers(layers.maxPooling2D().apply(range([1, 4, 3, 1]))), [4, 10]);
  assert.equal(layers.maxPooling2D({ name: 'pool', poolSize: [3, 2], padding: 'same' }).getConfig(), {
    name: 'pool', trainable: true, poolSize: [3, 2], strides: [3, 2], padding: 'same', dataFormat: 'channels_last',
  });
});

test('sizes that are not known yet', () => {
  assert.equal(layers.maxPooling1D({ poolSize: 3 }).computeOutputShape([null, null, 8]), [null, null, 8]);
  assert.equal(layers.averagePooling2D({ padding: 'same' }).computeOutputShape([null, 7, null, 3]), [null, 4, null, 3]);
  assert.equal(layers.globalMaxPooling2D({ keepDims: true }).computeOutputShape([null, null, null, 3]), [null, 1, 1, 3]);
  const images = input({ shape: [28, 28, 1] });
  const pooled = layers.globalAveragePooling2D().apply(layers.maxPooling2D().apply(images));
  assert.equal(model({ inputs: images, outputs: pooled }).outputShape, [null, 1]);
});

test('names as in Keras', () => {
  clearSession();
  const made: Layer[] = [layers.maxPooling1D(), layers.maxPooling2D(), layers.averagePooling1D(), layers.averagePooling2D()];
  made.push(layers.globalMaxPooling1D(), layers.globalMaxPooling2D(), layers.globalAveragePooling1D(), layers.globalAveragePooling2D());
  assert.equal(made.map(({ name }) => name), [
    'max_pooling1d', 'max_pooling2d', 'average_pooling1d', 'average_pooling2d',
    'global_max_pooling1d', 'global_max_pooling2d', 'global_average_pooling1d', 'global_average_pooling2d',
  ]);
});

test('a masked mean ignores what is masked, NaN too, also with keepDims; other pooling ends a mask', async () => {
  const masked = layers.masking({ maskValue: -1 });
  const steps = HostArray.from([[[1, 2], [-1, -1], [4, 6]], [[-1, -1], [3, NaN], [-1, -1]]]);
  const x = masked.apply(steps);
  assert.equal(await numbers(maskOf(x)!), [1, 0, 1, 0, 1, 0]);
  assert.equal(await numbers(layers.globalAveragePooling1D().apply(x)), [2.5, 4, 3, NaN]);
  const mask = layers.masking().apply(HostArray.from([[[1], [0], [1]], [[0], [1], [0]]]));
  const hidden = HostArray.from([[[1], [NaN], [3]], [[NaN], [5], [NaN]]]);
  const y = layers.globalAveragePooling1D({ keepDims: true }).apply(hidden, { mask: maskOf(mask) });
  assert.equal(y.shape, [2, 1, 1]);
  assert.equal(await numbers(y), [2, 5]);
  for (const layer of [layers.maxPooling1D(), layers.averagePooling1D(), layers.globalMaxPooling1D()]) {
    assert.is(maskOf(layer.apply(x)), null);
  }
});

test('keepDims right after an Embedding, where lookup and mean are one kernel', async () => {
  for (const maskZero of [false, true]) {
    setSeed(1);
    const embedding = layers.embedding({ inputDim: 5, outputDim: 3, maskZero });
    const ids = HostArray.from([[1, 2, 0], [4, 0, 0]], 'i32');
    const plain = layers.globalAveragePooling1D().apply(embedding.apply(ids));
    const kept = layers.globalAveragePooling1D({ keepDims: true }).apply(embedding.apply(ids));
    assert.equal(kept.shape, [2, 1, 3]);
    assert.equal(await numbers(kept), await numbers(plain));
  }
});

test('a mask given by hand counts, also right after an Embedding', async () => {
  setSeed(1);
  const embedding = layers.embedding({ inputDim: 5, outputDim: 2, maskZero: true });
  const rows = embedding.apply(HostArray.from([[1, 2, 3]], 'i32'));
  const second = layers.globalAveragePooling1D().apply(rows, { mask: tensor(new HostArray(Uint32Array.of(0, 1, 0), [1, 3], 'bool')) });
  assert.equal(await numbers(second), (await numbers(rows)).slice(2, 4));
});

test('a small model with pooling trains', async () => {
  setSeed(3);
  const x = new HostArray(Float32Array.from({ length: 64 * 12 }, (_, i) => (i % 12 === (i < 384 ? 3 : 9) ? 1 : 0)), [64, 12, 1]);
  const y = new HostArray(Float32Array.from({ length: 64 }, (_, i) => Number(i >= 32)), [64, 1]);
  const net = sequential([
    layers.maxPooling1D({ inputShape: [12, 1] }), layers.averagePooling1D({ strides: 1 }), layers.flatten(), layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'binary_crossentropy' });
  const { history } = await net.fit(x, y, { epochs: 4, batchSize: 16, verbose: 0 });
  assert.ok(history.loss[3] < history.loss[0]);
});

test('clear errors', () => {
  assert.throws(() => layers.maxPooling2D({ name: 'p', poolSize: 5 }).apply(range([1, 4, 4, 1])), /Layer "p": a window of 5 does not fit into axis 1 of shape \[null, 4, 4, 1\].*'same'/);
  assert.throws(() => layers.maxPooling1D({ name: 'p' }).apply(range([1, 4, 4, 1])), /Layer "p" takes \[batch, steps, channels\]; got \[null, 4, 4, 1\]/);
  assert.throws(() => layers.globalMaxPooling2D({ name: 'p' }).apply(range([4, 4, 1])), /Layer "p" takes \[batch, height, width, channels\]; got/);
  assert.throws(() => layers.averagePooling2D({ name: 'p', poolSize: [2, 2, 2] }), /Layer "p": poolSize is \[2, 2, 2\]; expected a whole number of at least 1, or 2/);
  assert.throws(() => layers.averagePooling1D({ name: 'p', strides: 0 }), /Layer "p": strides is 0/);
  assert.throws(() => layers.maxPooling1D({ padding: 'causal' as 'same' }), /Unknown padding "causal"/);
  assert.throws(() => layers.maxPooling2D({ name: 'p', dataFormat: 'channels_first' as 'channels_last' }), /Layer "p": dataFormat is "channels_first".*channels last/);
  assert.throws(() => layers.globalMaxPooling2D({ dataFormat: 'channel_last' as 'channels_last' }), /Did you mean "channels_last"/);
});

test.run();
