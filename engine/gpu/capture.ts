/**
 * A captured step: its dispatches with pipelines and bind groups resolved, encoded again for every batch.
 * Nothing is created, allocated or read back on the way.
 */
import type { BindGroupCache } from './bindings';
import type { BufferPool } from './buffers';
import type { Grid } from './grid';
import type { Pipeline } from './pipelines';
import { type CapturedCommand, type Encoder, operandsOf, type Recorder, type Recording, subregion } from './recorder';
import type { StepScalar } from './step-slots';
import type { Region, Storage } from './storage';

/** Memory for the temporaries of captures that never run at the same time. */
export class CaptureHeap {
  readonly regions: Region[] = [];
  private free: Region[] = [];

  constructor(private readonly pool: BufferPool) {}

  get bytes(): number {
    return this.regions.reduce((sum, { size }) => sum + size, 0);
  }

  /** All regions are free again, for the plan of another capture. */
  restart(): void {
    this.free = [...this.regions];
  }

  allocate(bytes: number): Region {
    // The smallest free region that holds it without wasting more than half.
    let best = -1;
    this.free.forEach(({ size }, i) => {
      if (size >= bytes && size <= Math.max(2 * bytes, 1024) && (best < 0 || size < this.free[best].size)) best = i;
    });
    if (best >= 0) return this.free.splice(best, 1)[0];
    const region = this.pool.allocate(bytes);
    this.regions.push(region);
    return region;
  }

  release(region: Region): void {
    this.free.push(region);
  }

  dispose(): void {
    for (const region of this.regions.splice(0)) this.pool.release(region);
    this.free = [];
  }
}

interface ResolvedDispatch {
  readonly pipeline: Pipeline;
  /** One bind group, or one per input slot where an operand is an input. */
  readonly groups: readonly GPUBindGroup[];
  readonly step: boolean;
  readonly grid: Grid;
}

interface ResolvedCopy {
  readonly from: readonly Region[];
  readonly to: readonly Region[];
  readonly bytes: number;
}

export class Capture {
  readonly scalars: readonly StepScalar[];
  private readonly steps: readonly (ResolvedDispatch | ResolvedCopy)[];
  private readonly held: Storage[] = [];

  /** `outputs` keep their memory to the end of the step; all other temporaries share theirs. */
  constructor(
    recording: Recording<unknown>,
    outputs: readonly Storage[],
    heap: CaptureHeap,
    /** Sends the inputs of the replays that are about to be submitted. */
    readonly inputs: { upload(): void },
    private readonly recorder: Recorder,
    bindings: BindGroupCache,
  ) {
    this.scalars = recording.scalars;
    for (const command of recording.commands) for (const { storage } of operandsOf(command)) this.held.push(storage);
    const commands = withoutDeadCode(recording.commands, new Set(outputs));
    this.place(commands, new Set(outputs), heap);
    this.steps = commands.map((command) => resolve(command, bindings));
  }

  /** Dispatches in one replay. */
  get dispatches(): number {
    return this.steps.filter((step) => 'pipeline' in step).length;
  }

  encode(encoder: Encoder, input: number, slot: number): void {
    for (const step of this.steps) {
      if ('pipeline' in step) {
        const group = step.groups.length === 1 ? step.groups[0] : step.groups[input];
        encoder.dispatch(step.pipeline, group, step.step ? slot : -1, step.grid);
      } else {
        encoder.copy(step.from[input % step.from.length], step.to[input % step.to.length], step.bytes);
      }
    }
  }

  dispose(): void {
    for (const storage of this.held.splice(0)) storage.release();
  }

  private place(commands: readonly CapturedCommand[], outputs: ReadonlySet<Storage>, heap: CaptureHeap): void {
    const last = new Map<Storage, number>();
    commands.forEach((command, i) => {
      for (const { storage } of operandsOf(command)) last.set(storage, i);
    });
    heap.restart();
    const temporaries = new Set<Storage>();
    commands.forEach((command, i) => {
      for (const { storage } of operandsOf(command)) {
        if (storage.slots || storage.region) continue;
        if (storage.upload) {
          this.recorder.place(storage);
          continue;
        }
        storage.region = heap.allocate(storage.bytes);
        temporaries.add(storage);
      }
      for (const { storage } of operandsOf(command)) {
        if (last.get(storage) === i && temporaries.delete(storage) && !outputs.has(storage)) heap.release(storage.region!);
      }
    });
  }
}

/**
 * The commands that anything outside the step depends on. What nobody reads is dropped: the rows of an embedding
 * that a fused op summed by itself, probabilities where the loss went back to the logits.
 */
function withoutDeadCode(commands: readonly CapturedCommand[], outputs: ReadonlySet<Storage>): CapturedCommand[] {
  const needed = new Set<Storage>(outputs);
  const outlives = (storage: Storage): boolean => Boolean(storage.region ?? storage.slots ?? storage.upload);
  const live: CapturedCommand[] = [];
  for (const command of [...commands].reverse()) {
    const operands = operandsOf(command);
    const access = 'pipeline' in command ? command.pipeline.access : (['read', 'write'] as const);
    if (!operands.some(({ storage }, i) => access[i] !== 'read' && (outlives(storage) || needed.has(storage)))) continue;
    operands.forEach(({ storage }, i) => access[i] !== 'write' && needed.add(storage));
    live.push(command);
  }
  return live.reverse();
}

function resolve(command: CapturedCommand, bindings: BindGroupCache): ResolvedDispatch | ResolvedCopy {
  const operands = operandsOf(command);
  const slots = operands.find(({ storage }) => storage.slots)?.storage.slots?.length ?? 1;
  const regionsAt = (slot: number): Region[] =>
    operands.map((o) => subregion(o.storage.slots ? o.storage.slots[slot] : o.storage.region!, o));
  const all = Array.from({ length: slots }, (_, slot) => regionsAt(slot));
  if ('pipeline' in command) {
    const { pipeline, params, label, slot, grid } = command;
    const groups = all.map((regions) => bindings.get(pipeline, params ? [...regions, params] : regions, label));
    return { pipeline, groups, step: slot >= 0, grid };
  }
  return { from: all.map((r) => r[0]), to: all.map((r) => r[1]), bytes: command.from.byteLength };
}
