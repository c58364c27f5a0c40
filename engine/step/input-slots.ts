/**
 * Inputs of a captured step. One buffer holds a few slots, each with room for all inputs of one step, so
 * that one submit carries several steps; the filled slots go up in one write just before it. The queue
 * orders that write after the submits that read the slots before.
 */
import type { Gpu } from '../gpu/gpu';
import { roundUp } from '../gpu/grid';
import { Storage } from '../gpu/storage';
import { BYTES_PER_ELEMENT } from '../tensor/dtype';
import { sizeOf } from '../tensor/shape';
import { Tensor, type TensorSpec } from '../tensor/tensor';

const MAX_SLOTS = 16;
const MAX_BYTES = 32 << 20;

export class InputSlots {
  readonly count: number;
  /** The inputs as the step's function sees them: each stands for its place in every slot. */
  readonly tensors: readonly Tensor[];
  private readonly offsets: number[] = [];
  private readonly stride: number;
  private readonly staging: ArrayBuffer;
  private readonly buffer: GPUBuffer;
  private used = 0;

  constructor(private readonly gpu: Gpu, specs: readonly TensorSpec[]) {
    // Every input starts where any adapter lets a binding start.
    let stride = 0;
    for (const { shape } of specs) {
      this.offsets.push(stride);
      stride += Math.max(256, roundUp(sizeOf(shape) * BYTES_PER_ELEMENT, 256));
    }
    this.stride = Math.max(stride, 256);
    this.count = Math.min(MAX_SLOTS, Math.max(1, Math.floor(MAX_BYTES / this.stride)));
    this.staging = new ArrayBuffer(this.stride * this.count);
    this.buffer = gpu.device.createBuffer({
      label: 'step inputs',
      size: this.staging.byteLength,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    this.tensors = specs.map(({ shape, dtype }, i) => {
      const storage = new Storage(sizeOf(shape) * BYTES_PER_ELEMENT);
      const size = Math.max(16, roundUp(storage.bytes, 16));
      storage.slots = Array.from({ length: this.count }, (_, slot) => ({
        buffer: this.buffer,
        offset: slot * this.stride + this.offsets[i],
        size,
      }));
      return new Tensor(storage, shape, dtype);
    });
  }

  get bytes(): number {
    return this.staging.byteLength;
  }

  /** The next free slot; submits what is recorded when all are taken. */
  next(): number {
    if (this.used === this.count) this.gpu.recorder.flush();
    return this.used++;
  }

  /** Puts the elements of input `i` into a slot. */
  write(slot: number, i: number, values: ArrayLike<number>): void {
    const { size, dtype } = this.tensors[i];
    const at = slot * this.stride + this.offsets[i];
    const target =
      dtype === 'f32' ? new Float32Array(this.staging, at, size)
      : dtype === 'i32' ? new Int32Array(this.staging, at, size)
      : new Uint32Array(this.staging, at, size);
    target.set(values);
  }

  /** Copies a tensor of the device into a slot; inputs may mix both, as copies run after the upload. */
  copy(slot: number, i: number, source: Tensor): void {
    const target = new Storage(source.byteLength);
    target.region = this.tensors[i].storage.slots![slot];
    this.gpu.recorder.copy(source, { storage: target, byteOffset: 0, byteLength: source.byteLength });
  }

  /** Sends the slots that were filled since the last submit. */
  upload(): void {
    if (this.used > 0) this.gpu.device.queue.writeBuffer(this.buffer, 0, this.staging, 0, this.used * this.stride);
    this.used = 0;
  }

  dispose(): void {
    for (const tensor of this.tensors) tensor.dispose();
    this.gpu.bindings.clear();
    this.buffer.destroy();
  }
}
