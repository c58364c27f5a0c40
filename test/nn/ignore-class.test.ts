/** Labels that do not count: training on them is training without these samples. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, HostArray, init, layers, losses, optimizers, sequential, type Sequential } from 'wgrad';
import { expectClose } from '../support/golden';

const test = suite('ignoreClass');
test.before(async () => void (await init()));
test.after(close);

const kernel = HostArray.from([[0.1, -0.2, 0.3], [0.5, 0.4, -0.1]]);

function classifier(reduction: losses.Loss['reduction'], ignoreClass: number | null): Sequential {
  const model = sequential([layers.dense({ units: 3, useBias: false, inputShape: [2] })]);
  model.setWeights([kernel]);
  model.compile({ optimizer: optimizers.sgd(0.1), loss: losses.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass, reduction }), metrics: ['accuracy'] });
  return model;
}

for (const reduction of ['sum_over_batch_size', 'mean', 'sum'] as const) {
  test(`${reduction}: losses and weights as without the samples`, async () => {
    const [all, some] = [classifier(reduction, -1), classifier(reduction, null)];
    const x = HostArray.from([[1, 2], [1e30, -1e30], [3, -1], [5, 5]]);
    const y = new HostArray(Int32Array.from([2, -1, 0, -1]), [4]);
    const kept = [0, 2];
    const losses = [];
    for (const [model, inputs, labels] of [[all, x, y], [some, x.take(kept), y.take(kept)]] as const) {
      const { history } = await model.fit(inputs, labels, { batchSize: 4, shuffle: false, verbose: 0, epochs: 2 });
      losses.push([...history.loss, (await model.evaluate(inputs, labels, { verbose: 0 }))[0]]);
    }
    await expectClose(losses[0], losses[1]);
    await expectClose((await all.getWeights())[0], (await some.getWeights())[0], { atol: 1e-7 });
  });
}

test('the label is no error, others out of range are', async () => {
  const model = classifier('mean', 255);
  const x = HostArray.from([[1, 2]]);
  await model.evaluate(x, HostArray.from([255]), { verbose: 0 });
  const error = await model.evaluate(x, HostArray.from([254]), { verbose: 0 }).then(() => null, (reason: Error) => reason);
  assert.match(String(error?.message), /label 254/);
});

test.run();
