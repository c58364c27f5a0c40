/** Fifty training steps of an embedding with pooling, from the same weights on the same batches as the real Keras. */
import { suite } from 'uvu';
import { close, init } from '../../engine/gpu/gpu';
import type { HostArray } from '../../engine/tensor/host-array';
import { layers, sequential } from '../../nn';
import { expectClose, readGolden } from '../support/golden';
import { goldenOptimizer } from '../support/golden-mlp';

interface Golden {
  /** [steps, batch, time] */
  readonly x: HostArray;
  /** [steps, batch, 1] */
  readonly y: HostArray;
  readonly weights: readonly HostArray[];
  readonly runs: readonly {
    readonly name: string;
    readonly optimizer: string;
    readonly optimizerConfig: object;
    readonly losses: readonly number[];
    readonly finalWeights: readonly HostArray[];
  }[];
}

const test = suite('embedding training, golden');
test.before(async () => void (await init()));
test.after(close);

const { x, y, weights, runs } = readGolden<Golden>('embedding-training');
const batchOf = (array: HostArray, step: number): HostArray => array.slice(step, step + 1).reshape(array.shape.slice(1));

for (const run of runs) {
  test(run.name, async () => {
    const model = sequential([
      layers.embedding({ inputDim: weights[0].shape[0], outputDim: weights[0].shape[1], inputShape: [null] }),
      layers.globalAveragePooling1D(),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ]);
    model.setWeights(weights);
    model.compile({ optimizer: goldenOptimizer(run.optimizer, run.optimizerConfig), loss: 'binary_crossentropy' });
    const losses: number[] = [];
    for (let step = 0; step < x.length; step++) {
      const { history } = await model.fit(batchOf(x, step), batchOf(y, step), { shuffle: false, verbose: 0 });
      losses.push(history.loss[0]);
    }
    await expectClose(losses, run.losses, { rtol: 1e-5 }, 'loss of step ');
    for (const [i, values] of (await model.getWeights()).entries()) await expectClose(values, run.finalWeights[i], { rtol: 1e-5, atol: 1e-5 }, `weight ${i}`);
  });
}

test.run();
