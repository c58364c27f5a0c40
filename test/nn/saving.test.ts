/** Models to files and back: Keras's own files, ours, training that resumes, files that are refused. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { close, init } from '../../engine/gpu/gpu';
import { setSeed } from '../../engine/random';
import { HostArray, type NestedArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { type NestedStrings, StringArray } from '../../nn/core/string-array';
import { callbacks, initializers, Layer, layers, loadModel, losses, metrics, type Model, modelBytes, model as functional, input, optimizers, sequential } from '../../nn';
import { half } from '../support/half-suite';

const test = suite('saving');
const folder = mkdtempSync(join(tmpdir(), 'wgrad-saving-'));
test.before(async () => void (await init()));
test.after(async () => {
  rmSync(folder, { recursive: true });
  await close();
});

const golden = 'test/golden/saved';
const { models } = JSON.parse(readFileSync(`${golden}/expected.json`, 'utf8')) as {
  models: Record<string, { inputs: NestedArray[]; outputs: NestedArray[] }>;
};

/** Of probabilities from logits around 1 that were rounded to half precision, with weights that Keras rounds as well: some 2⁻¹¹. */
const HALF_TOLERANCE = 2 ** -9;

type Samples = HostArray | StringArray;

/** Numbers, or texts. */
function samplesFrom(values: NestedArray): Samples {
  return typeof [values].flat(3)[0] === 'string' ? StringArray.from(values as unknown as NestedStrings) : HostArray.from(values);
}

async function outputsOf(model: Model, inputs: readonly Samples[]): Promise<HostArray[]> {
  const y = model.apply((inputs.length === 1 ? inputs[0] : inputs) as HostArray) as Tensor | readonly Tensor[];
  return Promise.all(([y].flat() as Tensor[]).map((tensor) => tensor.array()));
}

function worstDifference(given: readonly HostArray[], expected: readonly HostArray[]): number {
  assert.equal(given.map(({ shape }) => shape), expected.map(({ shape }) => shape));
  return Math.max(...given.flatMap(({ data }, i) => Array.from(data, (value, j) => Math.abs(value - expected[i].data[j]))));
}

const wave = (rows: number, columns: number): HostArray => new HostArray(Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(1.7 * i)), [rows, columns]);
const labels = (rows: number): HostArray => new HostArray(Uint8Array.from({ length: rows }, (_, i) => (i * i) % 3), [rows]);

async function refused(work: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await work.then(() => null, (reason: unknown) => reason as Error);
  assert.ok(error, `nothing was refused; expected ${message}`);
  assert.match(error.message, message);
}

for (const [name, { inputs, outputs }] of Object.entries(models)) {
  (name === 'mixed' ? half(test) : test)(`${name}: what Keras saved predicts the same here, and again after our own round trip`, async () => {
    const [x, y] = [inputs.map(samplesFrom), outputs.map((v) => HostArray.from(v))];
    const model = await loadModel(`${golden}/${name}.keras`);
    assert.ok(worstDifference(await outputsOf(model, x), y) < (model.keepsHalf ? HALF_TOLERANCE : 1e-5));
    const again = await loadModel(await modelBytes(model));
    assert.equal(worstDifference(await outputsOf(again, x), await outputsOf(model, x)), 0);
    assert.is(again.optimizerParams, model.optimizerParams);
    if (model.compiled) assert.is(again.optimizer.iterations, model.optimizer.iterations);
  });
}

test('Keras’s optimizer comes along: steps, rate, moments', async () => {
  const { optimizer } = await loadModel(`${golden}/classifier.keras`);
  assert.is(optimizer.iterations, 6);
  assert.is(optimizer.countParams(), 2 * 48 + 2);
  assert.is((await loadModel(`${golden}/sequences.keras`)).optimizer.getConfig().momentum, 0.5);
});

half(test)('half precision and the loss scale come along, from Keras and from our own files', async () => {
  const model = await loadModel(`${golden}/mixed.keras`);
  assert.equal(model.layers.map(({ dtypePolicy }) => dtypePolicy), ['mixed_float16', 'mixed_float16', 'float32']);
  assert.equal([model.optimizer.iterations, await model.optimizer.lossScaleState()], [6, { scale: 2 ** 15, goodSteps: 6, skipped: 0 }]);
  const x = HostArray.from([[1, 2, 3, 4]]);
  // Two good steps, and one that is skipped: the file tells of none that never happened.
  for (const rows of [x, x, x.map((_, i) => (i === 0 ? 3e38 : 0))]) await model.fit(rows, HostArray.from([1]), { verbose: 0 });
  const again = await loadModel(await modelBytes(model));
  assert.equal([again.optimizer.iterations, await again.optimizer.lossScaleState()], [8, { scale: 2 ** 14, goodSteps: 0, skipped: 0 }]);
  for (const one of [model, again]) await one.fit(x, HostArray.from([2]), { verbose: 0 });
  assert.equal(await Promise.all((await again.getWeights()).map(({ data }) => data)), await Promise.all((await model.getWeights()).map(({ data }) => data)));
  const plain = await loadModel(`${golden}/classifier.keras`);
  assert.not(plain.keepsHalf || plain.optimizer.scalesLoss);
});

/** Has shuffling, dropout and moments: all that a resumed run needs. */
function trainee(optimizer: () => optimizers.Optimizer): Model {
  const model = sequential([
    layers.dense({ units: 16, activation: 'relu', inputShape: [5] }), layers.dropout({ rate: 0.3 }), layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: optimizer(), loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

const kinds: Record<string, () => optimizers.Optimizer> = {
  adam: () => optimizers.adam(0.01),
  amsgrad: () => optimizers.adam({ learningRate: 0.01, amsgrad: true, clipnorm: 1 }),
  nadam: () => optimizers.nadam(0.01),
  rmsprop: () => optimizers.rmsprop({ learningRate: 0.01, momentum: 0.5, centered: true }),
  sgd: () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
};
for (const [name, optimizer] of Object.entries(kinds)) {
  test(`${name}: a run that is saved and resumed is the unbroken run, bit for bit`, async () => {
    const [x, y] = [wave(40, 5), labels(40)];
    setSeed(3);
    const whole = await trainee(optimizer).fit(x, y, { epochs: 4, batchSize: 8, verbose: 0 });
    setSeed(3);
    const first = trainee(optimizer);
    await first.fit(x, y, { epochs: 2, batchSize: 8, verbose: 0 });
    const path = join(folder, `${name}.keras`);
    await first.save(path);
    setSeed(99);
    const resumed = await loadModel(path, { resume: true });
    const rest = await resumed.fit(x, y, { epochs: 4, initialEpoch: 2, batchSize: 8, verbose: 0 });
    assert.equal(rest.history.loss, whole.history.loss.slice(2));
    assert.equal(rest.history.accuracy, whole.history.accuracy.slice(2));
  });
}

for (const ending of ['.weights.h5', '.safetensors']) {
  test(`weights and moments through ${ending}`, async () => {
    const [x, y] = [wave(24, 5), labels(24)];
    const [a, b] = [trainee(kinds.adam), trainee(kinds.adam)];
    await a.fit(x, y, { epochs: 2, batchSize: 8, verbose: 0 });
    const path = join(folder, `some${ending}`);
    await a.saveWeights(path);
    await b.loadWeights(path);
    assert.equal((await b.getWeights()).map(({ data }) => data), (await a.getWeights()).map(({ data }) => data));
    assert.is(b.optimizer.iterations, 6);
    const other = sequential([layers.dense({ units: 16, inputShape: [6] }), layers.dense({ units: 3 })]);
    const before = await other.getWeights();
    await refused(other.loadWeights(path), /layers\/dense\/vars\/0 is \[5, 16\]; the model expects \[6, 16\]/);
    assert.equal(await other.getWeights(), before);
    const deeper = sequential([layers.dense({ units: 16, inputShape: [5] }), layers.dense({ units: 3 }), layers.dense({ units: 3 })]);
    await refused(deeper.loadWeights(path), /"dense_\d+" has 2 weights; the file has 0 at layers\/dense_2/);
    await refused(sequential([layers.dense({ units: 16, inputShape: [5] })]).loadWeights(path), /has weights at layers\/dense_1\/vars, for which model .* has no layer/);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 100));
    await refused(b.loadWeights(path), /is not a whole/);
  });
}

test('options survive: initializers, losses, metrics, schedules, names', async () => {
  const a = input({ shape: [4], name: 'a' });
  const hidden = layers.dense({ units: 3, kernelInitializer: initializers.randomNormal(0, 0.2), biasInitializer: 'ones', name: 'hidden' });
  const y = layers.add({ name: 'sum' }).apply([hidden.apply(a), hidden.apply(hiddenInput(a))]);
  const model = functional({ inputs: a, outputs: y, name: 'twice' });
  const { schedules } = optimizers;
  model.compile({
    optimizer: optimizers.adam({ learningRate: schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 9 }), beta1: 0.8 }),
    loss: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
    metrics: ['categoricalAccuracy', metrics.binaryAccuracy({ name: 'right', threshold: 0.3 })],
  });
  const again = await loadModel(await modelBytes(model));
  assert.is(again.name, 'twice');
  assert.equal(again.layers.map(({ name }) => name), model.layers.map(({ name }) => name));
  assert.equal(again.metricsNames, ['loss', 'categorical_accuracy', 'right']);
  assert.is(again.optimizer.currentLearningRate, model.optimizer.currentLearningRate);
  assert.is(again.optimizer.getConfig().beta1, 0.8);
  const config = unpacked(await modelBytes(again)).config as Record<string, unknown>;
  assert.equal(config, unpacked(await modelBytes(model)).config);
});

/** A second path from the same input. */
function hiddenInput(a: ReturnType<typeof input>): ReturnType<typeof input> {
  return layers.activation('tanh', { name: 'squash' }).apply(a);
}

function unpacked(bytes: Uint8Array): { members: Record<string, Uint8Array>; config: unknown } {
  const members = unzipSync(bytes);
  return { members, config: JSON.parse(new TextDecoder().decode(members['config.json'])) as unknown };
}

/** The zip with another unpacked size for a member in its directory (APPNOTE.TXT, 4.3.12). */
function claiming(zip: Uint8Array, name: string, size: number): Uint8Array {
  const bytes = Buffer.from(zip);
  const entry = bytes.lastIndexOf(name) - 46;
  assert.is(bytes.readUInt32LE(entry), 0x02014b50);
  bytes.writeUInt32LE(size, entry + 24);
  return new Uint8Array(bytes);
}

class Twice extends Layer {
  override call(x: Tensor): Tensor {
    return layers.activation('relu').apply(x);
  }
}

test('classes of one’s own need customObjects', async () => {
  const bytes = await modelBytes(sequential([layers.dense({ units: 2, inputShape: [3] }), new Twice({ name: 'mine' })]));
  await refused(loadModel(bytes), /Layer "mine": Unknown layer class "Twice"/);
  assert.ok((await loadModel(bytes, { customObjects: { Twice } })).layers[1] instanceof Twice);
});

test('damaged and hostile files are refused with what is wrong', async () => {
  const bytes = new Uint8Array(readFileSync(`${golden}/classifier.keras`));
  const { members } = unpacked(bytes);
  for (const part of [0, 1, 100, bytes.length >> 1, bytes.length - 1]) await refused(loadModel(bytes.subarray(0, part)), /not a whole zip archive/);
  const text = new TextDecoder().decode(members['config.json']);
  const withConfig = (from: string | RegExp, to: string): Promise<Model> => loadModel(zipSync({ ...members, 'config.json': strToU8(text.replace(from, to)) }));
  assert.ok(await withConfig('', ''));
  for (const name of Object.keys(members)) {
    const { [name]: _, ...rest } = members;
    await refused(loadModel(zipSync(rest)), new RegExp(`has no member ${name}`));
  }
  for (const name of ['../out.txt', '/etc/out.txt', 'assets/../../out', 'a\\b']) {
    await refused(loadModel(zipSync({ ...members, [name]: new Uint8Array(1) })), /points out of the archive/);
  }
  const bomb = zipSync({ ...members, bomb: new Uint8Array(8 << 20) }, { level: 9 });
  await refused(loadModel(claiming(bomb, 'bomb', 2 ** 31)), /claims to unpack to 21\d+ bytes/);
  await refused(loadModel(claiming(bomb, 'bomb', 1000)), /damaged|not a whole zip/);
  await refused(withConfig('"units": 3', '"units": 4'), /the model expects \[6, 4\]/);
  await refused(withConfig('"units": 6', '"units": 600000000'), /more than the file holds/);
  await refused(withConfig('"class_name": "Softmax"', '"class_name": "Softmix"'), /Unknown layer class "Softmix". Did you mean "Softmax"/);
  await refused(withConfig('"noise_shape": null', '"noise_shape": [1, 6]'), /no option noise_shape = \[1,6\]/);
  await refused(withConfig('"class_name": "Adam"', '"class_name": "Adamant"'), /no Adamant/);
  await refused(withConfig('{', '['), /not JSON/);
  const weights = members['model.weights.h5'];
  await refused(loadModel(zipSync({ ...members, 'model.weights.h5': weights.subarray(0, 3000) })), /not a whole HDF5 file/);
  await refused(loadModel(zipSync({ ...members, 'model.weights.h5': weights.map((_, i) => (i * 7) & 255) })), /not a whole HDF5 file/);
  await refused(loadModel(bytes, { resume: true }), /not saved by wgrad/);
});

test('ModelCheckpoint: every epoch, the best only, weights only', async () => {
  const [x, y] = [wave(24, 5), labels(24)];
  const model = trainee(kinds.adam);
  const runs = join(folder, 'runs');
  await model.fit(x, y, {
    epochs: 3, batchSize: 8, verbose: 0,
    callbacks: [
      callbacks.modelCheckpoint({ filepath: join(runs, '{epoch:02d}-{loss:.1f}.keras') }),
      callbacks.modelCheckpoint({ filepath: join(runs, 'best.weights.h5'), monitor: 'loss', saveBestOnly: true, saveWeightsOnly: true }),
      callbacks.modelCheckpoint({ filepath: join(runs, 'never.keras'), monitor: 'loss', saveBestOnly: true, initialValueThreshold: 0 }),
    ],
  });
  const written = readdirSync(runs).sort();
  assert.equal(written.map((name) => name.replace(/\d\.\d/, '#')), ['01-#.keras', '02-#.keras', '03-#.keras', 'best.weights.h5']);
  const last = await loadModel(join(runs, written[2]));
  assert.equal(await last.getWeights(), await model.getWeights());
  assert.is(last.optimizer.iterations, 9);
  assert.throws(() => callbacks.modelCheckpoint({ filepath: 'a.keras', saveWeightsOnly: true }), /ends in .weights.h5 or .safetensors/);
});

test.run();
