/** Fields of Protocol Buffers' wire format, for messages that are only written: https://protobuf.dev/programming-guides/encoding/ */

/** How a field's value is laid out; a part of its key. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_PREFIXED = 2;

/** A whole number ≥ 0; nothing for 0, which is what a reader takes a missing one for. */
export function wholeNumber(field: number, value: number): number[] {
  return value === 0 ? [] : [key(field, VARINT), ...varint(value)];
}

export function double(field: number, value: number): number[] {
  return [key(field, FIXED_64), ...new Uint8Array(Float64Array.of(value).buffer)];
}

/** Bytes, or a message within the message. */
export function bytes(field: number, value: ArrayLike<number>): number[] {
  return [key(field, LENGTH_PREFIXED), ...varint(value.length), ...Array.from(value)];
}

export function string(field: number, value: string): number[] {
  return bytes(field, new TextEncoder().encode(value));
}

/** Field numbers here stay below 16, so that a key takes one byte. */
function key(field: number, type: number): number {
  return (field << 3) | type;
}

/** Seven bits to a byte, the lowest first; all but the last have the top bit set. */
function varint(value: number): number[] {
  const out: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  return [...out, value];
}
