/** Training written by hand with the public API: tapes, compiled steps, metric objects, optimizers, layers and losses of one's own. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  clearSession, close, compileStep, GradientTape, HostArray, init, Layer, layers, losses, metrics, ops,
  type PartialShape, scope, sequential, type Sequential, setSeed, tensor, type Tensor, type Variable, optimizers,
} from 'wgrad';
import { expectClose, readGolden } from '../support/golden';
import { goldenMlp } from '../support/golden-mlp';

interface Golden {
  readonly x: HostArray;
  readonly y: HostArray;
  readonly weights: readonly HostArray[];
  readonly runs: readonly { readonly name: string; readonly losses: readonly number[]; readonly metrics: { readonly accuracy: readonly number[] }; readonly finalWeights: readonly HostArray[] }[];
}

const golden = readGolden<Golden>('mlp-classification');
const STEPS = 12;

const test = suite('custom loops');
test.before(async () => void (await init()));
test.after(close);

const batch = (i: number): [HostArray, HostArray] => [golden.x.slice(i, i + 1).reshape([8, 4, 5]), golden.y.slice(i, i + 1).reshape([8])];

/** A training step written by hand; its loss. */
function stepOf(model: Sequential, optimizer: ReturnType<typeof optimizers.adam>, loss: (y: Tensor, p: Tensor) => Tensor) {
  return (x: Tensor, y: Tensor): { loss: Tensor; predictions: Tensor } => {
    const tape = new GradientTape();
    const result = tape.record(() => {
      const predictions = model.apply(x, { training: true }) as Tensor;
      return { predictions, loss: loss(y, predictions) };
    });
    optimizer.applyGradients(tape.gradient(result.loss, model.trainableVariables), model.trainableVariables);
    return result;
  };
}

for (const compiled of [true, false]) {
  test(`the golden run by hand, ${compiled ? 'compiled' : 'eager'}`, async () => {
    const { losses: expected, metrics: { accuracy } } = golden.runs.find(({ name }) => name === 'adam')!;
    const model = goldenMlp(golden.weights, 'softmax');
    const lossObject = losses.sparseCategoricalCrossentropy();
    const fn = stepOf(model, optimizers.adam(), (y, p) => lossObject.apply(y, p));
    const step = compiled
      ? compileStep(fn, { dtypes: ['f32', 'i32'] })
      : (x: HostArray, y: HostArray) => scope(() => fn(tensor(x), tensor(y, 'i32')));
    const [meanLoss, meanAccuracy] = [metrics.mean(), metrics.accuracy()];
    for (let i = 0; i < STEPS; i++) {
      const [x, y] = batch(i);
      const { loss, predictions } = step(x, y);
      await expectClose(loss, expected[i], { rtol: 1e-5 }, `loss of step ${i}`);
      meanLoss.updateState(loss);
      meanAccuracy.updateState(y, predictions);
    }
    const mean = (values: readonly number[]): number => values.slice(0, STEPS).reduce((a, b) => a + b, 0) / STEPS;
    await expectClose([await meanLoss.result(), await meanAccuracy.result()], [mean(expected), mean(accuracy)], { rtol: 1e-5 });
  });
}

test('metrics inside a compiled step, reset between epochs; dropout draws anew in every step', async () => {
  setSeed(1);
  const drop = layers.dropout({ rate: 0.5 });
  const kept = metrics.mean({ name: 'kept' });
  const step = compileStep((x: Tensor) => {
    const y = drop.apply(x, { training: true });
    kept.updateState(ops.cast(ops.greater(y, 0), 'f32'));
    return y;
  });
  const ones = new HostArray(new Float32Array(2000).fill(1), [20, 100]);
  const [first, second] = [await step(ones).data(), await step(ones).data()];
  assert.not.equal(first, second);
  assert.equal(new Set(first), new Set([0, 2]));
  const share = await kept.result();
  assert.ok(Math.abs(share - 0.5) < 0.05, `${share} of the values are kept`);
  kept.resetState();
  assert.is(await kept.result(), 0);
  await step(ones).data();
  assert.is.not(await kept.result(), share);
  assert.equal(await (drop.apply(ones) as Tensor).data(), ones.data, 'outside of training nothing is dropped');
});

/** y = x·scale, with a weight that is trained and one that counts calls. */
class Scale extends Layer {
  scale!: Variable;
  calls!: Variable;

  override build(inputShape: PartialShape): void {
    this.scale = this.addWeight({ name: 'scale', shape: [inputShape[inputShape.length - 1]!], initializer: 'ones' });
    this.calls = this.addWeight({ name: 'calls', shape: [], initializer: 'zeros', trainable: false });
  }

  override call(x: Tensor, { training }: { training: boolean }): Tensor {
    if (training) this.calls.assign(ops.add(this.calls, 1));
    return ops.mul(x, this.scale);
  }
}

test('a layer of one’s own in a model: named, counted, trained, with a weight that it updates itself', async () => {
  clearSession();
  const own = new Scale({ inputShape: [3] });
  const model = sequential([own, layers.dense({ units: 1 })]);
  assert.is(own.name, 'scale');
  assert.equal(model.weights.map(({ name }) => name), ['scale/scale', 'scale/calls', 'dense/kernel', 'dense/bias']);
  assert.equal([model.countParams(), model.trainableWeights.length, model.nonTrainableWeights.length], [8, 3, 1]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const x = new HostArray(Float32Array.from({ length: 30 }, (_, i) => Math.sin(i)), [10, 3]);
  await model.fit(x, new HostArray(x.data.slice(0, 10), [10]), { epochs: 2, batchSize: 4, verbose: 0 });
  assert.is((await own.calls.read()).data[0], 6, 'six training steps');
  assert.not.equal((await own.scale.read()).data, Float32Array.of(1, 1, 1));
  await model.predict(x);
  assert.is((await own.calls.read()).data[0], 6, 'prediction is no training');
  model.trainable = false;
  model.trainable = true;
  assert.is(own.calls.trainable, false, 'a weight that is never trained stays so');
});

test('functions as loss, metric, activation and initializer', async () => {
  const huber: losses.LossFunction = function huber(y, p) {
    const error = ops.abs(ops.sub(y, p));
    return ops.mean(ops.where(ops.less(error, 1), ops.mul(0.5, ops.square(error)), ops.sub(error, 0.5)), -1);
  };
  const bias = (y: Tensor, p: Tensor): Tensor => ops.mean(ops.sub(p, y), -1);
  const model = sequential([
    layers.dense({ units: 4, inputShape: [2], activation: (x) => ops.mul(x, ops.sigmoid(x)), kernelInitializer: (shape) => new Float32Array(shape[0] * shape[1]).fill(0.5) }),
    layers.dense({ units: 1, kernelInitializer: 'zeros' }),
  ]);
  model.compile({ loss: huber, metrics: [bias, 'mae'] });
  assert.equal(model.metricsNames, ['loss', 'bias', 'mae']);
  const x = HostArray.from([[1, 2], [3, 4]]);
  await expectClose(await model.evaluate(x, HostArray.from([[0.5], [-3]]), { verbose: 0 }), [(0.125 + 2.5) / 2, 1.25, 1.75]);
});

test('the learning rate may be a function of the step, or set between steps', async () => {
  const model = goldenMlp(golden.weights, 'softmax');
  model.compile({ optimizer: optimizers.sgd((step) => (step < 2 ? 0.1 : 0)), loss: 'sparse_categorical_crossentropy' });
  const [x, y] = [golden.x.reshape([-1, 4, 5]).slice(0, 40), golden.y.reshape([-1]).slice(0, 40)];
  await model.fit(x.slice(0, 16), y.slice(0, 16), { batchSize: 8, verbose: 0 });
  const trained = await model.getWeights();
  await model.fit(x, y, { batchSize: 8, verbose: 0 });
  assert.equal((await model.getWeights())[0].data, trained[0].data);
  model.optimizer.learningRate = 0.1;
  await model.fit(x, y, { batchSize: 8, verbose: 0 });
  assert.not.equal((await model.getWeights())[0].data, trained[0].data);
});

test.run();
