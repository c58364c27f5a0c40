import { HostArray } from '../../engine/tensor/host-array';
import { init } from '../../engine/gpu/gpu';
import { compileStep, type CompiledStep } from '../../engine/step/compile-step';
import { type Tensor, toTypedArray } from '../../engine/tensor/tensor';
import { newTypedArray } from '../../engine/tensor/dtype';
import { CallbackList, type CallbackLike, type Logs } from '../callbacks/callback';
import type { Model } from '../models/model';
import { ArrayData, type ArrayLike } from './arrays';
import { Pacer } from './pacer';
import { makeProgress, type Verbose } from './progress';
import type { Trainer } from './trainer';

export interface EvaluateOptions {
  /** Default 32. */
  readonly batchSize?: number;
  /** 0 silent, 1 a bar, 2 one line; default 1. */
  readonly verbose?: Verbose;
  readonly callbacks?: readonly CallbackLike[];
}

/** Loss and metrics of the model on `data`. */
export async function runTest(
  model: Model,
  trainer: Trainer,
  data: ArrayData,
  { batchSize = 32, verbose = 1, callbacks = [] }: EvaluateOptions,
): Promise<Logs> {
  const steps = data.steps(batchSize);
  const list = new CallbackList(callbacks, model, { steps, verbose });
  const progress = makeProgress(verbose, steps);
  const pacer = new Pacer();
  await trainer.prepare(data.x);
  trainer.resetMetrics();
  await list.call('onTestBegin');
  let step = 0;
  for (const { x, y } of data.batches(batchSize)) {
    await list.call('onTestBatchBegin', step);
    trainer.testStep(x, y!);
    if (list.wants('onTestBatchEnd')) await list.call('onTestBatchEnd', step, await trainer.logs());
    step++;
    if (await pacer.step()) progress.update(step, () => trainer.logs());
  }
  const logs = await trainer.logs();
  progress.end(logs);
  await list.call('onTestEnd', logs);
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
  const { readback } = await init();
  const data = new ArrayData(x, null, 'predict');
  model.ensureBuilt([null, ...data.x.shape.slice(1)]);
  let step = steps.get(model);
  if (!step) {
    step = compileStep((batch: Tensor) => model.apply(batch, { training: false }), { name: 'predictStep', dtypes: [model.inputDtype] });
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
  progress.end({});
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
