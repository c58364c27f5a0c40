/** The callbacks of Keras: what they do in training, epoch by epoch. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { callbacks, close, HostArray, init, layers, optimizers, schedules, sequential, type Sequential } from 'wgrad';
import type { CallbackLike } from '../../nn/callbacks/callback';
import { MonitorCallback } from '../../nn/callbacks/monitor';
import { expectClose } from '../support/golden';

const test = suite('callbacks');
test.before(async () => void (await init()));
test.after(close);

/** y = w·x on x = 1, y = 0: the loss is w², and descent multiplies w by 1 − 2·rate. */
function shrinking(w: number, learningRate: optimizers.Optimizer['learningRate'] = 0.25): Sequential {
  const model = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })]);
  model.setWeights([HostArray.from([[w]])]);
  model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: 'mse' });
  return model;
}

const [x, y] = [HostArray.from([[1]]), HostArray.from([[0]])];
const fit = (model: Sequential, epochs: number, ...list: CallbackLike[]) => model.fit(x, y, { epochs, verbose: 0, callbacks: list });
const weightOf = async (model: Sequential): Promise<number> => (await model.getWeights())[0].data[0];

/** Puts given values in the place of a log, to see what others make of them. */
const pretend = (name: string, values: readonly number[]): CallbackLike => ({
  onEpochEnd: (epoch, logs) => void ((logs as Record<string, number>)[name] = values[epoch]),
});

test('early stopping: patience counts epochs without improvement', async () => {
  const epochsOf = async (values: readonly number[], config: Parameters<typeof callbacks.earlyStopping>[0]): Promise<number> =>
    (await fit(shrinking(1), values.length, pretend('val_loss', values), callbacks.earlyStopping(config))).epoch.length;
  assert.is(await epochsOf([5, 4, 3, 4, 5, 6], {}), 4);
  assert.is(await epochsOf([5, 4, 3, 4, 5, 6], { patience: 2 }), 5);
  assert.is(await epochsOf([5, 4, 3, 4, 2, 6, 7, 8], { patience: 2 }), 7);
  assert.is(await epochsOf([5, 4, 3, 4, 5, 6], { mode: 'max', patience: 2 }), 3);
  assert.is(await epochsOf([5, 4.9, 4.8, 4.7], { minDelta: 0.5, patience: 2 }), 3);
  assert.is(await epochsOf([5, 4, 3, 2, 1], { baseline: 0.5, patience: 3 }), 5, 'improvement goes on, though above the baseline');
  assert.is(await epochsOf([5, 4, 3, 3, 1], { baseline: 0.5, patience: 3 }), 4);
  assert.is(await epochsOf([1, 2, 3, 4, 5, 6], { startFromEpoch: 3 }), 5);
  assert.is(await epochsOf([1, 2, 3], { patience: 9 }), 3);
});

test('early stopping brings the best weights back, also when training ends by itself', async () => {
  for (const [patience, epochs] of [[1, 4], [9, 5]]) {
    const stopping = callbacks.earlyStopping({ patience, restoreBestWeights: true });
    const model = shrinking(1);
    const history = await fit(model, 5, pretend('val_loss', [3, 2, 1, 2, 3]), stopping);
    assert.is(history.epoch.length, epochs);
    assert.is(await weightOf(model), 0.125);
    assert.equal([stopping.best, stopping.bestEpoch, stopping.stoppedEpoch], [1, 2, patience === 1 ? 3 : 0]);
  }
  const model = shrinking(1);
  await fit(model, 5, pretend('val_loss', [3, 2, 1, 2, 3]), callbacks.earlyStopping());
  assert.is(await weightOf(model), 0.0625, 'without, they stay');
});

test('reduceLROnPlateau lowers the rate that replayed steps take, down to minLr, and rests between', async () => {
  const ratesOf = async (values: readonly number[], config: object): Promise<number[]> =>
    (await fit(shrinking(1, 1), values.length, pretend('val_loss', values), callbacks.reduceLROnPlateau({ factor: 0.5, patience: 2, ...config }))).history.learning_rate;
  // The rate in the logs is the one that the epoch had.
  assert.equal(await ratesOf([3, 3, 3, 3, 3, 3], {}), [1, 1, 1, 0.5, 0.5, 0.25]);
  assert.equal(await ratesOf([3, 3, 3, 3, 3, 3], { minLr: 0.5 }), [1, 1, 1, 0.5, 0.5, 0.5]);
  assert.equal(await ratesOf([3, 3, 3, 3, 3, 3, 3], { cooldown: 2 }), [1, 1, 1, 0.5, 0.5, 0.5, 0.25]);
  assert.equal(await ratesOf([3, 2.99995, 2.9999, 2.9, 2.9], {}), [1, 1, 1, 0.5, 0.5]);
  const model = shrinking(1, 0.5 - 2 ** -6);
  await fit(model, 4, pretend('val_loss', [1, 1, 1, 1]), callbacks.reduceLROnPlateau({ patience: 1, factor: 0 }));
  assert.is(await weightOf(model), 2 ** -10, 'two steps, then none');
});

test('learningRateScheduler sets the rate before every epoch', async () => {
  const model = shrinking(1, 0.5);
  const { history } = await fit(model, 3, callbacks.learningRateScheduler((epoch, rate) => (epoch === 0 ? 0.25 : rate / 2)));
  assert.equal(history.learning_rate, [0.25, 0.125, 0.0625]);
  assert.equal(history.loss, [1, 0.25, 0.25 * 0.75 ** 2]);
  await expectClose(await weightOf(model), 0.5 * 0.75 * 0.875);
});

test('the rate follows a schedule within an epoch; callbacks see it, and do not put a number in its place', async () => {
  const model = shrinking(1, schedules.piecewiseConstantDecay({ boundaries: [0, 1], values: [0.25, 0.125, 0] }));
  const rates: number[] = [];
  const onTrainBatchBegin = (): void => void rates.push(model.optimizer.currentLearningRate);
  const rows = HostArray.from([[1], [1], [1], [1]]);
  await model.fit(rows, rows.map(() => 0), { batchSize: 1, verbose: 0, callbacks: [{ onTrainBatchBegin }] });
  assert.equal(rates, [0.25, 0.125, 0, 0]);
  await expectClose(await weightOf(model), 0.5 * 0.75);
  await rejects(fit(model, 1, callbacks.learningRateScheduler(() => 1)), /follows a schedule/);
});

test('csvLogger writes a row per epoch, and goes on where it is told to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wgrad-'));
  const file = join(folder, 'log.csv');
  const lines = (): string[] => readFileSync(file, 'utf8').split('\r\n');
  await fit(shrinking(1), 2, pretend('a,"b"', [0.5, 7]), callbacks.csvLogger(file));
  assert.equal(lines(), ['epoch,"a,""b""",loss', '0,0.5,1', '1,7,0.25', '']);
  await fit(shrinking(2), 1, callbacks.csvLogger(file, { append: true, separator: ';' }));
  assert.equal(lines(), ['epoch,"a,""b""",loss', '0,0.5,1', '1,7,0.25', '0;4', '']);
  await fit(shrinking(2), 1, callbacks.csvLogger(file));
  assert.equal(lines(), ['epoch,loss', '0,4', '']);
  rmSync(folder, { recursive: true });
});

test('terminateOnNaN ends training at the batch', async () => {
  for (const w of [1e30, NaN]) {
    const model = shrinking(w);
    const rows = HostArray.from([[1], [1], [1]]);
    await model.fit(rows, rows, { batchSize: 1, epochs: 3, verbose: 0, callbacks: [callbacks.terminateOnNaN()] });
    assert.is(model.optimizer.iterations, 1);
  }
});

test('better is less or more, by the name; errors', async () => {
  class Watch extends MonitorCallback {
    better = (value: number, reference: number): boolean => this.isBetter(value, reference);
  }
  for (const monitor of ['val_accuracy', 'acc', 'top_k_categorical_accuracy', 'auc']) assert.ok(new Watch({ monitor }).better(2, 1), monitor);
  for (const monitor of ['loss', 'val_mae', 'root_mean_squared_error']) assert.ok(new Watch({ monitor }).better(1, 2), monitor);
  assert.throws(() => new Watch({ monitor: 'my_metric' }), /my_metric.*mode/);
  assert.throws(() => callbacks.earlyStopping({ mode: 'least' as 'min' }), /least/);
  assert.throws(() => callbacks.reduceLROnPlateau({ factor: 1 }), /factor is 1/);
  await rejects(fit(shrinking(1), 1, callbacks.earlyStopping()), /"val_loss".*loss/s);
});

async function rejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await promise.then(() => null, (reason: Error) => reason);
  assert.match(String(error?.message), message);
}

test.run();
