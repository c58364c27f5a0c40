/** Fifty training steps from the same weights on the same batches: losses, metrics and final weights of the real Keras. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, init } from '../../engine/gpu/gpu';
import type { HostArray } from '../../engine/tensor/host-array';
import type { Logs } from '../../nn/callbacks/callback';
import { expectClose, readGolden } from '../support/golden';
import { goldenLoss, goldenMlp, goldenOptimizer } from '../support/golden-mlp';

interface Run {
  readonly name: string;
  readonly activation: string | null;
  readonly loss: string;
  readonly lossConfig: object;
  readonly optimizer: string;
  readonly optimizerConfig: object;
  readonly hiddenKernelL2?: number;
  readonly losses: readonly number[];
  readonly metrics: Readonly<Record<string, readonly number[]>>;
  readonly finalWeights: readonly HostArray[];
}

interface Golden {
  /** [steps, batch, 4, 5] */
  readonly x: HostArray;
  /** [steps, batch, …] */
  readonly y: HostArray;
  readonly weights: readonly HostArray[];
  readonly runs: readonly Run[];
}

const BATCH = 8;

const test = suite('training, golden');
test.before(async () => void (await init()));
test.after(close);

for (const file of ['mlp-classification', 'mlp-binary', 'mlp-regression']) {
  const golden = readGolden<Golden>(file);
  for (const run of golden.runs) {
    // Keras goes back to the logits here; in nn, `fromLogits` on a softmax output means softmax twice.
    if (run.name === 'adam-softmax-as-logits') test(`${file}: softmax twice has a floor`, () => softmaxTwice(golden, run));
    else test(`${file} ${run.name}`, () => compare(golden, run));
  }
}

async function compare(golden: Golden, run: Run): Promise<void> {
  const { batches, weights } = await train(golden, run);
  await expectClose(batches.map(({ loss }) => loss), run.losses, { rtol: 1e-5 }, 'loss of step ');
  for (const [name, values] of Object.entries(run.metrics)) {
    await expectClose(batches.map((batch) => batch[name]), values, { rtol: 1e-5, atol: 1e-12 }, `${name} of step `);
  }
  for (const [i, values] of run.finalWeights.entries()) await expectClose(weights[i], values, { rtol: 1e-5, atol: 1e-5 }, `weight ${i}`);
}

/** −log(e / (e + 9)) is the loss of a certain and right answer whose softmax is taken again. */
async function softmaxTwice(golden: Golden, run: Run): Promise<void> {
  const floor = -Math.log(Math.E / (Math.E + 9));
  const { batches } = await train(golden, run);
  for (const { loss } of batches) assert.ok(loss > floor && loss < 2.5, `${loss} lies between ${floor} and that of guessing`);
  assert.ok(batches[49].loss < batches[0].loss, 'it learns all the same');
}

/** Trains on all batches in order; loss and metrics of each batch alone, and the weights afterwards. */
async function train({ x, y, weights }: Golden, run: Run): Promise<{ batches: Logs[]; weights: HostArray[] }> {
  const model = goldenMlp(weights, run.activation, run.hiddenKernelL2);
  model.compile({
    optimizer: goldenOptimizer(run.optimizer, run.optimizerConfig),
    loss: goldenLoss(run.loss, run.lossConfig),
    metrics: Object.keys(run.metrics),
  });
  const running: Logs[] = [];
  const onTrainBatchEnd = (_batch: number, logs: Logs): void => void running.push(logs);
  const samples = (array: HostArray, ...sample: number[]): HostArray => array.reshape([-1, ...sample]);
  const labels = samples(y, ...y.shape.slice(2));
  await model.fit(samples(x, 4, 5), labels, { batchSize: BATCH, shuffle: false, verbose: 0, callbacks: [{ onTrainBatchEnd }] });
  return { batches: running.map((logs, i) => ofBatchAlone(logs, running[i - 1], i)), weights: await model.getWeights() };
}

/** The logs of a batch are means over the epoch so far: n·mean(n) − (n − 1)·mean(n − 1) is what the n-th added. */
function ofBatchAlone(logs: Logs, before: Logs | undefined, i: number): Logs {
  return Object.fromEntries(Object.entries(logs).map(([name, mean]) => [name, (i + 1) * mean - i * (before?.[name] ?? 0)]));
}

test.run();
