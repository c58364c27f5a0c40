/** The policy mixed_float16: what is kept in half precision, that training goes as in single precision, and what files say of it. */
import * as assert from 'uvu/assert';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { compileStep } from '../../engine/step/compile-step';
import { GradientTape } from '../../engine/autodiff/grad';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { globalPolicy, type DtypePolicy, setGlobalPolicy } from '../../nn/core/policy';
import { Layer } from '../../nn/core/layer';
import { setSeed } from '../../engine/random/generator';
import * as layers from '../../nn/layers';
import { input } from '../../nn/layers/input-layer';
import * as losses from '../../nn/losses';
import * as metrics from '../../nn/metrics';
import { model as functional } from '../../nn/models/functional';
import { type Sequential, sequential } from '../../nn/models/sequential';
import * as optimizers from '../../nn/optimizers';
import { halfSuite } from '../support/half-suite';

const test = halfSuite('mixed precision');
test.before(async () => void (await init()));
test.after(close);
test.after.each(() => setGlobalPolicy('float32'));

const wave = (shape: readonly number[], phase: number): HostArray =>
  new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(1.3 * i + phase)), shape);

/** Runs `make` under a policy. */
function under<T>(policy: DtypePolicy, make: () => T): T {
  setGlobalPolicy(policy);
  try {
    return make();
  } finally {
    setGlobalPolicy('float32');
  }
}

const image = (): Sequential =>
  sequential([
    layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [10, 10, 1] }),
    layers.maxPooling2D(),
    layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same' }),
    layers.batchNormalization(),
    layers.relu(),
    layers.averagePooling2D(),
    layers.flatten(),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 16, activation: 'gelu' }),
    layers.dense({ units: 4, activation: 'softmax' }),
  ]);

test('layers with half-precision kernels keep their results in it, the others give single precision', () => {
  const outputs = (net: Sequential, x: Tensor): string[] => net.layers.map((layer) => (x = layer.apply(x) as Tensor).dtype);
  const x = tensor(wave([2, 10, 10, 1], 0));
  assert.equal(outputs(under('mixed_float16', image), x), ['f16', 'f16', 'f16', 'f32', 'f32', 'f32', 'f32', 'f32', 'f16', 'f32']);
  assert.equal(new Set(outputs(image(), x)), new Set(['f32']));
});

test('weights stay in single precision, and a layer may have a policy of its own', () => {
  const net = under('mixed_float16', () =>
    sequential([layers.dense({ units: 4, inputShape: [3] }), layers.activation('tanh'), layers.activation('tanh', { dtype: 'float32' }), layers.dense({ units: 2, dtype: 'float32' })]),
  );
  let x = tensor(wave([2, 3], 0));
  assert.equal(net.layers.map((layer) => (x = layer.apply(x) as Tensor).dtype), ['f16', 'f16', 'f32', 'f32']);
  assert.equal(new Set(net.weights.map(({ dtype }) => dtype)), new Set(['f32']));
  const half = sequential([layers.dense({ units: 4, inputShape: [3], dtype: 'mixed_float16' }), layers.dense({ units: 2 })]);
  assert.equal((half.layers[0].apply(wave([2, 3], 0)) as Tensor).dtype, 'f16');
  assert.ok(half.keepsHalf);
});

class Doubled extends Layer {
  override call(x: Tensor): Tensor {
    assert.is(x.dtype, 'f32', 'a layer of one\'s own knows nothing of half precision');
    return x;
  }
}

test('layers of one\'s own, sequences, merging and masks', () => {
  const net = under('mixed_float16', () => {
    const ids = input({ shape: [6], dtype: 'i32' });
    const words = layers.embedding({ inputDim: 10, outputDim: 8, maskZero: true }).apply(ids);
    const wide = layers.dense({ units: 8, activation: 'tanh' }).apply(words);
    const read = layers.lstm({ units: 8 }).apply(layers.add().apply([wide, words]));
    const both = layers.concatenate().apply([layers.dense({ units: 4 }).apply(read), new Doubled().apply(read)]);
    return functional({ inputs: ids, outputs: layers.dense({ units: 1, activation: 'sigmoid' }).apply(both) });
  });
  const y = net.apply(new HostArray(Int32Array.from({ length: 12 }, (_, i) => i % 7), [2, 6])) as Tensor;
  assert.equal([y.dtype, y.shape], ['f16', [2, 1]]);
});

/** What halves can tell apart, relative: 2⁻¹¹ for each rounding, of which an entry's way through the model has some tens. */
const ROUNDING = 2 ** -11;

test('training: the losses of single precision, within what half precision rounds', async () => {
  const train = async (policy: DtypePolicy) => {
    setSeed(3);
    const net = under(policy, image);
    net.compile({ optimizer: optimizers.adam(0.003), loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    const label = (i: number): number => (i * 7) % 4;
    const x = wave([128, 10, 10, 1], 1).map((value, i) => value + label(Math.floor(i / 100)));
    const y = new HostArray(Uint8Array.from({ length: 128 }, (_, i) => label(i)), [128]);
    const { history } = await net.fit(x, y, { epochs: 8, batchSize: 16, verbose: 0, shuffle: false, validationData: [x, y] });
    return { history, optimizer: net.optimizer, predictions: await net.predict(x) };
  };
  const [mixed, single] = [await train('mixed_float16'), await train('float32')];
  assert.ok(mixed.optimizer.scalesLoss && !single.optimizer.scalesLoss);
  const { scale } = (await mixed.optimizer.lossScaleState())!;
  assert.ok(scale >= 1 && Math.log2(scale) % 1 === 0, `scale ${scale}`);
  mixed.history.loss.forEach((loss, epoch) => {
    const expected = single.history.loss[epoch];
    assert.ok(Math.abs(loss - expected) <= 32 * ROUNDING * expected, `loss of epoch ${epoch}: ${loss}, in single precision ${expected}`);
  });
  assert.ok(mixed.history.loss.at(-1)! < 0.9 * mixed.history.loss[0], 'it learns');
  assert.is(mixed.predictions.dtype, 'f32');
});

test('small gradients survive by the loss scale', async () => {
  // Of a loss this small, gradients in half precision are 0: their smallest number is 2⁻²⁴.
  const sampleWeight = new HostArray(new Float32Array(8).fill(1e-9), [8]);
  const run = async (scaled: boolean): Promise<number> => {
    setSeed(1);
    const net = under('mixed_float16', () => sequential([layers.dense({ units: 4, inputShape: [4], useBias: false }), layers.dense({ units: 1, useBias: false })]));
    net.compile({ optimizer: optimizers.sgd(1e6), loss: 'mse', autoScaleLoss: scaled });
    const before = (await net.layers[0].getWeights())[0];
    await net.fit(wave([8, 4], 1), new HostArray(new Float32Array(8), [8, 1]), { epochs: 1, batchSize: 8, verbose: 0, sampleWeight });
    const after = (await net.layers[0].getWeights())[0];
    return Math.max(...Array.from(after.data, (value, i) => Math.abs(value - before.data[i])));
  };
  assert.is(await run(false), 0);
  assert.ok((await run(true)) > 0);
});

test('a captured step keeps less memory in half precision', () => {
  const bytes = (policy: DtypePolicy): number => {
    const net = under(policy, () => sequential([layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [32, 32, 4] }), layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }), layers.flatten(), layers.dense({ units: 2 })]));
    net.ensureBuilt([null, 32, 32, 4]);
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    const step = compileStep((x: Tensor, y: Tensor) => {
      const tape = new GradientTape();
      return tape.gradient(tape.record(() => loss.apply(y, net.apply(x, { training: true }) as Tensor)), net.trainableVariables) as Tensor[];
    }, { dtypes: ['f32', 'i32'] });
    const before = gpu().heap.bytes;
    step(wave([16, 32, 32, 4], 0), new HostArray(new Int32Array(16), [16]));
    const used = gpu().heap.bytes - before;
    step.dispose();
    return used;
  };
  const [single, mixed] = [bytes('float32'), bytes('mixed_float16')];
  assert.ok(mixed < 0.6 * single, `${mixed} bytes of temporaries, ${single} in single precision`);
});

test('losses and metrics of a loop of one\'s own take half precision', async () => {
  const net = under('mixed_float16', () => sequential([layers.dense({ units: 3, inputShape: [2] })]));
  const y = net.apply(wave([4, 2], 1)) as Tensor;
  assert.is(y.dtype, 'f16');
  const labels = new HostArray(Int32Array.from([0, 1, 2, 0]), [4]);
  const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true }).apply(labels, y);
  assert.is(loss.dtype, 'f32');
  assert.ok(Number.isFinite(await loss.item()));
  const accuracy = metrics.sparseCategoricalAccuracy();
  accuracy.updateState(tensor(labels), y);
  assert.ok((await accuracy.result()) >= 0);
});

test('weights in half precision are refused', () => {
  const half = new Variable(tensor([1, 2], 'f16'), 'half');
  assert.throws(() => optimizers.adam().build([half]), /Optimizer: variable "half" is f16; expected f32/);
});

test('an unknown policy is refused', () => {
  assert.throws(() => setGlobalPolicy('float16' as DtypePolicy), /setGlobalPolicy: the dtype policy is "float16"; expected "float32" or "mixed_float16"/);
  assert.throws(() => layers.dense({ units: 1, name: 'd', dtype: 'f16' as DtypePolicy }), /Layer "d": the dtype policy is "f16"/);
  assert.is(globalPolicy(), 'float32');
});

test.run();
