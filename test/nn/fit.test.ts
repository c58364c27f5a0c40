/** The training loop: histories, validation, callbacks, early stops, kinds of data. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, init } from '../../engine/gpu/gpu';
import { setSeed } from '../../engine/random';
import { HostArray } from '../../engine/tensor/host-array';
import { Callback, type Logs } from '../../nn/callbacks/callback';
import * as layers from '../../nn/layers';
import * as losses from '../../nn/losses';
import { type Sequential, sequential } from '../../nn/models/sequential';
import { adam, sgd } from '../../nn/optimizers';
import type { CompileConfig } from '../../nn/training/trainer';
import { expectClose } from '../support/golden';
import { written } from '../support/terminal';

const test = suite('fit');
test.before(async () => void (await init()));
test.after(close);

/** Three classes of points around corners of a cube. */
function points(n: number): [HostArray, HostArray] {
  const labels = Uint8Array.from({ length: n }, (_, i) => (7 * i) % 3);
  const x = Float32Array.from({ length: 4 * n }, (_, i) => Math.sin(13 * i) / 2 + Number(i % 4 === labels[Math.floor(i / 4)]));
  return [new HostArray(x, [n, 4]), new HostArray(labels, [n])];
}
const [x, y] = points(45);
const [xTest, yTest] = points(21);

function classifier(config: Partial<CompileConfig> = {}): Sequential {
  setSeed(3);
  const model = sequential([layers.dense({ units: 8, activation: 'relu', inputShape: [4] }), layers.dense({ units: 3, activation: 'softmax' })]);
  model.compile({ optimizer: adam(0.01), loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'], ...config });
  return model;
}

test('a history has a list per log, in order: loss, metrics, the same of validation', async () => {
  const model = classifier({ metrics: ['accuracy', 'sparse_categorical_crossentropy'] });
  const history = await model.fit(x, y, { epochs: 3, batchSize: 8, validationData: [xTest, yTest], verbose: 0 });
  const names = ['loss', 'accuracy', 'sparse_categorical_crossentropy'];
  assert.equal(model.metricsNames, names);
  assert.equal(Object.keys(history.history), [...names, ...names.map((name) => `val_${name}`)]);
  for (const values of Object.values(history.history)) assert.is(values.length, 3);
  assert.equal(history.epoch, [0, 1, 2]);
  assert.ok(history.history.loss[2] < history.history.loss[0]);
  // The metric takes the predictions as they are, the loss their logits: all but the same numbers.
  await expectClose(history.history.sparse_categorical_crossentropy, history.history.loss, { rtol: 1e-5 });
  assert.is(history.interrupted, false);
  const { seconds, compileSeconds, msPerStep } = history.timing;
  assert.ok(compileSeconds > 0 && msPerStep > 0 && seconds >= compileSeconds);
});

test('an epoch reports means over its samples: a ragged last batch counts by its size', async () => {
  const model = classifier({ optimizer: sgd(0) });
  const [loss, accuracy] = await model.evaluate(x, y, { batchSize: 45, verbose: 0 });
  for (const batchSize of [1, 8, 32, 44]) {
    const { history } = await model.fit(x, y, { batchSize, verbose: 0, validationData: [x, y], validationBatchSize: 7 });
    for (const log of ['', 'val_']) {
      await expectClose([history[`${log}loss`][0], history[`${log}accuracy`][0]], [loss, accuracy], { rtol: 1e-6 }, `batch size ${batchSize}: `);
    }
  }
});

test('validation is what evaluate gives, and does not train', async () => {
  const model = classifier();
  const { history } = await model.fit(x, y, { epochs: 2, batchSize: 8, validationData: [xTest, yTest], verbose: 0 });
  assert.equal(await model.evaluate(xTest, yTest, { batchSize: 8, verbose: 0 }), [history.val_loss[1], history.val_accuracy[1]]);
  const alone = await classifier().fit(x, y, { epochs: 2, batchSize: 8, verbose: 0 });
  assert.equal(alone.history.loss, history.loss);
});

test('a split trains on the first samples and validates on the last, before any shuffling', async () => {
  const split = await classifier().fit(x, y, { epochs: 2, validationSplit: 0.2, verbose: 0 });
  const given = await classifier().fit(x.slice(0, 36), y.slice(0, 36), { epochs: 2, validationData: [x.slice(36), y.slice(36)], verbose: 0 });
  assert.equal(split.history, given.history);
});

test('a sum as reduction: gradients of the sum, and the mean of the batches’ sums as Keras reports it', async () => {
  const loss = losses.sparseCategoricalCrossentropy({ reduction: 'sum' });
  const [mean] = await classifier().evaluate(x.slice(0, 8), y.slice(0, 8), { verbose: 0 });
  const summed = classifier({ loss, optimizer: sgd(0.01) });
  const averaged = classifier({ optimizer: sgd(0.08) });
  const { history } = await summed.fit(x.slice(0, 8), y.slice(0, 8), { verbose: 0 });
  await averaged.fit(x.slice(0, 8), y.slice(0, 8), { verbose: 0 });
  await expectClose(history.loss, [8 * mean]);
  for (const [i, weight] of summed.weights.entries()) await expectClose(weight, averaged.weights[i], { rtol: 1e-5, atol: 1e-7 });
});

test('hooks come in order, with indices and logs; hooks may be asynchronous', async () => {
  const calls: string[] = [];
  const record = (hook: string) => async (...args: unknown[]): Promise<void> => {
    await new Promise((done) => setTimeout(done, 1));
    calls.push([hook, ...args.map((arg) => (typeof arg === 'number' ? arg : Object.keys(arg as Logs).join('+')))].join(' '));
  };
  const hooks = ['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onTrainBatchBegin', 'onTrainBatchEnd', 'onTestBegin', 'onTestEnd', 'onTestBatchBegin', 'onTestBatchEnd', 'onPredictBegin', 'onPredictEnd'];
  const callbacks = [Object.fromEntries(hooks.map((hook) => [hook, record(hook)]))];
  const model = classifier();
  await model.fit(x.slice(0, 12), y.slice(0, 12), { epochs: 2, batchSize: 8, initialEpoch: 1, validationData: [xTest, yTest], verbose: 0, callbacks });
  assert.equal(calls.splice(0), [
    'onTrainBegin', 'onEpochBegin 1',
    'onTrainBatchBegin 0', 'onTrainBatchEnd 0 loss+accuracy', 'onTrainBatchBegin 1', 'onTrainBatchEnd 1 loss+accuracy',
    'onTestBegin', ...[0, 1, 2].flatMap((i) => [`onTestBatchBegin ${i}`, `onTestBatchEnd ${i} loss+accuracy`]), 'onTestEnd loss+accuracy',
    'onEpochEnd 1 loss+accuracy+val_loss+val_accuracy', 'onTrainEnd loss+accuracy+val_loss+val_accuracy',
  ]);
  await model.evaluate(xTest, yTest, { verbose: 0, callbacks });
  assert.equal(calls.splice(0), ['onTestBegin', 'onTestBatchBegin 0', 'onTestBatchEnd 0 loss+accuracy', 'onTestEnd loss+accuracy']);
  await model.predict(xTest, { callbacks });
  assert.equal(calls.splice(0), ['onPredictBegin', 'onPredictEnd']);
});

test('logs of a batch are running means of the epoch', async () => {
  const running: Logs[] = [];
  const { history } = await classifier().fit(x, y, { batchSize: 8, verbose: 0, callbacks: [{ onTrainBatchEnd: (_, logs) => void running.push(logs) }] });
  assert.is(running.length, 6);
  assert.equal(running[5], { loss: history.loss[0], accuracy: history.accuracy[0] });
  assert.ok(new Set(running.map(({ loss }) => loss)).size === 6);
});

test('callbacks: subclasses and plain objects keep their own state and see the model and the run', async () => {
  class Counter extends Callback {
    epochs = 0;
    override onEpochEnd(): void {
      this.epochs++;
    }
    override onTrainEnd(): void {
      assert.is(this.model, model);
      assert.equal(this.params, { epochs: 2, steps: 6, verbose: 0 });
    }
  }
  const model = classifier();
  const counter = new Counter();
  const plain = {
    batches: 0,
    onTrainBatchBegin() {
      this.batches++;
    },
  };
  await model.fit(x, y, { epochs: 2, batchSize: 8, validationSplit: 0, validationData: [xTest, yTest], verbose: 0, callbacks: [counter, plain] });
  assert.is(counter.epochs, 2);
  assert.is(plain.batches, 12);
});

test('stopTraining ends after the running step, or after the epoch when set at its end', async () => {
  const model = classifier();
  let batches = 0;
  const inStep = await model.fit(x, y, { epochs: 5, batchSize: 8, verbose: 0, callbacks: [{ onTrainBatchEnd: () => void (model.stopTraining = ++batches === 3) }] });
  assert.is(batches, 3);
  assert.equal(inStep.epoch, [0], 'the epoch that was begun is reported');
  const atEnd = await model.fit(x, y, { epochs: 5, verbose: 0, callbacks: [{ onEpochEnd: (epoch) => void (model.stopTraining = epoch === 1) }] });
  assert.equal(atEnd.epoch, [0, 1]);
  assert.is(model.optimizer.iterations, 3 + 2 * 2);
});

test('an error in a callback ends fit, and the model trains on afterwards', async () => {
  const model = classifier();
  const failing = model.fit(x, y, { verbose: 0, callbacks: [{ onTrainBatchBegin: () => { throw new RangeError('mine'); } }] });
  await failing.then(() => assert.unreachable(), (error) => assert.instance(error, RangeError));
  assert.is((await model.fit(x, y, { verbose: 0 })).epoch.length, 1);
});

test('fit goes on where it was; the optimizer keeps its moments', async () => {
  const once = await classifier().fit(x, y, { epochs: 4, shuffle: false, verbose: 0 });
  const model = classifier();
  const first = await model.fit(x, y, { epochs: 2, shuffle: false, verbose: 0 });
  await model.evaluate(xTest, yTest, { verbose: 0 });
  await model.predict(xTest);
  const second = await model.fit(x, y, { epochs: 4, initialEpoch: 2, shuffle: false, verbose: 0 });
  assert.equal(second.epoch, [2, 3]);
  assert.equal([...first.history.loss, ...second.history.loss], once.history.loss);
});

test('bytes, nested arrays and whole numbers are taken as they are', async () => {
  const bytes = new HostArray(Uint8Array.from({ length: 180 }, (_, i) => (i * 37) % 256), [45, 4]);
  const expected = (await classifier().fit(bytes.cast('f32'), y.cast('i32'), { verbose: 0 })).history;
  const nested = bytes.toArray() as number[][];
  assert.equal((await classifier().fit(bytes, y, { verbose: 0 })).history, expected);
  assert.equal((await classifier().fit(nested, [...y.data], { verbose: 0 })).history, expected);
  assert.equal((await classifier().fit(bytes.cast('i32'), y.expandDims(-1), { verbose: 0 })).history, expected);
});

test('what fit and evaluate print: a header per epoch and a line', async () => {
  const model = classifier();
  const fitting = await written({ interactive: false }, async () => void (await model.fit(x, y, { epochs: 2, validationData: [xTest, yTest], verbose: 2 })));
  const line = '2/2 - \\d+s - loss: \\d\\.\\d{4} - accuracy: [01]\\.\\d{4}';
  const validated = `${line} - val_loss: \\d\\.\\d{4} - val_accuracy: [01]\\.\\d{4}`;
  assert.match(fitting, new RegExp(`^Epoch 1/2\n${validated}\nEpoch 2/2\n${validated}\n$`));
  assert.match(await written({ interactive: false }, async () => void (await model.evaluate(xTest, yTest, { batchSize: 11, verbose: 2 }))), new RegExp(`^${line}\n$`));
  assert.is(await written({ interactive: true }, async () => void (await model.fit(x, y, { verbose: 0 }))), '');
  const bar = await written({ interactive: true, columns: 200 }, async () => void (await model.fit(x, y, { verbose: 1 })));
  assert.match(bar, /^Epoch 1\/1\n(\r.*)*\r2\/2 ━{20} \d+s [\d.]+m?s\/step - loss: \d\.\d{4} - accuracy: [01]\.\d{4} *\n$/);
});

test.run();
