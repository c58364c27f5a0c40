/** Normalising layers and rectifiers: against the real Keras and by hand. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, Dataset, HostArray, init, layers, optimizers, sequential, tensor } from 'wgrad';
import { setMask } from '../../nn/core/mask';
import { expectClose, readGolden } from '../support/golden';
import { type LayerCase, layerFrom, runLayerTest } from '../support/run-layer-test';

interface Adapted {
  readonly name: string;
  readonly config: object;
  readonly input: HostArray;
  readonly mean: HostArray;
  readonly variance: HostArray;
  readonly output: HostArray;
}

const golden = readGolden<{ readonly cases: readonly (LayerCase & { weightsAfter?: readonly HostArray[] })[]; readonly adapted: readonly Adapted[] }>('normalization');

const test = suite('normalisation');
test.before(async () => void (await init()));
test.after(close);

for (const one of golden.cases) {
  test(one.name, async () => {
    await runLayerTest(one);
    const layer = layerFrom(one);
    layer.ensureBuilt(one.inputs[0].shape);
    layer.setWeights(one.weights);
    layer.apply(one.inputs[0], { training: one.training });
    const after = one.weightsAfter ?? one.weights;
    for (const [i, weight] of layer.weights.entries()) await expectClose(weight, after[i], { rtol: one.weightsAfter ? 1e-6 : 0 }, one.weightNames[i]);
  });
}

for (const { name, config, input, mean, variance, output } of golden.adapted) {
  test(`adapted: ${name}`, async () => {
    for (const data of [input, Dataset.fromTensorSlices(input).batch(7)]) {
      const layer = layers.normalization(config);
      await layer.adapt(HostArray.from([[9, 9, 9]]));
      await layer.adapt(data as HostArray);
      const [average, spread] = await layer.getWeights();
      await expectClose([...average.data], [...mean.data], { rtol: 1e-6, atol: 1e-7 }, 'mean');
      await expectClose([...spread.data], [...variance.data], { rtol: 1e-6 }, 'variance');
      await expectClose(layer.apply(input), output, { rtol: 2e-6, atol: 1e-6 }, 'output');
    }
  });
}

test('moving averages move in replayed training steps, once each, and not in evaluation or frozen', async () => {
  const layer = layers.batchNormalization({ momentum: 0.5, inputShape: [1] });
  const model = sequential([layer]);
  model.compile({ optimizer: optimizers.sgd(0), loss: 'mse' });
  const x = HostArray.from([[1], [3], [5], [9]]);
  await model.fit(x, x, { batchSize: 2, shuffle: false, verbose: 0 });
  // Batches (1, 3) and (5, 9): means 2 and 7, variances 1 and 4.
  const expected = [(0 + 2) / 4 + 7 / 2, (1 + 1) / 4 + 4 / 2];
  const averages = async (): Promise<number[]> => (await model.getWeights()).slice(2).map(({ data }) => data[0]);
  await expectClose(await averages(), expected);
  await model.evaluate(x, x, { verbose: 0 });
  await expectClose(await model.predict(x, { verbose: 0 }), x.map((value) => (value - expected[0]) / Math.sqrt(expected[1] + 0.001)), { rtol: 1e-5 });
  layer.trainable = false;
  model.apply(x, { training: true });
  await expectClose(await averages(), expected);
  assert.equal(layer.nonTrainableWeights.length, 4);
  layer.trainable = true;
  assert.equal(layer.trainableWeights.map(({ name }) => name.split('/')[1]), ['gamma', 'beta']);
});

test('masked steps do not count in the moments of a batch', async () => {
  const layer = layers.batchNormalization({ momentum: 0 });
  const x = tensor(HostArray.from([[[1], [100]], [[3], [5]]]));
  setMask(x, tensor(new HostArray(Uint32Array.from([1, 0, 1, 1]), [2, 2], 'bool')));
  layer.apply(x, { training: true });
  const [, , mean, variance] = await layer.getWeights();
  await expectClose([mean.data[0], variance.data[0]], [3, 8 / 3]);
});

test('known mean and variance; errors', async () => {
  const x = HostArray.from([[1, 2], [3, 4]]);
  await expectClose(layers.normalization({ mean: [1, 2], variance: [4, 9] }).apply(x), HostArray.from([[0, 0], [1, 2 / 3]]));
  await expectClose(layers.normalization({ mean: 1, variance: 4 }).apply(x), HostArray.from([[0, 0.5], [1, 1.5]]));
  await expectClose(layers.normalization({ axis: null, mean: 1, variance: 0, invert: true }).apply(x), HostArray.from([[1, 1], [1, 1]]), { atol: 1e-6 });
  assert.throws(() => layers.normalization({ mean: 1 }), /belong together/);
  assert.throws(() => layers.batchNormalization({ momentum: 2 }), /momentum is 2/);
  assert.throws(() => layers.batchNormalization({ axis: 5 }).ensureBuilt([null, 3]), /axis 5/);
  assert.throws(() => layers.layerNormalization({ axis: [1, 2] }).ensureBuilt([null, null, 3]), /not known/);
});

test('prelu: a slope for every feature, or shared along axes', async () => {
  const layer = layers.prelu();
  layer.ensureBuilt([null, 2]);
  layer.setWeights([HostArray.from([0.5, 2])]);
  await expectClose(layer.apply([[-2, -2], [3, 3]]), HostArray.from([[-1, -4], [3, 3]]));
  const shared = layers.prelu({ sharedAxes: [1], alphaInitializer: 'ones' });
  shared.ensureBuilt([null, null, 2]);
  assert.equal(shared.weights[0].shape, [1, 2]);
  await expectClose(shared.apply([[[-1, 2]]]), HostArray.from([[[-1, 2]]]));
  assert.throws(() => layers.prelu().ensureBuilt([null, null, 2]), /sharedAxes/);
});

test.run();
