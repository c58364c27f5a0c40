const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The bits of the f16 (IEEE 754 binary16) nearest to the f32 that `value` is rounded to, the even one of two; from 65,520 on ∞. */
export function halfBits(value: number): number {
  float[0] = value;
  const sign = (word[0] >>> 16) & 0x8000;
  const size = word[0] & 0x7fffffff;
  if (size > 0x7f800000) return 0x7e00;
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size < 0x38800000) {
    // Subnormal, in units of 2⁻²⁴, which are those of the f32 from 1/2 to 1.
    float[0] = Math.abs(value) + 0.5;
    return sign | (word[0] - 0x3f000000);
  }
  return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
}
