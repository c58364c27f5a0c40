/** A dense row-major array on the device. Its contents may not have been computed yet: reads are promises. */
import { gpu, init } from '../gpu/gpu';
import { type Bindable, Storage } from '../gpu/storage';
import { DtypeError, ValueError } from '../errors';
import { cast } from '../ops/elementwise/cast';
import { bytesOf, type Dtype, type HostDtype, hostDtype, newTypedArray, type TypedArray } from './dtype';
import { HostArray } from './host-array';
import { currentScope } from './scope';
import { checkShape, formatShape, type Shape, sizeOf } from './shape';

export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

let nextId = 0;

// Outside of scopes, a tensor that the program has lost gives its memory back when it is collected.
const lost = new FinalizationRegistry<Storage>((storage) => storage.release());

export class Tensor implements TensorSpec, Bindable {
  readonly id = nextId++;
  readonly size: number;
  readonly byteLength: number;
  private disposed = false;

  /** Use `tensor`, `zeros` and ops to make tensors. A view shares the storage of another tensor. */
  constructor(
    readonly storage: Storage,
    readonly shape: Shape,
    readonly dtype: Dtype,
    readonly byteOffset = 0,
  ) {
    this.size = sizeOf(shape);
    this.byteLength = this.size * bytesOf(dtype);
    storage.refs++;
    const scope = currentScope();
    if (scope) scope.add(this);
    else this.releaseWhenLost();
  }

  /** For tensors outside of scopes. */
  releaseWhenLost(): void {
    if (!this.disposed) lost.register(this, this.storage, this);
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The elements, row-major, f16 as f32. Waits for the device. */
  async data(): Promise<TypedArray> {
    if (this.disposed) throw new ValueError(`A tensor of shape ${formatShape(this.shape)} was read after it was disposed of.`);
    // Held until read, even if its scope ends meanwhile.
    this.storage.refs++;
    try {
      const { readback } = await init();
      const source = readable(this);
      const [bytes] = await readback.read([source]);
      if (source !== this) source.dispose();
      return toTypedArray(bytes, hostDtype(this.dtype));
    } finally {
      this.storage.release();
    }
  }

  /** The elements with their shape. */
  async array(): Promise<HostArray> {
    return new HostArray(await this.data(), this.shape, hostDtype(this.dtype));
  }

  /** The value of a tensor of one element. */
  async item(): Promise<number> {
    if (this.size !== 1) throw new ValueError(`item: shape ${formatShape(this.shape)} holds ${this.size} elements; expected one.`);
    return (await this.data())[0];
  }

  /** Gives the memory back. Inside scopes and compiled steps nobody needs to call this. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    lost.unregister(this);
    this.storage.release();
  }

  toString(): string {
    return `Tensor(${formatShape(this.shape)}, ${this.dtype})`;
  }
}

/** An uninitialised tensor for a kernel to write. */
export function empty(shape: Shape, dtype: Dtype = 'f32'): Tensor {
  checkShape(shape, 'tensor');
  if (dtype === 'f16') checkHalf();
  return new Tensor(new Storage(Math.max(sizeOf(shape) * bytesOf(dtype), 16)), shape, dtype);
}

function checkHalf(): void {
  const { device, info } = gpu();
  if (device.features.has('shader-f16')) return;
  throw new DtypeError(`tensor: f16 was asked for, but the adapter (${info.adapter}) has no shader-f16. Use f32.`);
}

/** What the host can read of a tensor: one of f32, which the device makes, in place of one of f16. */
export function readable(tensor: Tensor): Tensor {
  return tensor.dtype === 'f16' ? cast(tensor, 'f32') : tensor;
}

/** The same bytes seen as another shape, dtype or a part (offset in elements, which must come to whole lines of 256 bytes). */
export function viewOf(base: Tensor, shape: Shape, dtype: Dtype = base.dtype, offset = 0): Tensor {
  return new Tensor(base.storage, shape, dtype, base.byteOffset + offset * bytesOf(dtype));
}

/** Whether both are the same bytes. */
export function sameMemory(a: Tensor, b: Tensor): boolean {
  return a.storage === b.storage && a.byteOffset === b.byteOffset && a.byteLength === b.byteLength;
}

export function toTypedArray(bytes: ArrayBuffer, dtype: HostDtype): TypedArray {
  const out = newTypedArray(dtype, 0);
  return new (out.constructor as new (buffer: ArrayBuffer) => TypedArray)(bytes);
}
