/**
 * Under which key an index has a slice of a partitioned variable: the variable's name, the number of dimensions, and for
 * each its start and length, in a code that sorts as the values do (tensorflow/core/util/saved_tensor_slice_util.cc,
 * tensorflow/core/lib/strings/ordered_code.cc).
 */
export interface Extent {
  readonly start: number;
  /** -1: all of the dimension. */
  readonly length: number;
}

/** `name` has a character for each byte, and so has the key. */
export function sliceKey(name: string, extents: readonly Extent[]): string {
  const escaped = name.replace(/[\0\xff]/g, (byte) => (byte === '\0' ? '\0\xff' : '\xff\0'));
  return unsigned(0) + escaped + '\0\x01' + unsigned(extents.length) + extents.map(({ start, length }) => signed(start) + signed(length)).join('');
}

/** How many bytes, then the bytes, the largest first. */
function unsigned(value: number): string {
  const bytes = bigEndian(value);
  return String.fromCharCode(bytes.length, ...bytes);
}

/** As many leading ones as there are bytes, a zero, then the value; all bits turned for negative values. */
function signed(value: number): string {
  const size = value < 0 ? -1 - value : value;
  let length = 1;
  while (size >= 2 ** (7 * length - 1)) length++;
  let bits = BigInt(size);
  // The length in unary, on top of the bits of all bytes.
  const header = ((1n << BigInt(length)) - 1n) << BigInt(7 * length);
  bits |= header;
  if (value < 0) bits = BigInt.asUintN(8 * length, ~bits);
  return String.fromCharCode(...Array.from({ length }, (_, i) => Number((bits >> BigInt(8 * (length - 1 - i))) & 0xffn)));
}

function bigEndian(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes;
}
