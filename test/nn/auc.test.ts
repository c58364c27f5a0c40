/** AUC: against its definition by pairs, and in a model's steps. Keras's own values: golden-metrics. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, HostArray, init, layers, metrics, sequential } from 'wgrad';
import { ValueError } from '../../engine/errors';
import { throws } from '../support/datasets';

const test = suite('auc');
test.before(async () => void (await init()));
test.after(close);

const column = (values: readonly number[]): HostArray => new HostArray(Float32Array.from(values), [values.length, 1]);

async function aucOf(labels: readonly number[], scores: readonly number[], config: metrics.AUCConfig = {}): Promise<number> {
  const metric = metrics.auc(config);
  metric.updateState(column(labels), column(scores));
  return metric.result();
}

test('of scores between the thresholds: the share of pairs of a 1 and a 0 that are in order, ties by half', async () => {
  // With 11 thresholds the scores 0.05, 0.15 … 0.95 each lie in a part of their own.
  const example = fc.array(fc.tuple(fc.nat(1), fc.nat(9)), { minLength: 2, maxLength: 40 });
  await fc.assert(fc.asyncProperty(example, async (pairs) => {
    const [labels, tenths] = [pairs.map(([label]) => label), pairs.map(([, tenth]) => tenth)];
    const [ones, zeros] = [1, 0].map((wanted) => tenths.filter((_, i) => labels[i] === wanted));
    let ordered = 0;
    for (const one of ones) for (const zero of zeros) ordered += one > zero ? 1 : one === zero ? 0.5 : 0;
    const expected = ones.length * zeros.length === 0 ? null : ordered / (ones.length * zeros.length);
    const actual = await aucOf(labels, tenths.map((tenth) => tenth / 10 + 0.05), { numThresholds: 11 });
    if (expected !== null) assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, expected ${expected}`);
    else assert.is(actual, 0);
  }), { numRuns: 25 });
});

test('perfect, inverted and useless scores', async () => {
  assert.is(await aucOf([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]), 1);
  assert.is(await aucOf([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]), 0);
  assert.is(await aucOf([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]), 0.5);
  assert.is(await aucOf([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], { curve: 'PR' }), 1);
});

test('by name in fit and evaluate: all batches together, afresh each time', async () => {
  const scores = Array.from({ length: 20 }, (_, i) => ((7 * i) % 20) / 20);
  const labels = scores.map((score, i) => Number(score + 0.3 * Math.sin(i) > 0.5));
  const model = sequential([layers.activation('linear', { inputShape: [1] })]);
  model.compile({ loss: 'mse', metrics: ['auc'] });
  assert.equal(model.metricsNames, ['loss', 'auc']);
  const expected = await aucOf(labels, scores);
  assert.ok(expected > 0.6 && expected < 1);
  for (const batchSize of [20, 8, 8]) {
    const [, auc] = await model.evaluate(column(scores), column(labels), { batchSize, verbose: 0 });
    assert.ok(Math.abs(auc - expected) < 1e-6, `${auc}, expected ${expected}`);
  }
});

test('wrong options are told', () => {
  throws(() => metrics.auc({ numThresholds: 1 }), ValueError, 'numThresholds is 1');
  throws(() => metrics.auc({ thresholds: [0.5, 1.5] }), ValueError, '1.5');
  throws(() => metrics.auc({ curve: 'roc' as 'ROC' }), ValueError, '"roc"', '"ROC"');
  throws(() => metrics.auc({ summationMethod: 'mean' as 'minoring' }), ValueError, '"mean"', 'majoring');
});

test.run();
