import { HostArray } from '../../engine/tensor/host-array';
import { init } from '../../engine/gpu/gpu';
import { compileStep, type CompiledStep } from '../../engine/step/compile-step';
import { type Tensor, toTypedArray } from '../../engine/tensor/tensor';
import { newTypedArray } from '../../engine/tensor/dtype';
import { CallbackList, type CallbackLike, type Logs } from '../callbacks/callback';
import { single } from '../core/structure';
import type { Model } from '../models/model';
import { ArrayData, type ArrayLike, checkCount } from './arrays';
import { Pacer } from './pacer';
import { makeProgress, type Progress, type Verbose } from './progress';
import type { Trainer } from './trainer';

export interface EvaluateOptions {
  /** Default 32. */
  readonly batchSize?: number;
  /** 0 silent, 1 a bar, 2 one line; default 1. */
  readonly verbose?: Verbose;
  readonly callbacks?: readonly CallbackLike[];
}

/** Loss and metrics of the model on given data. */
export async function evaluate(model: Model, trainer: Trainer, x: ArrayLike, y: ArrayLike, options: EvaluateOptions): Promise<Logs> {
  const { batchSize = 32, verbose = 1, callbacks = [] } = options;
  checkCount('evaluate', 'batchSize', batchSize, 1);
  const data = new ArrayData(x, y, 'evaluate');
  await trainer.prepare(data);
  const steps = data.steps(batchSize);
  const list = new CallbackList(callbacks, model, { steps, verbose });
  return runTest(trainer, data, batchSize, list, makeProgress(verbose, steps));
}

/** The test steps of `evaluate` and of validation; `stopped` ends them early. */
export async function runTest(
  trainer: Trainer,
  data: ArrayData,
  batchSize: number,
  callbacks: CallbackList,
  progress: Progress,
  stopped = () => false,
): Promise<Logs> {
  const pacer = new Pacer();
  trainer.resetMetrics();
  await callbacks.call('onTestBegin');
  let step = 0;
  for (const { x, y } of data.batches(batchSize)) {
    await callbacks.call('onTestBatchBegin', step);
    trainer.testStep(x, y!);
    if (callbacks.wants('onTestBatchEnd')) await callbacks.call('onTestBatchEnd', step, await trainer.logs());
    step++;
    if (await pacer.step()) progress.update(step, () => trainer.logs());
    if (stopped()) break;
  }
  const logs = await trainer.logs();
  progress.end(step, logs);
  await callbacks.call('onTestEnd', logs);
  return logs;
}

export interface PredictOptions {
  /** Default 32. */
  readonly batchSize?: number;
  /** Default 0. */
  readonly verbose?: Verbose;
  readonly callbacks?: readonly CallbackLike[];
}

/** Bytes of outputs that may wait on the device for one read. */
const READ_BYTES = 16 << 20;

const steps = new WeakMap<Model, CompiledStep<Tensor>>();

/** The model's outputs for all of `x`, in order. */
export async function predict(model: Model, x: ArrayLike, { batchSize = 32, verbose = 0, callbacks = [] }: PredictOptions): Promise<HostArray> {
  checkCount('predict', 'batchSize', batchSize, 1);
  const data = new ArrayData(x, null, 'predict');
  const { readback } = await init();
  model.ensureBuilt([null, ...data.x.shape.slice(1)]);
  model.checkInputs(data.x);
  let step = steps.get(model);
  if (!step) {
    step = compileStep((batch: Tensor) => single(model.apply(batch, { training: false }), `Model "${model.name}"`), { name: 'predictStep', dtypes: [model.inputDtype] });
    steps.set(model, step);
  }
  const list = new CallbackList(callbacks, model, { steps: data.steps(batchSize), verbose });
  const progress = makeProgress(verbose, data.steps(batchSize));
  const pacer = new Pacer();
  await list.call('onPredictBegin');
  const parts: ArrayBuffer[] = [];
  let waiting: Tensor[] = [];
  const collect = async (): Promise<void> => {
    parts.push(...(await readback.read(waiting)));
    for (const tensor of waiting) tensor.dispose();
    waiting = [];
  };
  let last: Tensor | null = null;
  let done = 0;
  for (const batch of data.batches(batchSize)) {
    last = step(batch.x);
    waiting.push(last);
    if (waiting.length * last.byteLength > READ_BYTES) await collect();
    if (await pacer.step()) progress.update(++done, async () => ({}));
    else done++;
  }
  await collect();
  progress.end(done, {});
  await list.call('onPredictEnd');
  const { dtype, shape } = last!;
  const out = newTypedArray(dtype, parts.reduce((sum, { byteLength }) => sum + byteLength / 4, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(toTypedArray(part, dtype), offset);
    offset += part.byteLength / 4;
  }
  return new HostArray(out, [data.length, ...shape.slice(1)], dtype);
}
