/** Training on datasets: the same numbers as on arrays, steps per epoch, and data that runs out. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { close, init } from '../../engine/gpu/gpu';
import { ops } from '../../nn';
import { setSeed } from '../../engine/random';
import { HostArray } from '../../engine/tensor/host-array';
import { Callback } from '../../nn/callbacks/callback';
import { Dataset } from '../../nn/data/dataset';
import * as layers from '../../nn/layers';
import { type Sequential, sequential } from '../../nn/models/sequential';
import { adam } from '../../nn/optimizers';
import { countCalls } from '../support/count-calls';
import { rejects } from '../support/datasets';
import { written } from '../support/terminal';

const test = suite('fit on datasets');
test.before(async () => void (await init()));
test.after(close);

/** Points whose first coordinate tells the class, 0 or 1. */
function points(n: number): [HostArray, HostArray] {
  const labels = Int32Array.from({ length: n }, (_, i) => (5 * i) % 2);
  const x = Float32Array.from({ length: 3 * n }, (_, i) => Math.sin(11 * i) + Number(i % 3 === 0) * labels[Math.floor(i / 3)]);
  return [new HostArray(x, [n, 3]), new HostArray(labels, [n])];
}
const [x, y] = points(42);
const dataset = Dataset.fromTensorSlices([x, y]);

function classifier(): Sequential {
  setSeed(5);
  const model = sequential([layers.dense({ units: 6, activation: 'relu', inputShape: [3] }), layers.dense({ units: 1, activation: 'sigmoid' })]);
  model.compile({ optimizer: adam(0.01), loss: 'binary_crossentropy', metrics: ['accuracy'] });
  return model;
}
const weightsOf = async (model: Sequential) => (await model.getWeights()).map(({ data }) => [...data]);

test('a dataset trains as its arrays do, bit for bit', async () => {
  const [a, b] = [classifier(), classifier()];
  const first = await a.fit(x, y, { epochs: 2, batchSize: 8, shuffle: false, validationData: [x, y], verbose: 0 });
  const second = await b.fit(dataset.batch(8).prefetch('auto'), { epochs: 2, validationData: dataset.batch(8), verbose: 0 });
  assert.equal(second.history, first.history);
  assert.equal(second.epoch, [0, 1]);
  assert.equal(await weightsOf(b), await weightsOf(a));
  assert.equal(await b.evaluate(dataset.batch(8), { verbose: 0 }), await a.evaluate(x, y, { batchSize: 8, verbose: 0 }));
  const predicted = (await a.predict(x, { batchSize: 8 })).toArray();
  assert.equal((await b.predict(dataset.batch(8))).toArray(), predicted, 'of pairs, the first part');
  assert.equal((await b.predict(dataset.map(([one]) => one).batch(8))).toArray(), predicted);
});

test('weights in the elements, and by class', async () => {
  const weights = y.map((label) => (label === 1 ? 2.5 : 1));
  const [a, b, c] = [classifier(), classifier(), classifier()];
  await a.fit(x, y, { batchSize: 8, shuffle: false, sampleWeight: weights, verbose: 0 });
  await b.fit(Dataset.fromTensorSlices([x, y, weights]).batch(8), { verbose: 0 });
  await c.fit(dataset.batch(8), { classWeight: { 1: 2.5 }, verbose: 0 });
  assert.equal(await weightsOf(b), await weightsOf(a));
  assert.equal(await weightsOf(c), await weightsOf(a));
});

/** A dataset of `n` batches that notes which of them were taken. */
function noted(n: number): { batches: Dataset<readonly [HostArray, HostArray]>; seen: number[] } {
  const seen: number[] = [];
  const numbers = HostArray.from(Array.from({ length: n }, (_, i) => i));
  const batches = Dataset.fromTensorSlices([numbers, x.slice(0, n), y.slice(0, n)]).map(([i, a, b]) => {
    seen.push(i.at());
    return [a.expandDims(0), b.expandDims(0)] as const;
  });
  return { batches, seen };
}

/** Steps of every epoch, and of every evaluation. */
class Steps extends Callback {
  readonly train: number[] = [];
  readonly test: number[] = [];
  override onEpochBegin(): void {
    this.train.push(0);
  }
  override onTestBegin(): void {
    this.test.push(0);
  }
  override onTrainBatchBegin(): void {
    this.train[this.train.length - 1]++;
  }
  override onTestBatchBegin(): void {
    this.test[this.test.length - 1]++;
  }
}

test('with stepsPerEpoch the pass runs on across epochs; validation starts again each time', async () => {
  const [training, validation] = [noted(7), noted(5)];
  const steps = new Steps();
  await classifier().fit(training.batches, {
    epochs: 2, stepsPerEpoch: 3, validationData: validation.batches, validationSteps: 2, callbacks: [steps], verbose: 0,
  });
  assert.equal(training.seen, [0, 1, 2, 3, 4, 5]);
  assert.equal(validation.seen, [0, 1, 0, 1]);
  assert.equal([steps.train, steps.test], [[3, 3], [2, 2]]);
});

test('an epoch that uses a pass up is followed by a new pass; where data runs out, the epoch is short', async () => {
  const run = async (n: number, stepsPerEpoch: number, repeated = false): Promise<[number[], number[], string]> => {
    const { batches, seen } = noted(n);
    const steps = new Steps();
    const text = await written({ interactive: false }, async () => {
      await classifier().fit(repeated ? batches.repeat() : batches, { epochs: 3, stepsPerEpoch, callbacks: [steps], verbose: 0 });
    });
    return [steps.train, seen, text];
  };
  assert.equal(await run(2, 2), [[2, 2, 2], [0, 1, 0, 1, 0, 1], '']);
  const [steps, seen, text] = await run(5, 3);
  assert.equal([steps, seen], [[3, 2, 3], [0, 1, 2, 3, 4, 0, 1, 2]]);
  assert.is(text, 'fit: the data ran out after 2 of 3 steps. Repeat the dataset (dataset.repeat()) or ask for fewer steps.\n');
  assert.equal((await run(5, 3, true)).slice(0, 2), [[3, 3, 3], [0, 1, 2, 3, 4, 0, 1, 2, 3]]);
  const [short, , warnings] = await run(2, 100);
  assert.equal([short, warnings.split('\n').length], [[2, 2, 2], 4]);
});

test('arrays take stepsPerEpoch too, and evaluate and predict take steps', async () => {
  const steps = new Steps();
  await classifier().fit(x, y, { batchSize: 8, epochs: 2, stepsPerEpoch: 4, callbacks: [steps], verbose: 0 });
  assert.equal(steps.train, [4, 2], 'six batches');
  const model = classifier();
  const few = await model.evaluate(x.slice(0, 16), y.slice(0, 16), { batchSize: 8, verbose: 0 });
  assert.equal(await model.evaluate(x, y, { batchSize: 8, steps: 2, verbose: 0 }), few);
  assert.equal(await model.evaluate(dataset.batch(8).repeat(), { steps: 2, verbose: 0 }), few);
  assert.equal((await model.predict(dataset.batch(8).repeat(), { steps: 2 })).shape, [16, 1]);
  const text = await written({ interactive: false }, async () => void (await model.evaluate(dataset.batch(40), { steps: 9, verbose: 0 })));
  assert.match(text, 'evaluate: the data ran out after 2 of 9 steps');
});

test('where the number of steps is unknown, the first epoch counts them', async () => {
  const batches = Dataset.fromGenerator(() => dataset.batch(16).elements());
  assert.is(batches.length, undefined);
  const text = await written({ interactive: false }, async () => void (await classifier().fit(batches, { epochs: 2, verbose: 2 })));
  assert.equal(text.match(/^\d+\/\d+/gm), ['3/3', '3/3']);
  const bar = await written({ interactive: true }, async () => void (await classifier().fit(batches, { epochs: 2, verbose: 1 })));
  assert.match(bar, /\r3\/3 0s/);
  assert.match(bar, /\r3\/3 ━{20} 0s/);
});

test('a stop in the middle closes the pass', async () => {
  let closed = false;
  const batches = Dataset.fromGenerator(async function* () {
    try {
      yield* dataset.batch(4).elements();
    } finally {
      closed = true;
    }
  }).prefetch(2);
  const model = classifier();
  await model.fit(batches, { verbose: 0, callbacks: [{ onTrainBatchEnd: () => void (model.stopTraining = true) }] });
  assert.ok(closed);
});

test('bad datasets are named', async () => {
  const model = classifier();
  const quiet = { verbose: 0 } as const;
  await rejects(model.fit(dataset, quiet), ShapeError, 'fit', 'single samples', 'batch it first');
  await rejects(model.fit(dataset.batch(8).repeat(), quiet), ValueError, 'never ends', 'stepsPerEpoch');
  await rejects(model.fit(x, y, { ...quiet, validationData: dataset.batch(8).repeat() }), ValueError, 'never ends', 'validationSteps');
  await rejects(model.evaluate(dataset.batch(8).repeat(), quiet), ValueError, 'evaluate', 'never ends', 'steps');
  await rejects(model.fit(dataset.take(0).batch(8), quiet), ValueError, 'empty');
  await rejects(model.predict(dataset.take(0).batch(8)), ValueError, 'predict', 'empty');
  await rejects(model.fit(dataset.batch(8), { ...quiet, batchSize: 8 }), ValueError, 'batchSize', 'batches already');
  await rejects(model.fit(dataset.batch(8), { ...quiet, validationSplit: 0.1 }), ValueError, 'validationSplit', 'take and skip');
  await rejects(model.fit(dataset.batch(8), { ...quiet, stepsPerEpoch: 0 }), ValueError, 'stepsPerEpoch', '0');
  await rejects(model.fit(dataset.map(([one]) => one).batch(8) as never, quiet), ValueError, 'no labels');
  const labelled = (labels: HostArray) => Dataset.fromGenerator(() => [[x, labels] as const]);
  await rejects(model.fit(labelled(y.slice(1)), quiet), ShapeError, '42 samples', '[41]');
  await rejects(model.fit(dataset.batch(8).map(([a, b]) => ({ a, b })) as never, quiet), DtypeError, '[x, y]');
  const nan = x.map((value, i) => (i === 100 ? NaN : value));
  await rejects(model.fit(Dataset.fromTensorSlices([nan, y]).batch(8), quiet), ValueError, 'NaN in sample 1');
  const failing = dataset.batch(8).map((batch): typeof batch => {
    throw new ValueError('no more');
  });
  await rejects(model.fit(failing, quiet), ValueError, 'no more');
});

test('batches whose outputs differ in shape make no prediction', async () => {
  const model = sequential([layers.embedding({ inputDim: 5, outputDim: 2, inputShape: [null] })]);
  const ids = Dataset.fromTensorSlices([Int32Array.of(1, 2), Int32Array.of(3)]).batch(1);
  await rejects(model.predict(ids), ShapeError, 'predict', '[1, 2, 2]', '[1, 1, 2]');
});

test('a loop over a dataset waits for the device now and then, and only if there is work', async () => {
  const calls = countCalls();
  let total = ops.sum(x);
  for await (const batch of Dataset.fromTensorSlices(x).batch(1).repeat(3)) total = ops.add(total, ops.sum(batch));
  const { submit } = calls.stop();
  assert.ok(submit >= 8, `${submit} submits for 126 steps`);
  const expected = Array.from(x.data).reduce((a, b) => a + b) * 4;
  assert.ok(Math.abs((await total.data())[0] - expected) < 1e-3);
});

test.run();
