/** Losses on plain arrays: values and gradients against the real Keras, for every option that nn has. */
import { suite } from 'uvu';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import * as losses from '../../nn/losses';
import type { Loss } from '../../nn/losses';
import { expectClose, readGolden } from '../support/golden';

interface LossCase {
  readonly name: string;
  readonly loss: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly yTrue: HostArray;
  readonly yPred: HostArray;
  readonly sampleWeight?: HostArray;
  readonly value: HostArray;
  readonly gradient: HostArray;
}

const { cases } = readGolden<{ readonly cases: readonly LossCase[] }>('losses');

const test = suite('losses, golden');
test.before(async () => void (await init()));
test.after(close);

for (const { name, loss: className, config, yTrue, yPred, sampleWeight, value, gradient } of cases) {
  const make = (losses as unknown as Record<string, (new (config: object) => Loss) | undefined>)[className];
  const missing = !make || config.reduction === 'mean_with_sample_weight';
  if (missing) {
    test.skip(`${name}: nn does not have it`, () => {});
    continue;
  }
  test(name, async () => {
    const results = scope(() => {
      const predictions = tensor(yPred);
      const tape = new GradientTape();
      tape.watch(predictions);
      const result = tape.record(() => new make(config).apply(yTrue, predictions, sampleWeight));
      const [slope] = tape.gradient(result, [predictions]);
      return { result, slope: slope! };
    });
    await expectClose(results.result, value, { rtol: 2e-6, atol: 2e-7 }, 'loss');
    await expectClose(results.slope, name === 'categorical-soft-labels' ? withLabelSums(gradient, yTrue, yPred) : gradient, { rtol: 5e-6, atol: 1e-7 }, 'gradient');
  });
}

/**
 * TensorFlow's gradient of a row is softmax − labels, which is right where the labels add up to 1. Those of this case are
 * rounded and do not, quite; nn's gradient is softmax·Σlabels − labels.
 */
function withLabelSums(gradient: HostArray, labels: HostArray, logits: HostArray): HostArray {
  const [rows, classes] = labels.shape;
  return gradient.map((value, i) => {
    const row = Math.floor(i / classes);
    const of = (array: HostArray): number[] => [...array.slice(row, row + 1).data];
    const exps = of(logits).map(Math.exp);
    const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
    return value + ((exps[i % classes] / sum(exps)) * (sum(of(labels)) - 1)) / rows;
  });
}

test.run();
