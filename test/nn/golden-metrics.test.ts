/** Metrics over several updates, with and without weights, and what the name `accuracy` means: against the real Keras. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, init } from '../../engine/gpu/gpu';
import { HostArray } from '../../engine/tensor/host-array';
import * as layers from '../../nn/layers';
import * as losses from '../../nn/losses';
import type { Loss } from '../../nn/losses';
import * as metrics from '../../nn/metrics';
import { Mean, type MeanMetric } from '../../nn/metrics';
import { sequential } from '../../nn/models/sequential';
import { expectClose, readGolden } from '../support/golden';

interface MetricCase {
  readonly name: string;
  readonly metric: string;
  readonly config: object;
  readonly updates: readonly { readonly yTrue: HostArray; readonly yPred: HostArray; readonly values?: HostArray; readonly sampleWeight?: HostArray }[];
  readonly results: readonly number[];
}

interface Resolution {
  readonly name: string;
  readonly loss: string;
  readonly lossConfig: object;
  readonly yTrue: HostArray;
  readonly yPred: HostArray;
  readonly evaluate: { readonly loss: number; readonly accuracy: number };
}

const { cases, resolution } = readGolden<{ readonly cases: readonly MetricCase[]; readonly resolution: readonly Resolution[] }>('metrics');

/** The function of a module that makes what Keras calls `className`, if there is one. */
function maker<T>(module: object, className: string): ((config: object) => T) | undefined {
  const name = className.replace(/^([A-Z]+)($|(?=[A-Z][a-z]))|^[A-Z]/, (capitals) => capitals.toLowerCase());
  return (module as Record<string, (config: object) => T>)[name];
}

const test = suite('metrics, golden');
test.before(async () => void (await init()));
test.after(close);

for (const { name, metric: className, config, updates, results } of cases) {
  const make = maker<MeanMetric | Mean>(metrics, className);
  if (!make) {
    test.skip(`${name}: nn does not have it`, () => {});
    continue;
  }
  test(name, async () => {
    const metric = make(config);
    const actual: number[] = [];
    const run = async (): Promise<void> => {
      for (const { yTrue, yPred, values, sampleWeight } of updates) {
        if (metric instanceof Mean) metric.updateState(values!, sampleWeight);
        else metric.updateState(yTrue, yPred, sampleWeight);
        actual.push(await metric.result());
      }
    };
    await run();
    metric.resetState();
    assert.is(await metric.result(), 0, 'after a reset');
    await run();
    await expectClose(actual, [...results, ...results], { rtol: 1e-6 }, 'results');
  });
}

for (const { name, loss, lossConfig, yTrue, yPred, evaluate } of resolution) {
  test(`accuracy: ${name}`, async () => {
    const model = sequential([layers.activation('linear', { inputShape: yPred.shape.slice(1) })]);
    model.compile({ loss: maker<Loss>(losses, loss)!(lossConfig), metrics: ['accuracy'] });
    const measured = await model.evaluate(yPred, yTrue, { verbose: 0 });
    assert.equal(model.metricsNames, ['loss', 'accuracy']);
    await expectClose(measured, [evaluate.loss, evaluate.accuracy], { rtol: 2e-6 }, 'loss and accuracy');
  });
}

test('one output counts as 1 where it is above the threshold, not at it: 0.5 unless told', async () => {
  const [labels, outputs] = [HostArray.from([[0], [1], [0], [1]]), HostArray.from([[0.5], [0.6], [0.4], [0.1]])];
  for (const [metric, expected] of [
    [metrics.accuracy(), 0.75],
    [metrics.binaryAccuracy(), 0.75],
    [metrics.binaryAccuracy({ threshold: 0 }), 0.5],
    [metrics.binaryAccuracy({ threshold: 0.6 }), 0.5],
    [metrics.binaryAccuracy({ threshold: 0.59 }), 0.75],
  ] as const) {
    metric.updateState(labels, outputs);
    assert.is(await metric.result(), expected);
  }
});

test.run();
