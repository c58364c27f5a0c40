/**
 * Reads the wire format of protocol buffers, as far as a SavedModel needs it: fields by number, nothing generated,
 * nothing built that isn't asked for. https://protobuf.dev/programming-guides/encoding/
 */
import { DataError } from '../../../../engine/errors';

/** A field: a whole number (varint, fixed), or bytes (a string, a message, packed numbers). */
export interface Field {
  readonly number: number;
  readonly value: bigint | Uint8Array<ArrayBuffer>;
}

/** The fields of one message, in order. `what` names it in errors. */
export function* fields(bytes: Uint8Array<ArrayBuffer>, what: string): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const room = (count: number): number => {
    if (count > bytes.length - at) throw new DataError(`${what} is cut off or damaged: a field reaches beyond its end.`);
    at += count;
    return at - count;
  };
  const varint = (): bigint => {
    const [value, end] = readVarint(bytes, at, what);
    at = end;
    return value;
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: view.getBigUint64(room(8), true) };
        break;
      case 2: {
        const length = Number(varint());
        const start = room(length);
        yield { number, value: bytes.subarray(start, start + length) };
        break;
      }
      case 5:
        yield { number, value: BigInt(view.getUint32(room(4), true)) };
        break;
      default:
        throw new DataError(`${what} is damaged: a field has the wire type ${tag % 8}.`);
    }
  }
}

/** A variable-length number of up to 64 bits, and the place behind it. */
export function readVarint(bytes: Uint8Array, start: number, what: string): [bigint, number] {
  // Nearly all are small, and BigInts are slow.
  let low = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    if (i < 6) low += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [i < 6 ? BigInt(low) : wide(bytes, start, i), start + i + 1];
  }
  throw new DataError(`${what} is cut off or damaged: a number does not end.`);
}

function wide(bytes: Uint8Array, start: number, last: number): bigint {
  let value = 0n;
  for (let i = last; i >= 0; i--) value = (value << 7n) | BigInt(bytes[start + i] & 0x7f);
  return BigInt.asUintN(64, value);
}

/** The messages (or strings) that stand under `number`. */
export function* parts(bytes: Uint8Array<ArrayBuffer>, number: number, what: string): Generator<Uint8Array<ArrayBuffer>> {
  for (const field of fields(bytes, what)) if (field.number === number && typeof field.value !== 'bigint') yield field.value;
}

/** The last message under `number`, as protocol buffers have it; empty where there is none. */
export function part(bytes: Uint8Array<ArrayBuffer>, number: number, what: string): Uint8Array<ArrayBuffer> {
  let last = new Uint8Array(0);
  for (const value of parts(bytes, number, what)) last = value;
  return last;
}

/** The signed number under `number`; 0 where there is none. */
export function int(bytes: Uint8Array<ArrayBuffer>, number: number, what: string): number {
  let last = 0n;
  for (const field of fields(bytes, what)) if (field.number === number && typeof field.value === 'bigint') last = field.value;
  return Number(BigInt.asIntN(64, last));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function string(bytes: Uint8Array<ArrayBuffer>, number: number, what: string): string {
  return decoder.decode(part(bytes, number, what));
}
