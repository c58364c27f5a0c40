/**
 * An immutable sorted map of byte strings on disk, as LevelDB has it: blocks of prefix-compressed entries with a checksum
 * each, an index block of their places, a footer with the place of the index.
 * https://github.com/google/leveldb/blob/main/doc/table_format.md
 */
import { DataError } from '../../../../engine/errors';
import { maskedCrc32c } from './crc32c';
import { readVarint } from './protobuf';

const FOOTER = 48;
const MAGIC = 0xdb4775248b80fb57n;
/** Behind each block: its compression, its checksum. */
const TRAILER = 5;
/** Of all keys together, written out: shared beginnings could make a small file a huge map. */
const MAX_KEYS = 2 ** 26;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** All entries by key. A key's bytes are the characters U+0000 to U+00FF of a string. */
export function readStringTable(file: Uint8Array<ArrayBuffer>, what: string): Map<string, Uint8Array<ArrayBuffer>> {
  if (file.length < FOOTER) throw new DataError(`${what} is cut off: it has ${file.length} bytes.`);
  const footer = file.subarray(file.length - FOOTER);
  if (new DataView(footer.buffer, footer.byteOffset).getBigUint64(FOOTER - 8, true) !== MAGIC) {
    throw new DataError(`${what} is cut off, damaged, or no index of a TensorFlow checkpoint: its end has the wrong signature.`);
  }
  const [, behindMeta] = handleAt(footer, 0, what);
  const [index] = handleAt(footer, behindMeta, what);
  const entries = new Map<string, Uint8Array<ArrayBuffer>>();
  let end = 0;
  let length = 0;
  for (const [, value] of blockEntries(blockAt(file, index, what), what)) {
    const [handle] = handleAt(value, 0, what);
    // In order and apart: one block named again and again would take for ever.
    if (handle.offset < end) throw new DataError(`${what} is damaged: its blocks overlap.`);
    end = handle.offset + handle.size;
    for (const [key, entry] of blockEntries(blockAt(file, handle, what), what)) {
      length += key.length;
      if (length > MAX_KEYS) throw new DataError(`${what} is damaged, or no embedding's: its names are ${length} characters long.`);
      entries.set(key, entry);
    }
  }
  return entries;
}

function handleAt(bytes: Uint8Array, start: number, what: string): [Handle, number] {
  const [offset, middle] = readVarint(bytes, start, what);
  const [size, end] = readVarint(bytes, middle, what);
  return [{ offset: Number(offset), size: Number(size) }, end];
}

function blockAt(file: Uint8Array<ArrayBuffer>, { offset, size }: Handle, what: string): Uint8Array<ArrayBuffer> {
  if (offset + size + TRAILER > file.length - FOOTER) throw new DataError(`${what} is damaged: a block of ${size} bytes at ${offset} reaches beyond its end.`);
  const checked = file.subarray(offset, offset + size + 1);
  const stored = new DataView(file.buffer, file.byteOffset).getUint32(offset + size + 1, true);
  if (maskedCrc32c(checked) !== stored) throw new DataError(`${what} is damaged: the block at ${offset} has the wrong checksum.`);
  if (checked[size] !== 0) throw new DataError(`${what} is compressed (kind ${checked[size]}); TensorFlow writes these indexes uncompressed, and only such are read.`);
  return checked.subarray(0, size);
}

/** An entry is: bytes shared with the key before, own bytes of the key, bytes of the value, the own bytes, the value. */
function* blockEntries(block: Uint8Array<ArrayBuffer>, what: string): Generator<[string, Uint8Array<ArrayBuffer>]> {
  const damaged = (): DataError => new DataError(`${what} is damaged: an entry does not fit its block.`);
  if (block.length < 4) throw damaged();
  const restarts = new DataView(block.buffer, block.byteOffset).getUint32(block.length - 4, true);
  const end = block.length - 4 * (restarts + 1);
  if (end < 0) throw damaged();
  let key = '';
  for (let at = 0; at < end; ) {
    const sizes = [0, 0, 0];
    for (let i = 0; i < 3; i++) {
      const [size, next] = readVarint(block, at, what);
      sizes[i] = Number(size);
      at = next;
    }
    const [shared, own, length] = sizes;
    if (shared > key.length || at + own + length > end) throw damaged();
    const suffix = Array.from(block.subarray(at, at + own), (byte) => String.fromCharCode(byte)).join('');
    key = key.slice(0, shared) + suffix;
    at += own;
    yield [key, block.subarray(at, at + length)];
    at += length;
  }
}
