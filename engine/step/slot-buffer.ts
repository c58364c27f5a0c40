/** A device buffer of slots, each with room for some tensors, and the host memory that is sent to it. */
import type { Gpu } from '../gpu/gpu';
import { roundUp } from '../gpu/grid';
import { Storage } from '../gpu/storage';
import { bytesOf, type TypedArray } from '../tensor/dtype';
import { sizeOf } from '../tensor/shape';
import { Tensor, type TensorSpec } from '../tensor/tensor';

/** Every tensor starts where any adapter lets a binding start. */
const ALIGN = 256;

/** Bytes of one slot. */
export function slotBytes(specs: readonly TensorSpec[]): number {
  return specs.reduce((sum, { shape, dtype }) => sum + Math.max(ALIGN, roundUp(sizeOf(shape) * bytesOf(dtype), ALIGN)), 0);
}

export class SlotBuffer {
  /** Each stands for its place in every slot. */
  readonly tensors: readonly Tensor[];
  private readonly offsets: readonly number[];
  private readonly stride: number;
  private readonly staging: ArrayBuffer;
  private readonly buffer: GPUBuffer;

  constructor(private readonly gpu: Gpu, specs: readonly TensorSpec[], count: number) {
    this.stride = Math.max(slotBytes(specs), ALIGN);
    this.offsets = specs.map((_, i) => slotBytes(specs.slice(0, i)));
    this.staging = new ArrayBuffer(this.stride * count);
    this.buffer = gpu.device.createBuffer({
      label: 'step inputs',
      size: this.staging.byteLength,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    this.tensors = specs.map(({ shape, dtype }, i) => {
      const storage = new Storage(sizeOf(shape) * bytesOf(dtype));
      const size = Math.max(16, roundUp(storage.bytes, 16));
      storage.slots = Array.from({ length: count }, (_, slot) => ({
        buffer: this.buffer,
        offset: slot * this.stride + this.offsets[i],
        size,
      }));
      return new Tensor(storage, shape, dtype);
    });
  }

  /** Host memory of tensor `i`, which is not f16, in a slot. */
  view(slot: number, i: number): TypedArray {
    const { size, dtype } = this.tensors[i];
    const at = slot * this.stride + this.offsets[i];
    if (dtype === 'f32') return new Float32Array(this.staging, at, size);
    return dtype === 'i32' ? new Int32Array(this.staging, at, size) : new Uint32Array(this.staging, at, size);
  }

  /** Sends the first `used` slots. */
  upload(used: number): void {
    this.gpu.device.queue.writeBuffer(this.buffer, 0, this.staging, 0, used * this.stride);
  }

  dispose(): void {
    for (const tensor of this.tensors) tensor.dispose();
    this.gpu.bindings.clear();
    this.buffer.destroy();
  }
}
