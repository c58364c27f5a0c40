import { init } from '../../engine/gpu/gpu';
import { CallbackList, type CallbackLike, type Logs } from '../callbacks/callback';
import { Dataset } from '../data/dataset';
import type { Model } from '../models/model';
import { ArrayData, type ArrayLike, checkCount, type InputLike } from './arrays';
import { BatchStream, fromArrays, fromDataset, stepsOf, type SupervisedDataset, warnRanOut } from './batches';
import { Pacer } from './pacer';
import { makeProgress, type Progress, type Verbose } from './progress';
import type { Trainer } from './trainer';

export interface EvaluateOptions {
  /** Default 32. */
  readonly batchSize?: number;
  /** Batches to take; default: all. */
  readonly steps?: number;
  /** 0 silent, 1 a bar, 2 one line; default 1. */
  readonly verbose?: Verbose;
  readonly callbacks?: readonly CallbackLike[];
}

/** Loss and metrics of the model on given data. */
export async function evaluate(model: Model, trainer: Trainer, x: InputLike | SupervisedDataset, y: ArrayLike | null, options: EvaluateOptions): Promise<Logs> {
  const { batchSize = 32, verbose = 1, callbacks = [] } = options;
  checkCount('evaluate', 'batchSize', batchSize, 1);
  const check = trainer.check.bind(trainer);
  const source =
    x instanceof Dataset ? fromDataset(model, x, 'evaluate', check) : fromArrays(model, new ArrayData(x, y, 'evaluate'), batchSize, check);
  const steps = stepsOf('evaluate', 'steps', source, options.steps);
  await init();
  const stream = new BatchStream(source);
  await trainer.prepare(source.whole ?? (await stream.peek('evaluate')));
  const list = new CallbackList(callbacks, model, { verbose, ...(steps !== undefined && { steps }) });
  return runTest(trainer, stream, options.steps, list, makeProgress(verbose, steps));
}

/** The test steps of `evaluate` and of validation: a pass, or `limit` of its batches; `stopped` ends them early. */
export async function runTest(
  trainer: Trainer,
  stream: BatchStream,
  limit: number | undefined,
  callbacks: CallbackList,
  progress: Progress,
  pacer = new Pacer(),
  stopped = () => false,
): Promise<Logs> {
  trainer.resetMetrics();
  await callbacks.call('onTestBegin');
  let step = 0;
  while (step !== limit && !stopped()) {
    const batch = await stream.next();
    if (!batch) break;
    await callbacks.call('onTestBatchBegin', step);
    trainer.testOn(batch);
    if (callbacks.wants('onTestBatchEnd')) await callbacks.call('onTestBatchEnd', step, await trainer.logs());
    step++;
    if (await pacer.step()) progress.update(step, () => trainer.logs());
  }
  await stream.close();
  const logs = await trainer.logs();
  progress.end(step, logs);
  if (limit && step < limit && !stopped()) warnRanOut('evaluate', step, limit);
  await callbacks.call('onTestEnd', logs);
  return logs;
}
