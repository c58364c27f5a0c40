/** Half precision (IEEE 754 binary16) in float64. */

/** The f16 nearest to x, the even one of two; ±∞ from 65,520 on. */
export function nearestHalf(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0 && size < 65520)) return size >= 65520 ? Math.sign(x) * Infinity : x;
  const unit = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  const whole = Math.floor(size / unit);
  const rest = size / unit - whole;
  return (x < 0 ? -1 : 1) * unit * (whole + Number(rest > 0.5 || (rest === 0.5 && whole % 2 === 1)));
}

/** The value of an f16 by its bits. */
export function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Whether `got` is the f16 that some number no further than `allowed` from `want` is rounded to. NaN is close to NaN. */
export function isCloseHalf(got: number, want: number, allowed: number): boolean {
  if (!Number.isFinite(want)) return Object.is(got, want);
  return got >= nearestHalf(want - allowed) && got <= nearestHalf(want + allowed);
}
