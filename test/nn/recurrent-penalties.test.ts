/** Regularisers and constraints on the weights of recurrent layers. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, init } from '../../engine/gpu/gpu';
import { HostArray } from '../../engine/tensor/host-array';
import type { Layer } from '../../nn/core/layer';
import * as layers from '../../nn/layers';
import { sequential } from '../../nn/models/sequential';
import { sgd } from '../../nn/optimizers';
import { l1, l2 } from '../../nn/regularizers';
import { layerFromKeras, layerToKeras } from '../../nn/saving/layer-objects';

const test = suite('penalties on recurrent layers');
test.before(async () => void (await init()));
test.after(close);

const wave = (shape: number[], phase = 0): HostArray =>
  new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(1.3 * i + phase)), shape);
const rules = {
  kernelRegularizer: l2(0.1), recurrentRegularizer: l1(0.2), biasRegularizer: l2(0.3),
  kernelConstraint: 'nonNeg', recurrentConstraint: 'nonNeg', biasConstraint: 'nonNeg',
} as const;
const config = { units: 3, inputShape: [5, 2], ...rules };
const made: Record<string, () => Layer> = {
  SimpleRNN: () => layers.simpleRNN(config),
  LSTM: () => layers.lstm(config),
  GRU: () => layers.gru(config),
  Bidirectional: () => layers.bidirectional({ layer: layers.lstm(config) }),
};
const sumOf = ({ data }: HostArray, f: (x: number) => number): number => (data as Float32Array).reduce((sum, x) => sum + f(x), 0);

for (const [name, make] of Object.entries(made)) {
  test(`${name}: penalties in losses and loss, constraints after every update`, async () => {
    const layer = make();
    const model = sequential([layer, layers.dense({ units: 1, kernelInitializer: 'zeros', trainable: false })]);
    const [x, y] = [wave([4, 5, 2]), wave([4, 1], 1)];
    model.apply(x);
    model.setWeights(model.weights.map(({ shape }, i) => (i < layer.weights.length ? wave([...shape], i) : new HostArray(new Float32Array(shape.reduce((a, b) => a * b)), shape))));
    const weights = await layer.getWeights();
    const expected = weights.map((weight, i) => (i % 3 === 1 ? 0.2 * sumOf(weight, Math.abs) : (i % 3 === 0 ? 0.1 : 0.3) * sumOf(weight, (v) => v * v)));
    const losses = await Promise.all(model.losses.map((loss) => loss.item()));
    assert.is(losses.length, weights.length);
    losses.forEach((loss, i) => assert.ok(Math.abs(loss - expected[i]) < 1e-5 * expected[i], `penalty ${i} is ${loss}, not ${expected[i]}`));

    model.compile({ optimizer: sgd(0.01), loss: 'mse' });
    const mse = sumOf(y, (v) => v * v) / 4;
    const [loss] = await model.evaluate(x, y, { verbose: 0 });
    const total = expected.reduce((a, b) => a + b, mse);
    assert.ok(Math.abs(loss - total) < 1e-5 * total, `loss ${loss}, not ${total}`);
    // The output is 0 and has no gradient: what moves the weights is the penalties alone.
    await model.fit(x, y, { verbose: 0 });
    (await layer.getWeights()).forEach((after, i) => {
      after.data.forEach((value: number, j: number) => {
        const before = weights[i].data[j];
        const slope = i % 3 === 1 ? 0.2 * Math.sign(before) : 2 * (i % 3 === 0 ? 0.1 : 0.3) * before;
        assert.ok(Math.abs(value - Math.max(0, before - 0.01 * slope)) < 1e-6, `weight ${i}[${j}] is ${value}`);
      });
    });
  });

  test(`${name}: saved and loaded`, () => {
    const saved = layerToKeras(make());
    const again = layerToKeras(layerFromKeras(saved));
    assert.equal(again.config, saved.config);
    assert.ok(JSON.stringify(saved).includes('"recurrent_regularizer":{"module":"keras.regularizers","class_name":"L1"'));
    assert.ok(JSON.stringify(saved).includes('"recurrent_constraint":"non_neg"'));
  });
}

test.run();
