/**
 * A captured step: its dispatches with pipelines and bind groups resolved, encoded again for every batch.
 * Nothing is created, allocated or read back on the way.
 */
import type { BindGroupCache } from './bindings';
import type { CaptureHeap, Temporary, Tenant } from './capture-heap';
import type { Encoder } from './encoder';
import { type CapturedCommand, type DispatchCommand, operandsOf, partsOf, type Recorder, storagesOf, subregion } from './recorder';
import type { Region, Storage } from './storage';
import { substituted } from './substitutes';

interface ResolvedDispatch {
  readonly command: DispatchCommand;
  /** One bind group, or one per input slot where an operand is an input. */
  readonly groups: readonly GPUBindGroup[];
  readonly workgroups: Region | null;
}

interface ResolvedCopy {
  readonly from: readonly Region[];
  readonly to: readonly Region[];
  readonly bytes: number;
}

export class Capture implements Tenant {
  readonly temporaries: readonly Temporary[];
  private readonly commands: readonly CapturedCommand[];
  private readonly held: Storage[];
  private steps: readonly (ResolvedDispatch | ResolvedCopy)[];

  /** `outputs` keep their memory to the end of the step; all other temporaries share theirs. */
  constructor(
    commands: readonly CapturedCommand[],
    outputs: readonly Storage[],
    /** Sends the inputs of the replays that are about to be submitted. */
    readonly inputs: { upload(): void },
    private readonly heap: CaptureHeap,
    recorder: Recorder,
    private readonly bindings: BindGroupCache,
  ) {
    this.held = storagesOf(commands);
    this.commands = substituted(commands, new Set(outputs));
    for (const command of this.commands) for (const { storage } of operandsOf(command)) if (storage.upload) recorder.place(storage);
    this.temporaries = temporariesOf(this.commands, new Set(outputs));
    heap.add(this);
    this.steps = this.resolved();
  }

  /** Dispatches in one replay. */
  get dispatches(): number {
    return this.steps.filter((step) => 'command' in step).length;
  }

  moved(): void {
    this.steps = this.resolved();
  }

  encode(encoder: Encoder, input: number, slot: number): void {
    for (const step of this.steps) {
      if ('command' in step) {
        const group = step.groups.length === 1 ? step.groups[0] : step.groups[input];
        encoder.dispatch(step.command, group, step.command.slot >= 0 ? slot : -1, step.workgroups);
      } else {
        encoder.copy(step.from[input % step.from.length], step.to[input % step.to.length], step.bytes);
      }
    }
  }

  dispose(): void {
    this.heap.remove(this);
    for (const storage of this.held.splice(0)) storage.release();
  }

  private resolved(): (ResolvedDispatch | ResolvedCopy)[] {
    return this.commands.map((command) => resolve(command, this.bindings));
  }
}

/** The storages that have no place yet, and from which command to which they are needed. */
function temporariesOf(commands: readonly CapturedCommand[], outputs: ReadonlySet<Storage>): Temporary[] {
  const spans = new Map<Storage, { first: number; last: number }>();
  commands.forEach((command, i) => {
    for (const { storage } of operandsOf(command)) {
      if (storage.slots || storage.region) continue;
      const span = spans.get(storage);
      if (span) span.last = i;
      else spans.set(storage, { first: i, last: i });
    }
  });
  return [...spans].map(([storage, { first, last }]) => ({ storage, first, last: outputs.has(storage) ? Infinity : last }));
}

function resolve(command: CapturedCommand, bindings: BindGroupCache): ResolvedDispatch | ResolvedCopy {
  const operands = operandsOf(command);
  const slots = operands.find(({ storage }) => storage.slots)?.storage.slots?.length ?? 1;
  const regionsAt = (slot: number): Region[] =>
    operands.map((o) => subregion(o.storage.slots ? o.storage.slots[slot] : o.storage.region!, o));
  const all = Array.from({ length: slots }, (_, slot) => regionsAt(slot));
  if ('pipeline' in command) {
    const { pipeline, label } = command;
    const parts = all.map((regions) => partsOf(command, regions));
    return { command, groups: parts.map(({ bound }) => bindings.get(pipeline, bound, label)), workgroups: parts[0].workgroups };
  }
  return { from: all.map((r) => r[0]), to: all.map((r) => r[1]), bytes: command.from.byteLength };
}
