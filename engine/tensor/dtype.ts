/** Element types. On the device every element takes four bytes; `bool` is a u32 holding 0 or 1. */
export type Dtype = 'f32' | 'i32' | 'u32' | 'bool';

/** What a HostArray may hold; `u8` (images, masks) becomes `f32` or `i32` on its way to the device. */
export type HostDtype = Dtype | 'u8';

export type TypedArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

export const BYTES_PER_ELEMENT = 4;

const arrays = { f32: Float32Array, i32: Int32Array, u32: Uint32Array, bool: Uint32Array, u8: Uint8Array } as const;

/** A zero-filled typed array of `length` elements. */
export function newTypedArray(dtype: HostDtype, length: number): TypedArray {
  return new arrays[dtype](length);
}

/** Whether `data` is the array type in which `dtype` is kept. */
export function holdsDtype(data: TypedArray, dtype: HostDtype): boolean {
  return data instanceof arrays[dtype];
}
