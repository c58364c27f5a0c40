/**
 * Where a tensor's bytes live. A Storage is logical: ops record dispatches on it, and it gets a place
 * in device memory only when the recorded commands are encoded. Until then it may still be given a
 * place of our choosing, which is how weight gradients land in the gradient arena without a copy.
 */
export interface Region {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

export class Storage {
  /** Tensor handles that keep the bytes alive. */
  refs = 0;
  /** Recorded commands, not yet encoded, that name this storage. */
  pending = 0;
  region: Region | null = null;
  /** Takes the region back; `null` for one that belongs to an arena or a capture. */
  owner: { release(region: Region): void } | null = null;
  /** Bytes from the host that go up when the storage is placed. */
  upload: Uint8Array | null = null;
  /** Set for the inputs of a captured step: which of its regions depends on the step slot. */
  slots: readonly Region[] | null = null;

  constructor(readonly bytes: number) {}

  /** Gives up one reference. */
  release(): void {
    this.refs--;
    this.settle();
  }

  /** Gives the memory back if neither a handle nor a recorded command needs it. */
  settle(): void {
    if (this.refs > 0 || this.pending > 0) return;
    if (this.region) this.owner?.release(this.region);
    this.region = this.owner = this.upload = null;
  }
}

/** A contiguous part of a storage, in bytes: what a kernel binds. Tensors are bindable. */
export interface Bindable {
  readonly storage: Storage;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** `length` bytes of `whole` from `start` on. */
export function windowOf(whole: Bindable, start: number, length: number): Bindable {
  return { storage: whole.storage, byteOffset: whole.byteOffset + start, byteLength: length };
}
