/**
 * Commands are recorded as plain data and encoded together: one encoder, one pass as long as nothing but
 * dispatches follows. Storages get their device memory at encoding, when it is known which of them
 * nobody needs any more, so that the temporaries of a step share memory.
 */
import { KernelError } from '../errors';
import type { BindGroupCache } from './bindings';
import type { BufferPool } from './buffers';
import type { Capture } from './capture';
import { Encoder } from './encoder';
import { type Grid, roundUp } from './grid';
import type { Access } from './kernel';
import type { ParamsTable } from './params';
import type { Pipeline } from './pipelines';
import type { Profiler } from './profiler';
import { frozen, SLOT_WORDS, type StepScalar, type StepSlots } from './step-slots';
import type { Bindable, Region, Storage } from './storage';

export interface DispatchCommand {
  readonly pipeline: Pipeline;
  readonly operands: readonly Bindable[];
  readonly params: Region | null;
  /** Step slot, or −1 for a kernel that reads none. */
  readonly slot: number;
  readonly grid: Grid;
  /** Three u32 in place of `grid`: the device finds out how many workgroups there are. */
  readonly workgroups?: Bindable;
  /** In place of the step slot: one that the device made. */
  readonly slotGroup?: GPUBindGroup;
  readonly label: string;
  /** Additions and multiplications, where the op knows. */
  readonly flops?: number;
  /** Bytes read and written, where that is less than what is bound. */
  readonly traffic?: number;
  readonly substitute?: Substitute;
}

/** Commands that do the work of others before as well (engine/gpu/substitutes.ts). */
export interface Substitute {
  /** What they leave uncomputed. */
  readonly bypassed: readonly Storage[];
  readonly commands: readonly CapturedCommand[];
}

export interface CopyCommand {
  readonly from: Bindable;
  readonly to: Bindable;
}

export interface ReplayCommand {
  readonly capture: Capture;
  /** Which of the capture's input slots, and which step slot. */
  readonly input: number;
  readonly slot: number;
}

export type Command = DispatchCommand | CopyCommand | ReplayCommand;

/** What a capture records: everything but other replays. */
export type CapturedCommand = DispatchCommand | CopyCommand;

export interface Recording<T> {
  readonly result: T;
  readonly commands: readonly CapturedCommand[];
  readonly scalars: readonly StepScalar[];
}

/** Eager code is submitted at the latest after this many commands, so that the device starts early. */
const MAX_PENDING = 256;

export class Recorder {
  /** Submits made so far. */
  submits = 0;
  /** Measures what is encoded, while there is one. */
  profiler: Profiler | null = null;
  private pending: Command[] = [];
  private scratch: Region | null = null;
  private heldBack: DispatchCommand[] | null = null;
  private captured: { commands: CapturedCommand[]; scalars: StepScalar[]; streams: number } | null = null;

  constructor(
    private readonly device: GPUDevice,
    private readonly pool: BufferPool,
    private readonly params: ParamsTable,
    private readonly bindings: BindGroupCache,
    private readonly steps: StepSlots,
    /** Throws the first device error. */
    readonly checkErrors: () => void,
  ) {}

  get capturing(): boolean {
    return this.captured !== null;
  }

  dispatch(command: DispatchCommand): void {
    if (this.heldBack) this.heldBack.push(command);
    else this.push(command);
  }

  copy(from: Bindable, to: Bindable): void {
    if (this.heldBack) throw new KernelError('A copy cannot be held back: it would run all the same.');
    if (from.byteLength > 0) this.push({ from, to });
  }

  /** The dispatches of `fn`, to be recorded later on: with a grid that something in between finds out. */
  holdBack(fn: () => void): readonly DispatchCommand[] {
    const [outer, held] = [this.heldBack, (this.heldBack = [])];
    try {
      fn();
      return held;
    } finally {
      this.heldBack = outer;
    }
  }

  /** Makes room for one replay and `more` commands, so that none of them starts a submit in between. */
  reserve(more: number): void {
    if (this.steps.full || this.pending.length + more >= MAX_PENDING) this.flush();
  }

  /** Appends one replay of a captured step; fills its step slot. */
  replay(capture: Capture, scalars: readonly StepScalar[], input: number): void {
    this.pending.push({ capture, input, slot: this.steps.fill(scalars) });
  }

  /** The scalars as dispatches of one and the same step should pass them: live in a capture, else as of now. */
  ofThisStep(scalars: readonly StepScalar[]): readonly StepScalar[] {
    return this.captured ? scalars : frozen(scalars);
  }

  /** Numbers the random ops of a captured step, which share a key, from 0; outside of captures every key is new. */
  nextStream(): number {
    return this.captured ? this.captured.streams++ : 0;
  }

  /** Where the coming dispatch finds its step scalars: the slot and the first of their words in it. */
  stepSlot(scalars: readonly StepScalar[]): { index: number; base: number } {
    // A slot has to be bound, but nothing in it matters.
    if (scalars.length === 0) return { index: 0, base: 0 };
    if (!this.captured) {
      if (this.steps.full) this.flush();
      return { index: this.steps.fill(scalars), base: 0 };
    }
    const known = this.captured.scalars;
    let base = known.indexOf(scalars[0]);
    if (base < 0) {
      base = known.length;
      known.push(...scalars);
      if (known.length > SLOT_WORDS) throw new KernelError(`A step uses more than ${SLOT_WORDS} step scalars.`);
    }
    return { index: 0, base };
  }

  /**
   * In a capture: what `fn` records may take the place of the last command, if nobody else needs `bypassed`, which then need
   * not be computed.
   */
  offer(bypassed: readonly Bindable[], fn: () => void): void {
    const commands = this.captured?.commands;
    if (!commands) return;
    const { length } = commands;
    fn();
    const substitute = { bypassed: bypassed.map(({ storage }) => storage), commands: commands.splice(length) };
    commands[length - 1] = { ...commands[length - 1], substitute } as DispatchCommand;
  }

  /** Whether a dispatch that is recorded, but not yet encoded, reads the storage. */
  isRead(storage: Storage): boolean {
    const commands: readonly Command[] = this.captured?.commands ?? this.pending;
    return commands.some(
      (command) => 'pipeline' in command && command.operands.some((o, i) => o.storage === storage && command.pipeline.access[i] === 'read'),
    );
  }

  /** Runs `fn` and returns what it recorded, in place of recording it here. */
  capture<T>(fn: () => T): Recording<T> {
    if (this.captured) throw new KernelError('A capture cannot start inside another.');
    // Whatever exists before is placed now, so that storages without a place are the step's own.
    this.flush();
    const captured = { commands: [] as CapturedCommand[], scalars: [] as StepScalar[], streams: 0 };
    this.captured = captured;
    try {
      return { result: fn(), ...captured };
    } catch (error) {
      for (const storage of storagesOf(captured.commands)) storage.release();
      throw error;
    } finally {
      this.captured = null;
    }
  }

  /** Runs and submits what `fn` records now, once, even while a step is being captured. */
  immediately(fn: () => void): void {
    const { captured } = this;
    this.captured = null;
    try {
      fn();
      this.flush();
    } finally {
      this.captured = captured;
    }
  }

  /** Encodes and submits all that is pending. */
  flush(): void {
    this.checkErrors();
    if (this.pending.length === 0) return;
    const commands = this.pending;
    this.pending = [];
    // Host writes overtake recorded commands, so they may only go to memory that none of those uses:
    // all of them are placed before the first command releases anything.
    const replayed = new Set<Capture>();
    for (const command of commands) {
      if ('capture' in command) replayed.add(command.capture);
      else for (const { storage } of operandsOf(command)) if (storage.upload) this.place(storage);
    }
    for (const { inputs } of replayed) inputs.upload();
    this.steps.upload();
    const start = this.profiler?.now();
    const scratch = (bytes: number): GPUBuffer => this.scratchBuffer(bytes);
    const encoder = this.profiler?.encoder(this.steps, scratch) ?? new Encoder(this.device, this.steps, scratch);
    for (const command of commands) {
      if ('capture' in command) {
        encoder.replay(command.capture, command.input, command.slot);
      } else {
        this.encode(encoder, command);
      }
    }
    encoder.submit();
    this.submits++;
    this.profiler?.span('submit', start);
    if (this.params.trim()) this.bindings.clear();
    this.pool.trim();
  }

  /** Gives the storage memory, and its bytes if they come from the host. */
  place(storage: Storage): Region {
    if (storage.region) return storage.region;
    storage.region = this.pool.allocate(storage.bytes);
    storage.owner = this.pool;
    if (storage.upload) {
      this.device.queue.writeBuffer(storage.region.buffer, storage.region.offset, storage.upload as Uint8Array<ArrayBuffer>);
      storage.upload = null;
    }
    return storage.region;
  }

  /** A buffer for copies within another one; kept, and replaced when a larger one is needed. */
  private scratchBuffer(bytes: number): GPUBuffer {
    if (!this.scratch || this.scratch.size < bytes) {
      if (this.scratch) this.pool.release(this.scratch);
      this.scratch = this.pool.allocate(bytes);
    }
    return this.scratch.buffer;
  }

  private push(command: CapturedCommand): void {
    const operands = operandsOf(command);
    if (this.captured) {
      // The capture takes over these references.
      for (const { storage } of operands) storage.refs++;
      this.captured.commands.push(command);
      return;
    }
    for (const { storage } of operands) storage.pending++;
    this.pending.push(command);
    if (this.pending.length >= MAX_PENDING) this.flush();
  }

  private encode(encoder: Encoder, command: CapturedCommand): void {
    const operands = operandsOf(command);
    const regions = operands.map((o) => subregion(this.place(o.storage), o));
    if ('pipeline' in command) {
      const { bound, workgroups } = partsOf(command, regions);
      encoder.dispatch(command, this.bindings.get(command.pipeline, bound, command.label), command.slot, workgroups);
    } else {
      encoder.copy(regions[0], regions[1], command.from.byteLength);
    }
    for (const { storage } of operands) {
      storage.pending--;
      storage.settle();
    }
  }
}

export function operandsOf(command: CapturedCommand): readonly Bindable[] {
  if (!('pipeline' in command)) return [command.from, command.to];
  return command.workgroups ? [...command.operands, command.workgroups] : command.operands;
}

/** What a dispatch binds, and where its grid lies, of the regions of `operandsOf`. */
export function partsOf({ operands, params }: DispatchCommand, regions: readonly Region[]): { bound: Region[]; workgroups: Region | null } {
  const bound = regions.slice(0, operands.length);
  if (params) bound.push(params);
  return { bound, workgroups: regions[operands.length] ?? null };
}

/** The storages of all operands, those of substitutes included: as often as each is named. */
export function storagesOf(commands: readonly CapturedCommand[]): Storage[] {
  return commands.flatMap((command) => [
    ...operandsOf(command).map(({ storage }) => storage),
    ...('pipeline' in command && command.substitute ? storagesOf(command.substitute.commands) : []),
  ]);
}

/** What a command does with each of its operands. */
export function accessOf(command: CapturedCommand): readonly Access[] {
  if (!('pipeline' in command)) return ['read', 'write'];
  return command.workgroups ? [...command.pipeline.access, 'read'] : command.pipeline.access;
}

/** The part of a region that an operand names. Sizes round up to 16 bytes: kernels may use whole vec4s. */
export function subregion(region: Region, { byteOffset, byteLength }: Bindable): Region {
  const size = Math.max(16, roundUp(byteLength, 16));
  return { buffer: region.buffer, offset: region.offset + byteOffset, size: Math.min(size, region.size - byteOffset) };
}
