/** Writes tensor bundles as TensorFlow does, for what it would never write: hostile ones. */
import { maskedCrc32c } from '../../nn/text/embeddings/saved-model/crc32c';

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

export const field = {
  number: (number: number, value: number | bigint): number[] => [...varint(number * 8), ...varint(value)],
  bytes: (number: number, bytes: readonly number[]): number[] => [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes],
  fixed: (number: number, value: number): number[] => [...varint(number * 8 + 5), ...u32(value)],
};

export function u32(value: number): number[] {
  return [...new Uint8Array(Uint32Array.of(value).buffer)];
}

export interface EntryFields {
  readonly dtype?: number;
  readonly shape?: readonly (number | bigint)[];
  readonly shard?: number | bigint;
  readonly offset?: number | bigint;
  readonly size?: number | bigint;
  readonly crc?: number;
  readonly slices?: readonly (readonly { start: number; length: number }[])[];
}

/** BundleEntryProto. */
export function entry({ dtype = 1, shape = [], shard = 0, offset = 0, size = 0, crc = 0, slices = [] }: EntryFields): number[] {
  return [
    ...field.number(1, dtype),
    ...field.bytes(2, shape.flatMap((n) => field.bytes(2, field.number(1, n)))),
    ...field.number(3, shard), ...field.number(4, offset), ...field.number(5, size), ...field.fixed(6, crc),
    ...slices.flatMap((slice) => field.bytes(7, slice.flatMap(({ start, length }) => field.bytes(1, [...field.number(1, start), ...field.number(2, length)])))),
  ];
}

/** BundleHeaderProto: how many data files, the order of bytes. */
export const header = (shards = 1, bigEndian = false): number[] => [...field.number(1, shards), ...(bigEndian ? field.number(2, 1) : [])];

/** Entries without shared beginnings, then the restarts. */
export function block(entries: readonly (readonly [string, readonly number[]])[]): number[] {
  const bytes = entries.flatMap(([key, value]) => [...varint(0), ...varint(key.length), ...varint(value.length), ...Buffer.from(key, 'latin1'), ...value]);
  return [...bytes, ...u32(0), ...u32(1)];
}

/** A block with what stands behind it. */
export function sealed(bytes: readonly number[], kind = 0): number[] {
  return [...bytes, kind, ...u32(maskedCrc32c(Uint8Array.of(...bytes, kind)))];
}

export const handle = (offset: number | bigint, size: number | bigint): number[] => [...varint(offset), ...varint(size)];

export function footer(index: readonly number[]): number[] {
  const handles = [...handle(0, 0), ...index];
  return [...handles, ...new Array<number>(40 - handles.length).fill(0), 0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
}

/** An index of one block. */
export function index(entries: readonly (readonly [string, readonly number[]])[]): Uint8Array {
  const data = block(entries);
  const places = block([['\xff', handle(0, data.length)]]);
  return Uint8Array.from([...sealed(data), ...sealed(places), ...footer(handle(data.length + 5, places.length))]);
}
