/** Regularisers and constraints: against the real Keras, and where layers and training apply them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAndGrad } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import * as constraints from '../../nn/constraints';
import type { Constraint } from '../../nn/constraints';
import * as layers from '../../nn/layers';
import { sequential } from '../../nn/models/sequential';
import { sgd } from '../../nn/optimizers';
import * as regularizers from '../../nn/regularizers';
import { l1, l2, type Regularizer } from '../../nn/regularizers';
import { expectClose, readGolden } from '../support/golden';

interface Golden {
  readonly input: HostArray;
  readonly regularizers: readonly { regularizer: string; config: object; value: HostArray; gradient: HostArray }[];
  readonly constraints: readonly { constraint: string; config: object; output: HostArray }[];
}

const golden = readGolden<Golden>('penalties');
const made = <T>(module: object, name: string, config: object): T => new (module as Record<string, new (config: object) => T>)[name](config);

const test = suite('regularisers and constraints');
test.before(async () => void (await init()));
test.after(close);

for (const { regularizer, config, ...expected } of golden.regularizers) {
  test(`${regularizer} ${JSON.stringify(config)}`, async () => {
    const one = made<Regularizer>(regularizers, regularizer, config);
    const { value, gradients } = valueAndGrad((x) => one.call(x))(golden.input);
    await expectClose(value, expected.value, { rtol: 1e-6 }, 'value');
    await expectClose(gradients[0], expected.gradient, { rtol: 2e-6, atol: 1e-8 }, 'gradient');
    assert.equal(made<Regularizer>(regularizers, regularizer, one.getConfig()).getConfig(), one.getConfig());
  });
}

for (const { constraint, config, output } of golden.constraints) {
  test(`${constraint} ${JSON.stringify(config)}`, async () => {
    const one = made<Constraint>(constraints, constraint, config);
    await expectClose(one.call(tensor(golden.input)), output, { rtol: 1e-6 });
    assert.equal(made<Constraint>(constraints, constraint, one.getConfig()).getConfig(), one.getConfig());
  });
}

const [x, y] = [HostArray.from([[1, 2], [3, -4]]), HostArray.from([[0], [0]])];
const ONE = HostArray.from([[0.5], [-2]]);

test('penalties on kernel, bias and output: in losses, in the reported loss, in the gradients; not on frozen weights', async () => {
  const layer = layers.dense({
    units: 1, kernelRegularizer: l2(0.1), biasRegularizer: 'l1', activityRegularizer: l1(0.2), inputShape: [2],
  });
  const model = sequential([layer]);
  model.setWeights([ONE, HostArray.from([3])]);
  const numbers = async (losses: readonly Tensor[]): Promise<number[]> => Promise.all(losses.map(async (loss) => (await loss.data())[0]));
  assert.is(model.losses.length, 2, 'none of an output before there is one');
  // Outputs: 0.5 − 4 + 3 = −0.5 and 1.5 + 8 + 3 = 12.5; a penalty on outputs is divided by the number of samples.
  const penalties = [0.1 * 4.25, 0.03, (0.2 * 13) / 2];
  for (const _ of [1, 2]) {
    model.apply(x);
    await expectClose(await numbers(model.losses), penalties);
  }
  model.compile({ optimizer: sgd(0.01), loss: 'mse' });
  const mse = (0.25 + 156.25) / 2;
  const total = mse + penalties.reduce((a, b) => a + b);
  await expectClose(await model.evaluate(x, y, { verbose: 0 }), [total]);
  const { history } = await model.fit(x, y, { verbose: 0, shuffle: false });
  await expectClose(history.loss, [total]);
  // d mse/d output = (−0.5, 12.5); d activity/d output = (−0.1, 0.1); inputs (1, 2), (3, −4).
  const [first, second] = [-0.5 - 0.1, 12.5 + 0.1];
  const kernel = [first + 3 * second + 0.2 * 0.5, 2 * first - 4 * second + 0.2 * -2];
  await expectClose(model.weights[0], HostArray.from([[0.5 - 0.01 * kernel[0]], [-2 - 0.01 * kernel[1]]]));
  await expectClose(model.weights[1], [3 - 0.01 * (first + second + 0.01)]);
  assert.is(model.losses.length, 2, 'nothing of the step stays');
  layer.trainable = false;
  assert.is(model.losses.length, 0);
});

test('with sample weights, and with a loss that sums', async () => {
  for (const reduction of ['sum', 'sum_over_batch_size'] as const) {
    const model = sequential([layers.dense({ units: 1, useBias: false, kernelRegularizer: l2(0.1), inputShape: [2] })]);
    model.setWeights([ONE]);
    const { meanSquaredError } = await import('../../nn/losses');
    model.compile({ optimizer: sgd(0.01), loss: meanSquaredError({ reduction }) });
    const { history } = await model.fit(x, y, { verbose: 0, shuffle: false, sampleWeight: [1, 2] });
    const n = reduction === 'sum' ? 1 : 2;
    // Outputs −3.5 and 9.5.
    await expectClose(history.loss, [(12.25 + 2 * 90.25) / n + 0.1 * 4.25]);
    const [first, second] = [(2 * -3.5) / n, (2 * 2 * 9.5) / n];
    const expected = [0.5 - 0.01 * (first + 3 * second + 0.1), -2 - 0.01 * (2 * first - 4 * second - 0.4)];
    await expectClose(model.weights[0], HostArray.from(expected.map((value) => [value])), { atol: 1e-7 });
  }
});

test('constraints hold after every step, eager or replayed', async () => {
  const model = sequential([
    layers.dense({ units: 3, kernelConstraint: constraints.maxNorm(0.5), biasConstraint: 'nonNeg', inputShape: [2] }),
    layers.dense({ units: 1, kernelConstraint: constraints.unitNorm() }),
  ]);
  model.compile({ optimizer: sgd(0.1), loss: 'mse' });
  const onTrainBatchEnd = async (): Promise<void> => {
    const [kernel, bias, second] = await model.getWeights();
    for (let unit = 0; unit < 3; unit++) assert.ok(Math.hypot(kernel.at(0, unit), kernel.at(1, unit)) < 0.5 + 1e-6);
    assert.ok(bias.data.every((value) => value >= 0));
    assert.ok(Math.abs(Math.hypot(...second.data) - 1) < 1e-5);
  };
  await model.fit(x, y, { epochs: 5, batchSize: 1, verbose: 0, callbacks: [{ onTrainBatchEnd }] });
  assert.is(model.optimizer.iterations, 10);
});

test('of an embedding; names and functions; errors', async () => {
  const layer = layers.embedding({ inputDim: 3, outputDim: 2, embeddingsRegularizer: (t) => l2(1).call(t), embeddingsConstraint: 'unit_norm' });
  layer.ensureBuilt([null, 4]);
  layer.setWeights([HostArray.from([[1, 0], [0, 2], [0, 0]])]);
  await expectClose(layer.losses[0], 5);
  assert.throws(() => layers.dense({ units: 1, activityRegularizer: 'l3' }), /l3/);
  assert.throws(() => l2(-1), /l2 is -1/);
  assert.throws(() => constraints.minMaxNorm({ minValue: 2 }), /minValue is 2/);
  assert.throws(() => regularizers.orthogonal().call(tensor([1, 2])), /matrices/);
});

test.run();
