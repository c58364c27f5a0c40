/**
 * A TensorFlow checkpoint of version 2 ("tensor bundle"): an index of the tensors by name, and data files with their bytes.
 * tensorflow/core/util/tensor_bundle/tensor_bundle.h, tensorflow/core/protobuf/tensor_bundle.proto
 */
import { DataError, DtypeError } from '../../../../engine/errors';
import { bytesOf, copyFloats, floatsIn, type FloatType } from '../floats';
import { maskedCrc32c } from './crc32c';
import type { ModelFiles } from './files';
import { fields, int, part, parts } from './protobuf';
import { type Extent, sliceKey } from './slice-key';
import { readStringTable } from './string-table';

/** TensorFlow's numbers of the types that vectors are kept in (types.proto). */
const TYPES: Readonly<Record<number, FloatType>> = { 1: 'f32', 2: 'f64', 14: 'bf16', 19: 'f16' };
const INDEX = 'variables/variables.index';
const SIZE_LIMIT = 2 ** 40;

/** What the index says of a tensor. */
export interface BundleTensor {
  readonly name: string;
  /** undefined: numbers of another kind, or strings. */
  readonly type: FloatType | undefined;
  readonly shape: readonly number[];
  /** Where its bytes are; of a partitioned variable, those of each slice, from the first row to the last. */
  readonly pieces: readonly Piece[];
}

interface Piece {
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  readonly crc: number;
}

export class TensorBundle {
  /** The data file read last: slices follow each other. */
  private current: { readonly path: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined;

  private constructor(private readonly files: ModelFiles, private readonly shards: number, readonly tensors: readonly BundleTensor[]) {}

  static async open(files: ModelFiles): Promise<TensorBundle> {
    const bytes = await files.read(INDEX);
    if (!bytes) throw new DataError(`${files.origin} has no ${INDEX}: it is no SavedModel of TensorFlow 2, or has no variables.`);
    const what = `${files.origin}: ${INDEX}`;
    const index = readStringTable(bytes, what);
    const header = index.get('');
    if (!header) throw new DataError(`${what} has no header.`);
    if (int(header, 2, what) !== 0) throw new DataError(`${what}: the numbers are big-endian; only little-endian ones are read.`);
    // Keys of slices begin with a zero byte; they are found through their variable.
    const names = [...index.keys()].filter((key) => key !== '' && !key.startsWith('\0'));
    return new TensorBundle(files, int(header, 1, what), names.map((key) => tensorOf(key, index, what)));
  }

  /** Its numbers, row by row. The bundle is used up: memory of the data file may be the result's. */
  async read({ name, type, pieces }: BundleTensor): Promise<Float32Array> {
    if (!type) throw new DtypeError(`${this.files.origin}: ${name} holds no floating-point numbers.`);
    if (pieces.length === 1) {
      const [piece] = pieces;
      return floatsIn(await this.checked(piece, name), piece.offset, piece.size, type);
    }
    const out = new Float32Array(pieces.reduce((sum, { size }) => sum + size, 0) / bytesOf[type]);
    await this.copy({ type, pieces, name }, out);
    return out;
  }

  /** Its numbers, into `out`, which has their length. */
  async copy({ name, type, pieces }: Pick<BundleTensor, 'name' | 'type' | 'pieces'>, out: Float32Array): Promise<void> {
    if (!type) throw new DtypeError(`${this.files.origin}: ${name} holds no floating-point numbers.`);
    let at = 0;
    for (const piece of pieces) {
      const length = piece.size / bytesOf[type];
      const bytes = await this.checked(piece, name);
      copyFloats(bytes.subarray(piece.offset, piece.offset + piece.size), type, out.subarray(at, at + length));
      at += length;
    }
  }

  /** The data file that has the piece, whole and undamaged in that place. */
  private async checked({ shard, offset, size, crc }: Piece, name: string): Promise<Uint8Array<ArrayBuffer>> {
    const [i, n] = [shard, this.shards].map((number) => String(number).padStart(5, '0'));
    const path = `variables/variables.data-${i}-of-${n}`;
    const bytes = this.current?.path === path ? this.current.bytes : await this.files.read(path);
    if (!bytes) throw new DataError(`${this.files.origin} has no ${path}, where ${name} is.`);
    this.current = { path, bytes };
    const where = `${this.files.origin}: ${path}`;
    if (offset + size > bytes.length) throw new DataError(`${where} is cut off: ${name} takes bytes ${offset} to ${offset + size}, and it has ${bytes.length}.`);
    if (maskedCrc32c(bytes.subarray(offset, offset + size)) !== crc) throw new DataError(`${where} is damaged: the checksum of ${name} is wrong. Replace it.`);
    return bytes;
  }
}

/** The entry at `key` (BundleEntryProto). */
function tensorOf(key: string, index: ReadonlyMap<string, Uint8Array<ArrayBuffer>>, what: string): BundleTensor {
  const name = new TextDecoder().decode(Uint8Array.from(key, (byte) => byte.charCodeAt(0)));
  const entry = index.get(key) as Uint8Array<ArrayBuffer>;
  const shape = shapeOf(entry, `${what}: ${name}`);
  const type = TYPES[int(entry, 1, what)];
  const slices = [...parts(entry, 7, what)].map((slice) => extentsOf(slice, what));
  if (slices.length === 0) return { name, type, shape, pieces: type ? [pieceOf(entry, shape, type, `${what}: ${name}`)] : [] };
  const sorted = slices.sort((a, b) => (a[0]?.start ?? 0) - (b[0]?.start ?? 0));
  if (!type) return { name, type, shape, pieces: [] };
  let rows = 0;
  const pieces = sorted.map((extents) => {
    const where = `${what}: ${name}`;
    const [first, ...others] = extents;
    const length = first?.length === -1 ? shape[0] : first?.length;
    if (extents.length !== shape.length || first.start !== rows || others.some(({ start, length: all }, i) => start !== 0 || (all !== -1 && all !== shape[i + 1]))) {
      throw new DataError(`${where} is partitioned in another way than by rows, one part after the other.`);
    }
    rows += length;
    const slice = index.get(sliceKey(key, extents));
    if (!slice) throw new DataError(`${where} lacks the slice that begins at row ${first.start}.`);
    return pieceOf(slice, [length, ...shape.slice(1)], type, where);
  });
  if (rows !== shape[0]) throw new DataError(`${what}: ${name} has ${shape[0]} rows, and slices of ${rows}.`);
  return { name, type, shape, pieces };
}

function pieceOf(entry: Uint8Array<ArrayBuffer>, shape: readonly number[], type: FloatType, where: string): Piece {
  const [shard, offset, size, crc] = [3, 4, 5, 6].map((number) => int(entry, number, where));
  const expected = shape.reduce((product, n) => product * n, 1) * bytesOf[type];
  if (!(shard >= 0 && offset >= 0 && offset < SIZE_LIMIT) || size !== expected) {
    throw new DataError(`${where} is damaged: shape [${shape}] of ${type} takes ${expected} bytes, and the index says ${size} at ${offset}.`);
  }
  return { shard, offset, size, crc };
}

/** TensorShapeProto. */
function shapeOf(entry: Uint8Array<ArrayBuffer>, where: string): number[] {
  const shape = [...parts(part(entry, 2, where), 2, where)].map((dim) => int(dim, 1, where));
  const size = shape.reduce((product, n) => product * n, 1);
  if (shape.some((n) => n < 0) || !(size < SIZE_LIMIT)) throw new DataError(`${where} is damaged: the shape is [${shape}].`);
  return shape;
}

/** TensorSliceProto; a dimension that is there in full says nothing. */
function extentsOf(slice: Uint8Array<ArrayBuffer>, where: string): Extent[] {
  return [...parts(slice, 1, where)].map((extent) => {
    const hasLength = [...fields(extent, where)].some(({ number }) => number === 2);
    return { start: int(extent, 1, where), length: hasLength ? int(extent, 2, where) : -1 };
  });
}
