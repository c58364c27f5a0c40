/** Tensors from host data and constants. */
import { DtypeError } from '../errors';
import { roundUp } from '../gpu/grid';
import { fill } from '../ops/elementwise/fill';
import { bytesOf, type Dtype, type HostDtype, hostDtype, type TypedArray } from './dtype';
import { halfBits } from './half';
import { HostArray, type NestedArray } from './host-array';
import type { Shape } from './shape';
import { empty, Tensor } from './tensor';
import { Variable } from './variable';


/** What ops take for a tensor. Numbers and nested arrays become `f32`. */
export type TensorLike = Tensor | Variable | HostArray | NestedArray;

/** A tensor holding `values`; `u8` becomes `f32` unless another dtype is asked for. */
export function tensor(values: HostArray | NestedArray | TypedArray, dtype?: Dtype, shape?: Shape): Tensor {
  const array = toHostArray(values, dtype && hostDtype(dtype), shape);
  const result = empty(array.shape, dtype ?? deviceDtype(array.dtype));
  if (array.size > 0) result.storage.upload = deviceBytes(array, result.dtype);
  return result;
}

/** A tensor from whatever an op takes. */
export function asTensor(value: TensorLike): Tensor {
  if (value instanceof Tensor) return value;
  if (value instanceof Variable) return value.value;
  return typeof value === 'number' ? fill([], value) : tensor(value);
}

export const zeros = (shape: Shape, dtype: Dtype = 'f32'): Tensor => fill(shape, 0, dtype);
export const ones = (shape: Shape, dtype: Dtype = 'f32'): Tensor => fill(shape, 1, dtype);

/** The device's dtype for a host dtype: images and masks of bytes become floats. */
export function deviceDtype(dtype: HostDtype): Dtype {
  return dtype === 'u8' ? 'f32' : dtype;
}

/** The bytes of `array` as elements of `dtype`, in fresh memory padded to whole vec4s. */
export function deviceBytes(array: HostArray, dtype: Dtype): Uint8Array {
  const length = roundUp(array.size, 16 / bytesOf(dtype));
  if (dtype === 'f16') {
    const halves = new Uint16Array(length);
    for (let i = 0; i < array.size; i++) halves[i] = halfBits(array.data[i]);
    return new Uint8Array(halves.buffer);
  }
  const data = dtype === 'f32' ? new Float32Array(length) : dtype === 'i32' ? new Int32Array(length) : new Uint32Array(length);
  if (dtype === 'bool') for (let i = 0; i < array.size; i++) data[i] = array.data[i] === 0 ? 0 : 1;
  else data.set(array.data);
  return new Uint8Array(data.buffer);
}

function toHostArray(values: HostArray | NestedArray | TypedArray, dtype?: HostDtype, shape?: Shape): HostArray {
  if (values instanceof HostArray) return shape ? values.reshape(shape) : values;
  if (ArrayBuffer.isView(values)) return new HostArray(values as TypedArray, shape ?? [(values as TypedArray).length]);
  if (typeof values !== 'number' && !Array.isArray(values)) {
    throw new DtypeError(`tensor: ${String(values)} is neither a number, a nested array, a typed array nor a HostArray.`);
  }
  const array = HostArray.from(values as NestedArray, dtype);
  return shape ? array.reshape(shape) : array;
}
