/** Three epochs of `fit` with ragged last batches, then `evaluate` and `predict`: against the real Keras. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, init } from '../../engine/gpu/gpu';
import type { HostArray } from '../../engine/tensor/host-array';
import { adam } from '../../nn/optimizers';
import type { ClassWeight } from '../../nn/training/weights';
import { expectClose, readGolden } from '../support/golden';
import { goldenMlp } from '../support/golden-mlp';

interface Golden {
  readonly x: HostArray;
  readonly y: HostArray;
  readonly xTest: HostArray;
  readonly yTest: HostArray;
  readonly sampleWeight: HostArray;
  readonly weights: readonly HostArray[];
  readonly cases: readonly {
    readonly name: string;
    readonly config: {
      readonly epochs: number;
      readonly batchSize: number;
      readonly shuffle: boolean;
      readonly initialEpoch?: number;
      readonly validationSplit?: number;
      readonly classWeight?: ClassWeight;
      /** `true` stands for the arrays of that name in the file. */
      readonly validationData?: true;
      readonly sampleWeight?: true;
    };
    readonly epoch: readonly number[];
    readonly history: Readonly<Record<string, readonly number[]>>;
    readonly evaluate: readonly number[];
    readonly predict: HostArray;
    readonly finalWeights: readonly HostArray[];
  }[];
}

const golden = readGolden<Golden>('fit');
const { x, y, xTest, yTest } = golden;

const test = suite('fit, golden');
test.before(async () => void (await init()));
test.after(close);

for (const { name, config, ...expected } of golden.cases) {
  test(name, async () => {
    const model = goldenMlp(golden.weights, 'softmax');
    model.compile({ optimizer: adam(0.02), loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    const { epoch, history } = await model.fit(x, y, {
      ...config,
      validationData: config.validationData && [xTest, yTest],
      sampleWeight: config.sampleWeight && golden.sampleWeight,
      verbose: 0,
    });
    assert.equal(epoch, expected.epoch);
    assert.equal(Object.keys(history).sort(), Object.keys(expected.history));
    for (const [log, values] of Object.entries(expected.history)) await expectClose(history[log], values, { rtol: 1e-5 }, `${log} of epoch `);
    await expectClose(await model.evaluate(xTest, yTest, { batchSize: 8, verbose: 0 }), expected.evaluate, { rtol: 1e-5 }, 'evaluate');
    await expectClose(await model.predict(xTest, { batchSize: 8 }), expected.predict, { rtol: 1e-4, atol: 1e-6 }, 'predict');
    for (const [i, values] of expected.finalWeights.entries()) {
      await expectClose(model.weights[i], values, { rtol: 1e-5, atol: 1e-5 }, `weight ${i}`);
    }
  });
}

test.run();
