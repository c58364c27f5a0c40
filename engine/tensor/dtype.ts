/**
 * Element types on the device. `bool` is a u32 holding 0 or 1. `f16` is for storage only, half the memory and half the traffic:
 * kernels convert it as they load and store, and compute and add up in f32.
 */
export type Dtype = FloatDtype | 'i32' | 'u32' | 'bool';
export type FloatDtype = 'f32' | 'f16';

/** What a HostArray may hold; `u8` (images, masks) becomes `f32` or `i32` on its way to the device, and f16 is read as f32. */
export type HostDtype = Exclude<Dtype, 'f16'> | 'u8';

export type TypedArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** Of every dtype but f16. */
export const BYTES_PER_ELEMENT = 4;

export function bytesOf(dtype: Dtype): number {
  return dtype === 'f16' ? 2 : BYTES_PER_ELEMENT;
}

/** Whether tensors of this dtype have gradients. */
export function isFloat(dtype: Dtype): dtype is FloatDtype {
  return dtype === 'f32' || dtype === 'f16';
}

/** As what the host holds the elements of a tensor. */
export function hostDtype(dtype: Dtype): Exclude<Dtype, 'f16'> {
  return dtype === 'f16' ? 'f32' : dtype;
}

/** The WGSL type of an element in memory. */
export function wgslType(dtype: Dtype): string {
  return dtype === 'bool' ? 'u32' : dtype;
}

const arrays = { f32: Float32Array, i32: Int32Array, u32: Uint32Array, bool: Uint32Array, u8: Uint8Array } as const;

/** A zero-filled typed array of `length` elements. */
export function newTypedArray(dtype: HostDtype, length: number): TypedArray {
  return new arrays[dtype](length);
}

/** Whether `data` is the array type in which `dtype` is kept. */
export function holdsDtype(data: TypedArray, dtype: HostDtype): boolean {
  return data instanceof arrays[dtype];
}
