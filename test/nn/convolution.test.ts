/** Conv1D and Conv2D, against the real Keras and by hand: values, gradients, shapes, start, saving, training, errors. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clearSession, close, HostArray, init, input, layers, loadModel, losses, model, modelBytes, optimizers, sequential, setSeed } from 'wgrad';
import { expectClose, readGolden } from '../support/golden';
import { type LayerCase, runLayerTest } from '../support/run-layer-test';

const test = suite('convolution layers');
test.before(async () => void (await init()));
test.after(close);

for (const golden of readGolden<{ readonly cases: readonly LayerCase[] }>('convolution').cases) test(golden.name, () => runLayerTest(golden));

const wave = (...shape: number[]): HostArray => new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(1.7 * i)), shape);

test('sizes, known or not, and numbers of weights', () => {
  assert.equal(layers.conv1d({ filters: 5, kernelSize: 3 }).computeOutputShape([null, null, 8]), [null, null, 5]);
  assert.equal(layers.conv2d({ filters: 5, kernelSize: [3, 4], strides: [2, 1] }).computeOutputShape([null, 8, null, 3]), [null, 3, null, 5]);
  assert.equal(layers.conv2d({ filters: 5, kernelSize: 3, strides: 2, padding: 'same' }).computeOutputShape([null, 7, 8, 3]), [null, 4, 4, 5]);
  const images = input({ shape: [28, 28, 1] });
  const net = model({ inputs: images, outputs: layers.conv2d({ filters: 32, kernelSize: 3 }).apply(images) });
  assert.equal([net.outputShape, net.countParams()], [[null, 26, 26, 32], 320]);
});

test('names and configuration as in Keras', () => {
  clearSession();
  assert.equal([layers.conv1d({ filters: 1, kernelSize: 1 }).name, layers.conv2d({ filters: 1, kernelSize: 1 }).name], ['conv1d', 'conv2d']);
  assert.equal(layers.conv2d({ name: 'c', filters: 4, kernelSize: 3, strides: 2, groups: 2, activation: 'relu' }).getConfig(), {
    name: 'c', trainable: true, filters: 4, kernelSize: [3, 3], strides: [2, 2], padding: 'valid', dilationRate: [1, 1], groups: 2,
    activation: 'relu', dataFormat: 'channels_last',
  });
});

test('filters start within Glorot’s limit, which counts the taps', async () => {
  setSeed(1);
  const layer = layers.conv2d({ filters: 16, kernelSize: 3 });
  layer.ensureBuilt([null, 9, 9, 8]);
  const largest = Math.max(...(await layer.kernel.read()).data.map(Math.abs));
  const limit = Math.sqrt(6 / (9 * (8 + 16)));
  assert.ok(largest <= limit && largest > 0.98 * limit, `${largest} of ${limit}`);
  assert.equal((await layer.bias!.read()).data, new Float32Array(16));
});

test('saved and loaded: the same outputs', async () => {
  setSeed(2);
  const net = sequential([
    layers.conv2d({ filters: 4, kernelSize: [3, 2], padding: 'same', strides: 2, activation: 'relu', inputShape: [6, 5, 2] }),
    layers.conv2d({ filters: 6, kernelSize: 2, groups: 2, useBias: false }),
    layers.reshape({ targetShape: [-1, 6] }),
    layers.conv1d({ filters: 3, kernelSize: 2, padding: 'causal', dilationRate: 2, activation: 'gelu' }),
  ]);
  const x = wave(2, 6, 5, 2);
  const want = await net.predict(x);
  const again = await loadModel(await modelBytes(net));
  assert.equal((await again.predict(x)).data, want.data);
  assert.equal(again.layers.map((layer) => layer.getConfig()), net.layers.map((layer) => layer.getConfig()));
});

test('a small network learns where a bar is upright', async () => {
  setSeed(3);
  const side = 8;
  const x = new Float32Array(128 * side * side);
  const y = Uint8Array.from({ length: 128 }, (_, i) => i % 2);
  for (let i = 0; i < 128; i++) {
    const [at, start] = [Math.floor(i / 2) % side, Math.floor(i / 16) % 4];
    for (let k = start; k < start + 5; k++) x[i * side * side + (i % 2 ? k * side + at : at * side + k)] = 1;
  }
  const net = sequential([
    layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [side, side, 1] }), layers.globalMaxPooling2D(), layers.dense({ units: 2 }),
  ]);
  net.compile({ optimizer: optimizers.adam(0.02), loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }), metrics: ['accuracy'] });
  const { history } = await net.fit(new HostArray(x, [128, side, side, 1]), new HostArray(y, [128]), { epochs: 15, batchSize: 16, verbose: 0 });
  assert.ok(history.accuracy.at(-1)! > 0.95, `accuracy ${history.accuracy}`);
});

test('penalties and constraints reach the weights', async () => {
  const layer = layers.conv1d({ filters: 2, kernelSize: 2, kernelInitializer: 'ones', kernelRegularizer: 'l2', biasConstraint: 'nonNeg', activityRegularizer: 'l1' });
  layer.apply(wave(1, 3, 2));
  assert.equal(layer.losses.length, 2);
  await expectClose(layer.losses[0], 0.01 * 8, { rtol: 1e-6 });
});

test('clear errors', () => {
  const conv = (options: object) => () => layers.conv2d({ name: 'c', filters: 4, kernelSize: 3, ...options });
  assert.throws(conv({ filters: 0 }), /Layer "c": filters is 0; expected a whole number of at least 1/);
  assert.throws(conv({ groups: 3 }), /Layer "c": 4 filters cannot be shared out evenly among 3 groups/);
  assert.throws(conv({ kernelSize: [3, 3, 3] }), /Layer "c": kernelSize is \[3, 3, 3\]/);
  assert.throws(conv({ strides: 2, dilationRate: 2 }), /strides \[2, 2\] and dilationRate \[2, 2\] cannot both be above 1/);
  assert.throws(conv({ padding: 'causal' }), /Unknown padding "causal"/);
  assert.throws(conv({ dataFormat: 'channels_first' }), /Layer "c": dataFormat is "channels_first".*channels last/);
  assert.throws(conv({ activation: 'rel' }), /Did you mean "relu"/);
  assert.throws(() => conv({})().apply(wave(1, 2, 5, 1)), /Layer "c": a filter that spans 3 elements does not fit into axis 1 of shape \[null, 2, 5, 1\]/);
  assert.throws(() => conv({ groups: 2 })().apply(wave(1, 5, 5, 3)), /Layer "c" needs channels that are known and can be parted into 2 groups/);
  assert.throws(() => conv({})().apply(wave(1, 5, 5)), /Layer "c" takes \[batch, height, width, channels\]; got \[null, 5, 5\]/);
});

test.run();
