/**
 * Safetensors: a header's length (u64, little-endian), a JSON header of dtypes, shapes and byte ranges, the bytes.
 * https://huggingface.co/docs/safetensors/index#format
 */
import { DataError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { checkStoredShape, type Stored, type StoredGroups, type StoredReader } from './stored';

const MAX_HEADER = 100_000_000;

/** Bytes of a number, by the format's names of the types. */
const WIDTHS: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 };

/** What the header says of an array. */
export interface SafetensorsEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const bytesOf = (array: Stored): Uint8Array => {
  const data = typeof array === 'bigint' ? BigInt64Array.of(array) : array.data;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/** Arrays are named by group and index: `layers/dense/vars/0`. */
export function writeSafetensors(groups: StoredGroups): Uint8Array {
  const header: Record<string, SafetensorsEntry | Record<string, string>> = { __metadata__: { format: 'wgrad' } };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [path, { arrays }] of groups) {
    arrays.forEach((array, i) => {
      const bytes = bytesOf(array);
      const scalar = typeof array === 'bigint';
      header[`${path}/${i}`] = { dtype: scalar ? 'I64' : 'F32', shape: scalar ? [] : array.shape, data_offsets: [offset, offset + bytes.length] };
      parts.push(bytes);
      offset += bytes.length;
    });
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Blanks up to a multiple of 8 keep the numbers aligned.
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  let at = 8 + length;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

export function readSafetensors(bytes: Uint8Array, where: string): StoredReader {
  const [entries, data] = parseSafetensors(bytes, where);
  const names = [...entries.keys()];
  const inGroup = (group: string): string[] => names.filter((name) => name.startsWith(`${group}/`) && !name.slice(group.length + 1).includes('/'));
  const entry = (group: string, index: number | string, dtype: string): [SafetensorsEntry, Uint8Array] => {
    const found = entries.get(`${group}/${index}`);
    if (!found) throw new DataError(`${where} has no array ${group}/${index}.`);
    if (found.dtype !== dtype) throw new DataError(`${where}: ${group}/${index} is ${found.dtype}; expected ${dtype}.`);
    return [found, data.slice(...found.data_offsets)];
  };
  return {
    has: (group) => inGroup(group).length > 0,
    groups: () => [...new Set(names.map((name) => name.slice(0, name.lastIndexOf('/'))))],
    count: (group) => inGroup(group).length,
    array(group, index, shape) {
      const [found, values] = entry(group, index, 'F32');
      checkStoredShape(`${where}: ${group}/${index}`, found.shape, shape);
      return new HostArray(new Float32Array(values.buffer), shape);
    },
    scalar: (group, index) => Number(new BigInt64Array(entry(group, index, 'I64')[1].buffer)[0]),
  };
}

/** The header, checked: byte ranges that lie within the file, side by side and of the sizes that the shapes say. */
export function parseSafetensors<B extends ArrayBufferLike>(bytes: Uint8Array<B>, where: string): [ReadonlyMap<string, SafetensorsEntry>, Uint8Array<B>] {
  const fail = (why: string): never => {
    throw new DataError(`${where} is not a whole safetensors file (${bytes.length} bytes): ${why}.`);
  };
  if (bytes.length < 8) return fail('it is too short');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER || 8 + length > bytes.length) return fail(`its header claims ${length} bytes`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch (error) {
    return fail(`its header is not JSON: ${(error as Error).message}`);
  }
  if (typeof header !== 'object' || header === null) return fail('its header is no object');
  const data = bytes.subarray(8 + length);
  const entries = new Map(Object.entries(header as Record<string, SafetensorsEntry>).filter(([name]) => name !== '__metadata__'));
  const odd = [...entries].find(([, entry]) => typeof entry !== 'object' || entry === null);
  if (odd) return fail(`${odd[0]} is described by ${JSON.stringify(odd[1])}`);
  let end = 0;
  for (const [name, { dtype, shape, data_offsets: range }] of [...entries].sort(([, a], [, b]) => (a.data_offsets?.[0] ?? 0) - (b.data_offsets?.[0] ?? 0))) {
    const sizes = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0) ? shape.reduce((size, n) => size * n, 1) : NaN;
    const wide = Object.hasOwn(WIDTHS, dtype) ? WIDTHS[dtype] : NaN;
    if (!Array.isArray(range) || range[0] !== end || range[1] - range[0] !== sizes * wide || range[1] > data.length) {
      return fail(`${name} (${dtype}, shape ${JSON.stringify(shape)}) does not lie at ${JSON.stringify(range)}`);
    }
    end = range[1];
  }
  if (end !== data.length) return fail(`${data.length - end} bytes belong to no array`);
  return [entries, data];
}
