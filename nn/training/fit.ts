/** The training loop. */
import { host } from '#platform';
import { ValueError } from '../../engine/errors';
import { init } from '../../engine/gpu/gpu';
import { CallbackList, type CallbackLike, type Logs } from '../callbacks/callback';
import { Dataset } from '../data/dataset';
import type { Model } from '../models/model';
import { ArrayData, type ArrayLike, checkCount, type InputLike } from './arrays';
import { type BatchSource, BatchStream, fromArrays, fromDataset, stepsOf, type SupervisedDataset, warnRanOut } from './batches';
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
  /** Batches in an epoch; default: all. A pass over the data then goes on in the next epoch where this one ended. */
  readonly stepsPerEpoch?: number;
  /** Inputs and labels, or batches of them, to evaluate on after every epoch. */
  readonly validationData?: readonly [InputLike, ArrayLike] | SupervisedDataset;
  /** Batches to evaluate on, from the first one each time; default: all. */
  readonly validationSteps?: number;
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

export async function fit(model: Model, trainer: Trainer, x: InputLike | SupervisedDataset, y: ArrayLike | null, options: FitOptions): Promise<History> {
  const { epochs = 1, verbose = 1, initialEpoch = 0, stepsPerEpoch, validationSteps } = options;
  checkCount('fit', 'epochs', epochs, 0);
  checkCount('fit', 'initialEpoch', initialEpoch, 0);
  const [training, validation] = sources(model, trainer, x, y, options);
  let steps = stepsOf('fit', 'stepsPerEpoch', training, stepsPerEpoch);
  if (validation) stepsOf('fit', 'validationSteps', validation, validationSteps);

  const began = performance.now();
  await init();
  const stream = new BatchStream(training);
  await trainer.prepare(training.whole ?? (await stream.peek('fit')));
  if (validation?.whole) await trainer.prepare(validation.whole);

  const history = new History();
  // The history comes last: it keeps what callbacks add to the logs.
  const callbacks = new CallbackList([...(options.callbacks ?? []), history], model, { epochs, verbose, ...(steps !== undefined && { steps }) });
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
      while (step !== stepsPerEpoch) {
        // A pass that ended with the epoch before is followed by a new one.
        const batch = (await stream.next()) ?? (step === 0 ? await stream.next() : null);
        if (!batch) break;
        await callbacks.call('onTrainBatchBegin', step);
        trainer.trainOn(batch);
        if (clock.first) {
          await pacer.finish();
          clock.firstDone();
        }
        if (callbacks.wants('onTrainBatchEnd')) await callbacks.call('onTrainBatchEnd', step, await trainer.logs());
        step++;
        if (await pacer.step()) progress.update(step, () => trainer.logs());
        if (model.stopTraining) break;
      }
      const trained = trainer.snapshot();
      if (clock.wants) {
        await pacer.finish();
        clock.stop(step);
      }
      let validated: Logs = {};
      if (validation && !history.interrupted) {
        const measured = await runTest(trainer, new BatchStream(validation), validationSteps, callbacks, SILENT, pacer, () => history.interrupted);
        if (!history.interrupted) validated = ofValidation(measured);
      }
      logs = { ...(await trained()), ...validated };
      await trainer.optimizer.countSteps();
      progress.end(step, logs);
      if (stepsPerEpoch && step < stepsPerEpoch && !model.stopTraining) warnRanOut('fit', step, stepsPerEpoch);
      steps ??= step;
      await callbacks.call('onEpochEnd', epoch, logs);
    }
    await callbacks.call('onTrainEnd', logs);
  } finally {
    interrupt();
    await stream.close();
  }
  Object.assign(history.timing, { seconds: (performance.now() - began) / 1000, ...clock.timing });
  return history;
}

/** Where the batches for training and validation come from. */
function sources(model: Model, trainer: Trainer, x: InputLike | SupervisedDataset, y: ArrayLike | null, options: FitOptions): [BatchSource, BatchSource | null] {
  const { batchSize = 32, shuffle = true, validationData, validationSplit = 0 } = options;
  const { validationBatchSize = batchSize } = options;
  checkCount('fit', 'batchSize', batchSize, 1);
  checkCount('fit', 'validationBatchSize', validationBatchSize, 1);
  const check = trainer.check.bind(trainer);
  const validate = (data: Parameters<typeof fromArrays>[1]): BatchSource => fromArrays(model, data, validationBatchSize, check);
  const given =
    validationData instanceof Dataset ? fromDataset(model, validationData, 'validationData', check)
    : validationData ? validate(new ArrayData(...validationData, 'validationData'))
    : null;
  if (x instanceof Dataset) {
    for (const option of ['batchSize', 'validationSplit', 'sampleWeight'] as const) {
      if (options[option] !== undefined) throw new ValueError(`fit: ${option} does not go with a dataset, ${instead[option]}.`);
    }
    return [fromDataset(model, x, 'fit', check, options.classWeight), given];
  }
  const all = new ArrayData(x, y, 'fit');
  const weights = sampleWeights(all, options);
  const data = weights ? new ArrayData(all.x, all.y, 'fit', weights) : all;
  const [kept, split] = given || validationSplit === 0 ? [data, null] : data.split(validationSplit);
  return [fromArrays(model, kept, batchSize, check, { shuffle }), given ?? (split && validate(split))];
}

const instead = {
  batchSize: 'whose elements are batches already',
  validationSplit: 'which take and skip divide',
  sampleWeight: 'whose elements may be [x, y, weights]',
};

function ofValidation(logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));
}

/** Steps that are timed, and how long an epoch must take for its end to be waited for beyond that. */
const TIMED_STEPS = 200;
const LONG_MS = 50;

/**
 * Times training steps: the first by itself, the others together. To stop it one has to wait for the device, which
 * short epochs are too many for: beyond the first steps, theirs are not timed.
 */
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

  /** Whether the steps of the running epoch are to be timed. */
  get wants(): boolean {
    return this.others < TIMED_STEPS || performance.now() - this.began > LONG_MS;
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
