/**
 * Measures dispatches while it is attached to the recorder (profile.ts). Each dispatch that is measured gets a compute
 * pass of its own, with timestamps at both ends; without timestamps a submit of its own, timed until it is done. So a
 * profiled step takes longer than others: its parts are what is measured. Only the first steps of each capture are.
 */
import { host } from '#platform';
import type { Capture } from './capture';
import type { Encoder } from './encoder';
import type { Grid } from './grid';
import { StampingEncoder, SubmittingEncoder } from './profiling-encoder';
import type { DispatchCommand } from './recorder';
import type { StepSlots } from './step-slots';
import { Timestamps } from './timestamps';

/** `timestamp`: the device's clock. `wall`: the host's, which also sees the way there and back. */
export type ProfileClock = 'timestamp' | 'wall';

/** A stretch of time in milliseconds of `performance.now()`. */
export interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface DispatchSpan extends Span {
  /** The kernel with its specialisation. */
  readonly pipeline: string;
  readonly grid: Grid;
  /** Additions and multiplications, where the op counts them. */
  readonly flops: number | undefined;
  /** Read and written. */
  readonly bytes: number;
}

export interface Sampling {
  /** Replays of each captured step that are measured. */
  readonly steps: number;
  /** Replays before them that are not: the first compile. */
  readonly warmUp: number;
  readonly clock: ProfileClock;
}

/** Dispatches outside of captured steps that are measured, and spans of the host. */
const MAX_EAGER = 4_000;
const MAX_HOST_SPANS = 20_000;

export class Profiler {
  readonly dispatches: DispatchSpan[] = [];
  readonly hostSpans: Span[] = [];
  /** Submits whose times are not known yet. */
  private readonly open = new Set<Promise<void>>();
  private readonly free: Timestamps[] = [];
  private readonly replays = new WeakMap<Capture, number>();
  /** Pipelines that have run, so that their machine code is there. */
  private readonly warm = new Set<number>();
  private eager = 0;
  /** When the last submit known to be done was. */
  private done = 0;
  /** From the device's clock to the host's: no end is after the host knew of it. */
  private offset = Infinity;

  constructor(private readonly device: GPUDevice, private readonly sampling: Sampling) {}

  now(): number {
    return performance.now();
  }

  /** The host was busy with `name` from `start` to now. */
  span(name: string, start: number | undefined): void {
    if (start !== undefined && this.hostSpans.length < MAX_HOST_SPANS) this.hostSpans.push({ name, start, end: this.now() });
  }

  encoder(steps: StepSlots, scratch: (bytes: number) => GPUBuffer): Encoder {
    const wall = this.sampling.clock === 'wall';
    return wall ? new SubmittingEncoder(this, this.device, steps, scratch) : new StampingEncoder(this, this.device, steps, scratch);
  }

  /** Whether the coming replay of `capture` is measured. */
  takesReplay(capture: Capture): boolean {
    const replay = this.replays.get(capture) ?? 0;
    this.replays.set(capture, replay + 1);
    return replay >= this.sampling.warmUp && replay < this.sampling.warmUp + this.sampling.steps;
  }

  /** Whether a dispatch outside of replays is. */
  takesEager({ pipeline }: DispatchCommand): boolean {
    if (this.sampling.warmUp === 0 || this.warm.has(pipeline.id)) return this.eager++ < MAX_EAGER;
    this.warm.add(pipeline.id);
    return false;
  }

  takeTimestamps(): Timestamps {
    return this.free.pop() ?? Timestamps.on(this.device)!;
  }

  /** The times of `commands`, one pass each, are on their way. */
  stamped(timestamps: Timestamps, commands: readonly DispatchCommand[]): void {
    this.wait(
      timestamps.read().then((passes) => {
        this.offset = Math.min(this.offset, this.now() - Math.max(...passes.map(([, end]) => end)));
        passes.forEach(([start, end], i) => this.dispatches.push(spanOf(commands[i], start, end)));
        this.free.push(timestamps);
      }),
    );
  }

  /** A submit was made just now, with this command alone or with what is not measured. */
  submitted(command: DispatchCommand | null): void {
    const start = this.now();
    this.wait(
      host.idle(this.device.queue.onSubmittedWorkDone()).then(() => {
        const end = this.now();
        // The device begins with it when it is done with the one before.
        if (command) this.dispatches.push(spanOf(command, Math.max(start, this.done), end));
        this.done = end;
      }),
    );
  }

  /** Waits for all times, and puts those of the device on the host's clock. */
  async finish(): Promise<void> {
    while (this.open.size > 0) await Promise.all(this.open);
    for (const timestamps of this.free.splice(0)) timestamps.destroy();
    if (this.sampling.clock === 'wall') return;
    this.dispatches.forEach((span, i) => (this.dispatches[i] = { ...span, start: span.start + this.offset, end: span.end + this.offset }));
  }

  private wait(pending: Promise<void>): void {
    // A device that is lost on the way is told by whoever uses it.
    const one: Promise<void> = pending.catch(() => {}).finally(() => this.open.delete(one));
    this.open.add(one);
  }
}

// Not the command itself, which would keep its operands.
function spanOf(command: DispatchCommand, start: number, end: number): DispatchSpan {
  const { label, pipeline, grid, flops } = command;
  return { name: label, pipeline: pipeline.name, grid, flops, bytes: trafficOf(command), start, end };
}

/** Bytes that a dispatch reads and writes: as the op says, or all that is bound, once for each way. */
function trafficOf({ traffic, operands, pipeline }: DispatchCommand): number {
  if (traffic !== undefined) return traffic;
  return operands.reduce((sum, o, i) => {
    // Where there is nothing to bind, ops bind something else once more.
    const again = operands.slice(0, i).some((p) => p.storage === o.storage && p.byteOffset === o.byteOffset && p.byteLength === o.byteLength);
    return sum + (again ? 0 : o.byteLength * (pipeline.access[i] === 'readwrite' ? 2 : 1));
  }, 0);
}
