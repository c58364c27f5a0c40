/** The one device of the process and all that hangs on it. */
import { host } from '#platform';
import { AdapterError, DeviceLostError, KernelError, OutOfMemoryError, ValueError } from '../errors';
import { BindGroupCache } from './bindings';
import { BufferPool } from './buffers';
import { CaptureHeap } from './capture-heap';
import { type AdapterChoice, type DeviceInfo, requestDevice } from './device';
import { allKernels } from './kernel';
import { ParamsTable } from './params';
import { PipelineCache } from './pipelines';
import { Readback } from './readback';
import { Recorder } from './recorder';
import { StepSlots } from './step-slots';
import { openTuningCache } from '../tune/cache';
import { measurerOn } from '../tune/measure';
import { Tuner, type TuningTable } from '../tune/tuner';

export class Gpu {
  readonly pool: BufferPool;
  readonly params: ParamsTable;
  readonly bindings: BindGroupCache;
  readonly steps: StepSlots;
  readonly pipelines: PipelineCache;
  readonly recorder: Recorder;
  /** Of all captured steps. */
  readonly heap: CaptureHeap;
  readonly readback: Readback;
  /** Raised by whatever makes captured steps stale: moved weights, a changed trainable set. */
  captureEpoch = 0;
  /** Where variants of kernels are chosen by measurement. */
  tuner: Tuner | null = null;
  private failure: Error | null = null;
  private explained = false;
  private inFlight = 0;

  constructor(readonly device: GPUDevice, readonly info: DeviceInfo, readonly maxBindingBytes: number) {
    this.pool = new BufferPool(device);
    this.params = new ParamsTable(device);
    this.bindings = new BindGroupCache(device);
    this.pool.onDestroy = () => this.bindings.clear();
    this.heap = new CaptureHeap(this.pool);
    this.steps = new StepSlots(device);
    this.pipelines = new PipelineCache(device, this.steps.layout, (error) => this.fail(error, true));
    this.recorder = new Recorder(device, this.pool, this.params, this.bindings, this.steps, () => this.check());
    this.readback = new Readback(device, this.recorder, () => this.settle());
    device.addEventListener('uncapturederror', (event) => {
      // It is thrown where the program can catch it, and not printed by the binding as well.
      event.preventDefault();
      const { error } = event;
      if (error instanceof GPUOutOfMemoryError) {
        this.fail(new OutOfMemoryError(`The device is out of memory (${this.pool.use.live} bytes in use): ${error.message}`));
      } else {
        this.fail(new KernelError(`The device refused a command: ${error.message}`));
      }
    });
    void device.lost.then(({ reason, message }) => {
      if (reason !== 'destroyed') this.fail(new DeviceLostError(`The device was lost: ${message}`));
    });
  }

  /** Whether there was a device error. */
  get failed(): boolean {
    return this.failure !== null;
  }

  /** The first device error, thrown by every later submit and read. */
  check(): void {
    if (this.failure) throw this.failure;
  }

  /** Keeps the first failure; a kernel that does not compile explains the refusals that it leads to. */
  fail(error: Error, explains = false): void {
    if (explains && !this.explained) [this.failure, this.explained] = [error, true];
    else this.failure ??= error;
  }

  /** Throws the first device error, once the reason is known. Measures what is to be tuned. */
  async settle(): Promise<void> {
    await this.pipelines.settled();
    this.check();
    if (this.tuner?.asking && (await this.tuner.run())) this.captureEpoch++;
  }

  /** Submits what is pending and waits until at most `ahead` submits are unfinished. */
  async throttle(ahead = 0): Promise<void> {
    this.recorder.flush();
    const start = this.recorder.profiler?.now();
    const done = this.device.queue.onSubmittedWorkDone();
    this.inFlight++;
    const finished = done.then(() => void this.inFlight--);
    if (this.inFlight > ahead) await host.idle(finished);
    await this.settle();
    this.recorder.profiler?.span('wait for submits', start);
  }
}

let current: Gpu | null = null;
let starting: Promise<Gpu> | null = null;

/** The device; synchronous ops need it to be there already. */
export function gpu(): Gpu {
  if (!current) throw new AdapterError('There is no device yet. Call "await init()" once before the first op.');
  return current;
}

/** Whether there is a device. */
export function isOpen(): boolean {
  return current !== null;
}

/** Whether this is the device, and not one that was closed. */
export function isCurrent(device: Gpu): boolean {
  return device === current;
}

/** Captured steps are recorded anew at their next call: the graph or the place of a weight has changed. */
export function invalidateCaptures(): void {
  if (current) current.captureEpoch++;
}

export interface InitOptions {
  /** Default: the environment's WGRAD_ADAPTER, else `auto`. */
  readonly adapter?: AdapterChoice;
  /** Treats bindings as limited to this many bytes, for tests of tensors larger than one binding. */
  readonly maxBindingBytes?: number;
  /**
   * Measures the variants of kernels on first use of a class of shapes, and keeps what is fastest in the user's cache for
   * later runs that tune; or takes the choices of a table, and measures nothing. Other variants may add in another order:
   * the same seed gives the same bits only with the same table. Default: the environment's WGRAD_TUNE=1, else false, where
   * a cost model chooses.
   */
  readonly tune?: boolean | TuningTable;
}

/** Opens the device once; later calls return the same one. `fit`, `evaluate`, `predict` and reads do it by themselves. */
export async function init(options: InitOptions = {}): Promise<Gpu> {
  starting ??= open(options).catch((error) => {
    starting = null;
    throw error;
  });
  return starting;
}

async function open({ adapter, maxBindingBytes = Infinity, tune = host.env('WGRAD_TUNE') === '1' }: InitOptions): Promise<Gpu> {
  const choice = adapter ?? host.env('WGRAD_ADAPTER') ?? 'auto';
  if (choice !== 'auto' && choice !== 'gpu' && choice !== 'software') {
    throw new ValueError(`Unknown adapter "${choice}": use "auto", "gpu" or "software".`);
  }
  const { device, info } = await requestDevice(choice);
  const opened = new Gpu(device, info, Math.min(maxBindingBytes, device.limits.maxStorageBufferBindingSize));
  if (tune) opened.tuner = await tunerFor(opened, tune);
  return (current = opened);
}

async function tunerFor(opened: Gpu, tune: true | TuningTable): Promise<Tuner> {
  if (tune !== true) return new Tuner(tune, null);
  const cache = await openTuningCache(opened.info);
  return new Tuner(cache?.table ?? {}, measurerOn(opened), cache?.save);
}

/** Destroys the device and everything on it; a new `init` starts afresh. Programs that end need not call it. */
export async function close(): Promise<void> {
  if (!starting) return;
  const { device } = await starting;
  starting = current = null;
  for (const { pipelines } of allKernels()) pipelines.clear();
  device.destroy();
  await device.lost;
}
