/** The training loop. */
import { host } from '#platform';
import { defaultGenerator } from '../../engine/random';
import { CallbackList, type CallbackLike, type Logs } from '../callbacks/callback';
import type { Model } from '../models/model';
import { ArrayData, type ArrayLike, checkCount } from './arrays';
import { runTest } from './evaluate';
import { History } from './history';
import { Pacer } from './pacer';
import { makeProgress, SILENT, type Verbose } from './progress';
import type { Trainer } from './trainer';
import { type ClassWeight, sampleWeights } from './weights';

export interface FitOptions {
  /** Default 1. */
  readonly epochs?: number;
  /** Default 32. */
  readonly batchSize?: number;
  /** A new order of the samples every epoch; default true. */
  readonly shuffle?: boolean;
  /** Inputs and labels to evaluate on after every epoch. */
  readonly validationData?: readonly [ArrayLike, ArrayLike];
  /** The last part of the samples, 0 to 1, kept for validation. */
  readonly validationSplit?: number;
  /** How much each sample counts in the loss: one number per sample. */
  readonly sampleWeight?: ArrayLike;
  /** The same by class: `{ 0: 1, 1: 2.5 }`; classes left out count 1. */
  readonly classWeight?: ClassWeight;
  /** Default: `batchSize`. */
  readonly validationBatchSize?: number;
  /** 0 silent, 1 a bar, 2 a line per epoch; default 1. */
  readonly verbose?: Verbose;
  readonly callbacks?: readonly CallbackLike[];
  /** The number of the first epoch, for training that goes on; default 0. */
  readonly initialEpoch?: number;
}

export async function fit(model: Model, trainer: Trainer, x: ArrayLike, y: ArrayLike, options: FitOptions): Promise<History> {
  const { epochs = 1, batchSize = 32, shuffle = true, validationSplit = 0, verbose = 1, initialEpoch = 0 } = options;
  const { validationBatchSize = batchSize } = options;
  checkCount('fit', 'epochs', epochs, 0);
  checkCount('fit', 'initialEpoch', initialEpoch, 0);
  checkCount('fit', 'batchSize', batchSize, 1);
  checkCount('fit', 'validationBatchSize', validationBatchSize, 1);
  let data = new ArrayData(x, y, 'fit');
  const weights = sampleWeights(data, options);
  if (weights) data = new ArrayData(data.x, data.y, 'fit', weights);
  let validation = options.validationData ? new ArrayData(...options.validationData, 'validationData') : null;
  if (!validation && validationSplit !== 0) [data, validation] = data.split(validationSplit);

  const began = performance.now();
  await trainer.prepare(data);
  if (validation) await trainer.prepare(validation);

  const steps = data.steps(batchSize);
  const history = new History();
  const callbacks = new CallbackList([history, ...(options.callbacks ?? [])], model, { epochs, steps, verbose });
  const interrupt = host.onInterrupt(() => {
    // A second Ctrl-C ends the process.
    interrupt();
    history.interrupted = model.stopTraining = true;
  });
  const clock = new StepClock();
  const pacer = new Pacer();
  model.stopTraining = false;
  let logs: Logs = {};
  try {
    await callbacks.call('onTrainBegin');
    for (let epoch = initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
      if (verbose > 0) host.terminal.write(`Epoch ${epoch + 1}/${epochs}\n`);
      const progress = makeProgress(verbose, steps);
      trainer.resetMetrics();
      await callbacks.call('onEpochBegin', epoch);
      clock.start();
      let step = 0;
      for (const batch of data.batches(batchSize, shuffle ? defaultGenerator() : undefined)) {
        await callbacks.call('onTrainBatchBegin', step);
        trainer.trainStep(batch.x, batch.y!, ...(batch.weights ? [batch.weights] : []));
        if (clock.first) {
          await pacer.finish();
          clock.firstDone();
        }
        if (callbacks.wants('onTrainBatchEnd')) await callbacks.call('onTrainBatchEnd', step, await trainer.logs());
        step++;
        if (await pacer.step()) progress.update(step, () => trainer.logs());
        if (model.stopTraining) break;
      }
      logs = await trainer.logs();
      clock.stop(step);
      if (validation && !history.interrupted) {
        const measured = await runTest(trainer, validation, validationBatchSize, callbacks, SILENT, () => history.interrupted);
        if (!history.interrupted) logs = { ...logs, ...ofValidation(measured) };
      }
      progress.end(step, logs);
      await callbacks.call('onEpochEnd', epoch, logs);
    }
    await callbacks.call('onTrainEnd', logs);
  } finally {
    interrupt();
  }
  Object.assign(history.timing, { seconds: (performance.now() - began) / 1000, ...clock.timing });
  return history;
}

function ofValidation(logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));
}

/** Times training steps: the first by itself, the others together. */
class StepClock {
  first = true;
  private began = 0;
  private firstMs = 0;
  private otherMs = 0;
  private others = 0;
  private skipped = 0;

  start(): void {
    this.began = performance.now();
  }

  firstDone(): void {
    this.firstMs = performance.now() - this.began;
    this.first = false;
    this.skipped = 1;
    this.start();
  }

  stop(steps: number): void {
    this.otherMs += performance.now() - this.began;
    this.others += steps - this.skipped;
    this.skipped = 0;
  }

  get timing(): { compileSeconds: number; msPerStep: number } {
    return { compileSeconds: this.firstMs / 1000, msPerStep: this.others > 0 ? this.otherMs / this.others : 0 };
  }
}
