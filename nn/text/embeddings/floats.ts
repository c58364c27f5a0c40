/** Stored numbers as f32: little-endian bytes of the four floating-point types that embeddings are kept in. */

export type FloatType = 'f64' | 'f32' | 'f16' | 'bf16';

export const bytesOf: Readonly<Record<FloatType, number>> = { f64: 8, f32: 4, f16: 2, bf16: 2 };

/**
 * The numbers in `bytes[offset … offset + size]`. For f32 they are a view where that is possible, and `bytes` may be moved
 * by up to three places in front of it: a table of hundreds of megabytes is not held twice.
 */
export function floatsIn(bytes: Uint8Array<ArrayBuffer>, offset: number, size: number, type: FloatType): Float32Array<ArrayBuffer> {
  if (type !== 'f32') {
    const out = new Float32Array(size / bytesOf[type]);
    copyFloats(bytes.subarray(offset, offset + size), type, out);
    return out;
  }
  const shift = (bytes.byteOffset + offset) % 4;
  if (shift > offset) return new Float32Array(bytes.slice(offset, offset + size).buffer);
  if (shift > 0) bytes.copyWithin(offset - shift, offset, offset + size);
  return new Float32Array(bytes.buffer, bytes.byteOffset + offset - shift, size / 4);
}

/** All of `bytes` into `out`, which is as long. f64 is rounded to the nearest f32; the other types are exact. */
export function copyFloats(bytes: Uint8Array<ArrayBuffer>, type: FloatType, out: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'f32') {
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
  } else if (type === 'f64') {
    for (let i = 0; i < out.length; i++) out[i] = view.getFloat64(8 * i, true);
  } else {
    const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
    const widen = type === 'f16' ? halfBits : (half: number) => half << 16;
    for (let i = 0; i < bits.length; i++) bits[i] = widen(view.getUint16(2 * i, true));
  }
}

/** The bits of the f32 with the value of an f16 (IEEE 754 binary16). */
function halfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: an f32 has room for it as a normal number.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
