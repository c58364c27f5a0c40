import { ShapeError } from '../../engine/errors';
import { gpu, init } from '../../engine/gpu/gpu';
import { compileStep, type CompiledStep } from '../../engine/step/compile-step';
import { hostDtype, newTypedArray } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { slice } from '../../engine/ops';
import { scope } from '../../engine/tensor/scope';
import { formatShape, sameShape, sizeOf } from '../../engine/tensor/shape';
import { readable, type Tensor, type TensorSpec, toTypedArray } from '../../engine/tensor/tensor';
import { CallbackList, type CallbackLike } from '../callbacks/callback';
import { single } from '../core/structure';
import { Dataset } from '../data/dataset';
import type { Model } from '../models/model';
import { bucketOf, compilePadded, type PaddedStep } from './buckets';
import { ArrayData, type Batch, checkCount, type InputLike } from './arrays';
import { BatchStream, fromArrays, fromDataset, type InputDataset, stepsOf } from './batches';
import { Pacer } from './pacer';
import { makeProgress, type Verbose } from './progress';

export interface PredictOptions {
  /** Default 32. */
  readonly batchSize?: number;
  /** Batches to take; default: all. */
  readonly steps?: number;
  /** Default 0. */
  readonly verbose?: Verbose;
  readonly callbacks?: readonly CallbackLike[];
}

/** Bytes of outputs that may wait on the device for one read. */
const READ_BYTES = 16 << 20;

interface PredictSteps {
  readonly step: CompiledStep<Tensor>;
  /** For sequences of varying length. */
  readonly padded: PaddedStep<Tensor>;
}

const steps = new WeakMap<Model, PredictSteps>();

function stepsOfModel(model: Model): PredictSteps {
  const known = steps.get(model);
  if (known) return known;
  const run = (x: Tensor): Tensor => single(model.apply(x, { training: false }), `Model "${model.name}"`);
  const made = {
    step: compileStep(run, { name: 'predictStep', dtypes: [model.inputDtype] }),
    padded: compilePadded(run, { name: 'predictStep', dtypes: [model.inputDtype] }),
  };
  steps.set(model, made);
  return made;
}

/** The outputs for one batch; steps that only fill a bucket are cut off. */
function predictOn(model: Model, { x, varies }: Batch): Tensor {
  const { step, padded } = stepsOfModel(model);
  if (!varies || !model.inputLengthVaries || x.shape.length < 2) return step(x);
  const time = x.shape[1];
  return scope(() => {
    const y = padded(x);
    return y.rank > 2 && y.shape[1] === bucketOf(time) ? slice(y, [0, 0], [-1, time]) : y;
  });
}

/** The model's outputs for all of `x`, in order. */
export async function predict(model: Model, x: InputLike | InputDataset, options: PredictOptions): Promise<HostArray> {
  const { batchSize = 32, verbose = 0, callbacks = [] } = options;
  checkCount('predict', 'batchSize', batchSize, 1);
  const check = (batch: Batch): void => model.checkInputs(batch.x);
  const source =
    x instanceof Dataset ? fromDataset(model, x, 'predict', check) : fromArrays(model, new ArrayData(x, null, 'predict'), batchSize, check);
  const total = stepsOf('predict', 'steps', source, options.steps);
  await init();
  const stream = new BatchStream(source);
  const first = source.whole ?? (await stream.peek('predict'));
  model.ensureBuilt([null, ...first.x.shape.slice(1)]);
  check(first);
  const list = new CallbackList(callbacks, model, { verbose, ...(total !== undefined && { steps: total }) });
  const progress = makeProgress(verbose, total);
  const pacer = new Pacer();
  const outputs = new Outputs();
  await list.call('onPredictBegin');
  let done = 0;
  while (done !== options.steps) {
    const batch = await stream.next();
    if (!batch) break;
    await outputs.add(predictOn(model, batch));
    done++;
    if (await pacer.step()) progress.update(done, async () => ({}));
  }
  await stream.close();
  const result = await outputs.join();
  progress.end(done, {});
  await list.call('onPredictEnd');
  return result;
}

/** Batches of outputs on their way from the device to one array. */
class Outputs {
  private readonly parts: ArrayBuffer[] = [];
  private waiting: Tensor[] = [];
  private first: TensorSpec | null = null;
  private rows = 0;

  async add(tensor: Tensor): Promise<void> {
    const { shape, dtype } = tensor;
    this.first ??= { shape, dtype };
    if (!sameShape(shape.slice(1), this.first.shape.slice(1))) {
      throw new ShapeError(`predict: batches with outputs of shape ${formatShape(this.first.shape)} and ${formatShape(shape)} do not make one array.`);
    }
    this.rows += shape[0];
    const output = readable(tensor);
    if (output !== tensor) tensor.dispose();
    this.waiting.push(output);
    if (this.waiting.length * output.byteLength > READ_BYTES) await this.collect();
  }

  async join(): Promise<HostArray> {
    await this.collect();
    const { shape } = this.first!;
    const dtype = hostDtype(this.first!.dtype);
    const out = newTypedArray(dtype, this.rows * sizeOf(shape.slice(1)));
    let offset = 0;
    for (const part of this.parts) {
      out.set(toTypedArray(part, dtype), offset);
      offset += part.byteLength / 4;
    }
    return new HostArray(out, [this.rows, ...shape.slice(1)], dtype);
  }

  private async collect(): Promise<void> {
    this.parts.push(...(await gpu().readback.read(this.waiting)));
    for (const tensor of this.waiting) tensor.dispose();
    this.waiting = [];
  }
}
