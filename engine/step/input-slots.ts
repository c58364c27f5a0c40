/**
 * Inputs of a captured step. A few slots, each with room for all inputs of one step, let one submit carry
 * several steps; the filled slots go up in one write just before it. The queue orders that write after the
 * submits that read the slots before.
 */
import type { Gpu } from '../gpu/gpu';
import { Storage } from '../gpu/storage';
import type { Tensor, TensorSpec } from '../tensor/tensor';
import { type Derivation, registerSource } from './derived';
import { SlotBuffer, slotBytes } from './slot-buffer';

const MAX_SLOTS = 16;
const MAX_BYTES = 32 << 20;

interface Companions {
  /** The input that they are derived from. */
  readonly input: number;
  readonly derivation: Derivation;
  readonly slots: SlotBuffer;
}

export interface InputSpec extends TensorSpec {
  /** Whether its values come from the host at every step. */
  readonly fromHost: boolean;
}

export class InputSlots {
  private readonly count: number;
  private readonly slots: SlotBuffer;
  private readonly companions: Companions[] = [];
  private used = 0;

  constructor(private readonly gpu: Gpu, specs: readonly InputSpec[]) {
    this.count = Math.min(MAX_SLOTS, Math.max(1, Math.floor(MAX_BYTES / Math.max(1, slotBytes(specs)))));
    this.slots = new SlotBuffer(gpu, specs, this.count);
    specs.forEach(({ fromHost }, i) => {
      if (fromHost) registerSource(this.tensors[i].storage, (derivation) => this.derive(i, derivation));
    });
  }

  /** The inputs as the step's function sees them: each stands for its place in every slot. */
  get tensors(): readonly Tensor[] {
    return this.slots.tensors;
  }

  /** The next free slot; submits what is recorded when all are taken. */
  next(): number {
    if (this.used === this.count) this.gpu.recorder.flush();
    return this.used++;
  }

  /** Puts the elements of input `i`, and what is derived from them, into a slot. */
  write(slot: number, i: number, values: ArrayLike<number>): void {
    const target = this.slots.view(slot, i);
    target.set(values);
    for (const { input, derivation, slots } of this.companions) {
      if (input === i) derivation.fill(target, slots.tensors.map((_, j) => slots.view(slot, j)));
    }
  }

  /** Copies a tensor of the device into a slot; inputs may mix both, as copies run after the upload. */
  copy(slot: number, i: number, source: Tensor): void {
    const target = new Storage(source.byteLength);
    target.region = this.tensors[i].storage.slots![slot];
    this.gpu.recorder.copy(source, { storage: target, byteOffset: 0, byteLength: source.byteLength });
  }

  /** Sends the slots that were filled since the last submit. */
  upload(): void {
    if (this.used > 0) for (const slots of this.buffers) slots.upload(this.used);
    this.used = 0;
  }

  dispose(): void {
    for (const slots of this.buffers) slots.dispose();
  }

  private get buffers(): readonly SlotBuffer[] {
    return [this.slots, ...this.companions.map(({ slots }) => slots)];
  }

  private derive(input: number, derivation: Derivation): readonly Tensor[] {
    const known = this.companions.find((c) => c.input === input && c.derivation.key === derivation.key);
    if (known) return known.slots.tensors;
    const slots = new SlotBuffer(this.gpu, derivation.companions, this.count);
    this.companions.push({ input, derivation, slots });
    return slots.tensors;
  }
}
