/**
 * Record once, replay for every batch. The first call with inputs of some shapes runs the function and
 * records its dispatches; later calls only fill an input slot and a step slot and encode the recorded
 * dispatches again.
 *
 * Code in the function therefore runs when the step is captured, not at every call: a `console.log` or a
 * host-side counter in it happens once. What must change from step to step has to be an input, a Variable,
 * or a step scalar (learning rates, dropout keys).
 */
import { DtypeError } from '../errors';
import { Capture } from '../gpu/capture';
import { type Gpu, gpu, isCurrent } from '../gpu/gpu';
import type { StepScalar } from '../gpu/step-slots';
import { asTensor, deviceDtype, type TensorLike, tensor } from '../tensor/create';
import type { Dtype } from '../tensor/dtype';
import { HostArray } from '../tensor/host-array';
import { scope, tensorsIn } from '../tensor/scope';
import { empty, Tensor } from '../tensor/tensor';
import { InputSlots, type InputSpec } from './input-slots';

export interface StepOptions {
  readonly name?: string;
  /** Dtypes that host inputs are converted to; by default `u8` becomes `f32` and the rest stays. */
  readonly dtypes?: readonly (Dtype | undefined)[];
}

/** Captures kept per step function; a ragged last batch needs a second one, evaluation its own function. */
const MAX_CAPTURES = 8;

interface Captured<R> {
  readonly memory: StepMemory;
  readonly scalars: readonly StepScalar[];
  /** What the function returned; its tensors are overwritten by the next replay and copied for the caller. */
  readonly result: R;
  readonly epoch: number;
}

/** What a captured step has of the device. */
interface StepMemory {
  readonly device: Gpu;
  readonly capture: Capture;
  readonly inputs: InputSlots;
}

// A step that the program has lost, perhaps with its model, gives its memory back when it is collected. What is held here must
// therefore not lead back to the step: no scalars, which may.
const lost = new FinalizationRegistry<Set<StepMemory>>(releaseAll);

export interface CompiledStep<R> {
  (...inputs: TensorLike[]): R;
  /** Dispatches of one step for each capture, for benchmarks and tests. */
  readonly dispatches: readonly number[];
  /** Gives all memory of the captures back. */
  dispose(): void;
}

/**
 * A compiled form of `fn`, a function of tensors that returns tensors (or arrays and objects of them, or
 * nothing). It has its own scope: nobody disposes of what it makes. Not asynchronous.
 */
export function compileStep<R>(fn: (...inputs: Tensor[]) => R, options: StepOptions = {}): CompiledStep<R> {
  const captures = new Map<string, Captured<R>>();
  const memories = new Set<StepMemory>();
  let owner: Gpu | null = null;
  const drop = (entry: Captured<R>): void => {
    memories.delete(entry.memory);
    releaseAll([entry.memory]);
  };

  const step = (...inputs: TensorLike[]): R => {
    const device = gpu();
    if (device.recorder.capturing) return fn(...inputs.map((input, i) => convert(input, options.dtypes?.[i])));
    if (device !== owner) {
      captures.clear();
      memories.clear();
      owner = device;
    }
    const values = inputs.map((input) => (input instanceof HostArray || input instanceof Tensor ? input : asTensor(input)));
    const specs = values.map((value, i) => specOf(value, options.dtypes?.[i], options.name));
    const key = specs.map(({ shape, dtype, fromHost }) => `${fromHost ? 'host' : 'device'} ${dtype}[${shape}]`).join();
    let entry = captures.get(key);
    if (entry && entry.epoch !== device.captureEpoch) {
      drop(entry);
      entry = undefined;
    }
    if (!entry) memories.add((entry = capture(device, specs, fn)).memory);
    // Re-inserted, the entry is the youngest; the oldest goes first.
    captures.delete(key);
    captures.set(key, entry);
    if (captures.size > MAX_CAPTURES) {
      const [oldest, stale] = captures.entries().next().value!;
      captures.delete(oldest);
      drop(stale);
    }
    return replay(device, entry, values);
  };

  lost.register(step, memories);
  return Object.defineProperties(step, {
    dispatches: { get: () => [...captures.values()].map(({ memory }) => memory.capture.dispatches) },
    dispose: {
      value: () => {
        captures.clear();
        releaseAll(memories);
        memories.clear();
      },
    },
  }) as CompiledStep<R>;
}

function capture<R>(device: Gpu, specs: readonly InputSpec[], fn: (...inputs: Tensor[]) => R): Captured<R> {
  const inputs = new InputSlots(device, specs);
  const start = device.recorder.profiler?.now();
  try {
    const recording = device.recorder.capture(() => scope(() => owned(device, fn(...inputs.tensors))));
    const outputs = tensorsIn(recording.result);
    const captured = new Capture(recording.commands, outputs.map(({ storage }) => storage), inputs, device.heap, device.recorder, device.bindings);
    for (const output of outputs) output.dispose();
    device.recorder.profiler?.span('record a step', start);
    return { memory: { device, capture: captured, inputs }, scalars: recording.scalars, result: recording.result, epoch: device.captureEpoch };
  } catch (error) {
    inputs.dispose();
    throw error;
  }
}

/** Results that live elsewhere (an input, a variable) become the step's own, so that they can be copied out alike. */
function owned<R>(device: Gpu, result: R): R {
  return mapTensors(result, (output) => {
    if (!output.storage.slots && !output.storage.region && !output.storage.upload) return output;
    const copy = empty(output.shape, output.dtype);
    device.recorder.copy(output, copy);
    return copy;
  });
}

function replay<R>(device: Gpu, { memory: { capture, inputs }, scalars, result }: Captured<R>, values: readonly (HostArray | Tensor)[]): R {
  device.recorder.reserve(values.length + tensorsIn(result).length + 1);
  const start = device.recorder.profiler?.now();
  const slot = inputs.next();
  values.forEach((value, i) => {
    if (value instanceof Tensor) inputs.copy(slot, i, value);
    else inputs.write(slot, i, value.data);
  });
  device.recorder.replay(capture, scalars, slot);
  const outputs = mapTensors(result, (output) => {
    const copy = empty(output.shape, output.dtype);
    device.recorder.copy(output, copy);
    return copy;
  });
  device.recorder.profiler?.span('replay a step', start);
  return outputs;
}

function releaseAll(memories: Iterable<StepMemory>): void {
  for (const { device, capture, inputs } of memories) {
    // Replays that wait to be submitted still need it.
    if (isCurrent(device) && !device.failed) device.recorder.flush();
    capture.dispose();
    inputs.dispose();
  }
}

function convert(value: TensorLike, dtype?: Dtype): Tensor {
  return value instanceof HostArray ? tensor(value, dtype) : asTensor(value);
}

function specOf(value: HostArray | Tensor, dtype?: Dtype, name = 'compileStep'): InputSpec {
  if (value instanceof HostArray && dtype === 'f16') {
    throw new DtypeError(`${name}: an input from the host was to become f16; expected a dtype that the host has. Take f32, and cast it in the step.`);
  }
  if (value instanceof HostArray) return { shape: value.shape, dtype: dtype ?? deviceDtype(value.dtype), fromHost: true };
  if (dtype && value.dtype !== dtype) throw new DtypeError(`${name}: an input tensor is ${value.dtype}; expected ${dtype}.`);
  return { shape: value.shape, dtype: value.dtype, fromHost: false };
}

function mapTensors<R>(value: R, fn: (tensor: Tensor) => Tensor): R {
  if (value instanceof Tensor) return fn(value) as R;
  if (Array.isArray(value)) return value.map((v) => mapTensors(v, fn)) as R;
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, mapTensors(v, fn)])) as R;
  }
  return value;
}
