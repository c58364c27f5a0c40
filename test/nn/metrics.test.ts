/** Running metrics: exact over many steps, weighted by samples, and Keras's numbers. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { accumulateTogether } from '../../engine/ops/metric/accumulate-mean';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import * as metrics from '../../nn/metrics';
import { Mean } from '../../nn/metrics';

const test = suite('metrics');
test.before(async () => void (await init()));
test.after(close);

test('a mean over 70,000 steps is as good as one in f64', async () => {
  const mean = new Mean('m');
  const step = compileStep((x) => mean.updateState(x));
  let total = 0;
  let count = 0;
  for (let i = 0; i < 70_000; i++) {
    const values = Float32Array.of(1 + Math.sin(i), 1000 / (1 + i), 0.001);
    for (const v of values) total += v;
    count += values.length;
    step(new HostArray(values, [3]));
    if (i % 256 === 0) await gpu().throttle(2);
    if ([0, 254, 255, 256, 511, 5000].includes(i)) assert.ok(Math.abs((await mean.result()) / (total / count) - 1) < 2e-7, `after step ${i}`);
  }
  assert.ok(Math.abs((await mean.result()) / (total / count) - 1) < 1e-7);
});

test('means that are accumulated together are those of each by itself', async () => {
  const values = Array.from({ length: 6 }, (_, j) => [1, 2, 3, 4, 5, 7].map((v) => v * (j + 1)));
  const [weights, others] = [tensor([0, 1, 0, 2, 0.5, 0]), tensor([1, 1, 0, 0, 0, 3])];
  // Means 1, 3 and 5 are weighted, the last by other weights; mean 0 comes twice.
  const take = (all: readonly Mean[]): void => {
    all.forEach((mean, j) => mean.updateState(values[j], j % 2 === 0 ? undefined : j === 5 ? others : weights));
    all[0].updateState([[1, 2], [3, 4], [NaN, 0]]);
    all[0].updateState([10, 20]);
  };
  const make = (): Mean[] => values.map((_, j) => new Mean(`m${j}`));
  const [alone, together] = [make(), make()];
  for (let step = 0; step < 300; step++) {
    take(alone);
    accumulateTogether(() => take(together));
  }
  const states = async (all: readonly Mean[]) => Promise.all(all.map(async ({ state }) => [...(await state.read()).data].map(String)));
  assert.equal(await states(together), await states(alone));
  assert.ok(new Set(await Promise.all(alone.slice(1).map((mean) => mean.result()))).size === 5);
});

test('samples with weight 0 count for nothing, even NaN; other weights as they are', async () => {
  const mean = new Mean('m');
  mean.updateState([1, NaN, 5], [1, 0, 3]);
  assert.is(await mean.result(), 4);
  mean.updateState([10], [4]);
  assert.is(await mean.result(), 7);
  mean.resetState();
  assert.is(await mean.result(), 0);
  mean.updateState(3);
  assert.is(await mean.result(), 3);
});

test('precision and recall: shares of predicted and of true positives, weighted, over batches; 0 of nothing', async () => {
  const [precision, recall] = [metrics.precision(), metrics.recall({ thresholds: 0.7 })];
  const labels = HostArray.from([[1], [0], [1], [1], [0]]);
  const outputs = HostArray.from([[0.9], [0.8], [0.4], [0.6], [0.5]]);
  const both = async (): Promise<number[]> => [await precision.result(), await recall.result()];
  assert.equal(await both(), [0, 0]);
  for (const metric of [precision, recall]) metric.updateState(labels, outputs);
  // Above 0.5: rows 0, 1, 3; above 0.7: rows 0, 1. True: rows 0, 2, 3.
  assert.equal((await both()).map((value) => value.toFixed(6)), [(2 / 3).toFixed(6), (1 / 3).toFixed(6)]);
  for (const metric of [precision, recall]) metric.updateState(labels, outputs, HostArray.from([2, 1, 1, 0, 1]));
  assert.equal((await both()).map((value) => value.toFixed(6)), [(4 / 6).toFixed(6), (3 / 6).toFixed(6)]);
  assert.throws(() => metrics.precision({ thresholds: 2 }), /threshold is 2/);
});

test('metrics of losses by name, the cosine with its sign', async () => {
  const cosine = metrics.cosineSimilarity();
  cosine.updateState(HostArray.from([[1, 0], [0, 2]]), HostArray.from([[3, 0], [0, -1]]));
  assert.is(await cosine.result(), 0);
  cosine.updateState(HostArray.from([[1, 1]]), HostArray.from([[2, 2]]));
  assert.ok(Math.abs((await cosine.result()) - 1 / 3) < 1e-6);
  for (const name of ['rmse', 'mape', 'msle', 'kl_divergence', 'top_k_categorical_accuracy', 'recall']) assert.is(metrics.metricFrom(name).name, name);
  const root = metrics.metricFrom('rmse');
  root.updateState(HostArray.from([[1, 1]]), HostArray.from([[4, 5]]));
  assert.ok(Math.abs((await root.result()) - Math.sqrt(12.5)) < 1e-6);
});

test.run();
