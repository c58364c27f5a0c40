/**
 * NPY, NumPy's format of one array (NumPy's numpy.lib.format): `\x93NUMPY`, version, header length, a Python
 * dictionary with element type, order and shape, then the elements.
 */
import { DataError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape, sizeOf } from '../../engine/tensor/shape';

export interface Npy {
  /** NumPy's name of the element type, such as `|u1`, `<i8`, `|O`. */
  descr: string;
  shape: number[];
  /** The elements, as stored. */
  body: Uint8Array<ArrayBuffer>;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Takes an array in C order apart. `path` names it in errors. */
export function parseNpy(bytes: Uint8Array, path: string): Npy {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6] >= 2; // version 1 has a 16-bit length of header, 2 and 3 a 32-bit one
  const start = long ? 12 : 10;
  if (bytes.length < start || MAGIC.some((byte, i) => bytes[i] !== byte)) throw new DataError(`${path} is not an NPY array.`);
  const end = start + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder().decode(bytes.subarray(start, end));
  const descr = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = /'shape': \(([\d, ]*)\)/.exec(header)?.[1];
  if (bytes.length < end || descr === undefined || shape === undefined) throw new DataError(`${path} has a damaged NPY header.`);
  const sizes = shape.split(',').filter((size) => size.trim() !== '').map(Number);
  if (header.includes("'fortran_order': True") && sizes.length > 1) {
    throw new DataError(`${path} is in Fortran order; save it in C order (numpy.ascontiguousarray).`);
  }
  // A copy, so that elements of any width are aligned.
  return { descr, shape: sizes, body: bytes.slice(end) };
}

/** A numeric array; i64 becomes i32 if its values fit. Throws a DataError for other element types. */
export function npyToHostArray({ descr, shape, body }: Npy, path: string): HostArray {
  const read = readers.get(descr);
  if (!read) throw new DataError(`${path} has element type ${descr}; expected one of ${[...readers.keys()].join(', ')}.`);
  const expected = sizeOf(shape) * Number(descr.slice(2));
  if (body.length !== expected) {
    throw new DataError(`${path}: ${body.length} bytes of data for ${descr} ${formatShape(shape)}, which takes ${expected}. It is cut off or damaged.`);
  }
  return read(body.buffer, shape, path);
}

const readers = new Map<string, (data: ArrayBuffer, shape: number[], path: string) => HostArray>([
  ['|u1', (data, shape) => new HostArray(new Uint8Array(data), shape, 'u8')],
  ['<i4', (data, shape) => new HostArray(new Int32Array(data), shape, 'i32')],
  ['<u4', (data, shape) => new HostArray(new Uint32Array(data), shape, 'u32')],
  ['<f4', (data, shape) => new HostArray(new Float32Array(data), shape, 'f32')],
  ['<i8', (data, shape, path) => new HostArray(narrow(new BigInt64Array(data), path), shape, 'i32')],
]);

function narrow(values: BigInt64Array, path: string): Int32Array {
  const out = new Int32Array(values.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = Number(values[i]);
    if (BigInt(out[i]) !== values[i]) throw new DataError(`${path}: ${values[i]} at index ${i} does not fit 32 bits.`);
  }
  return out;
}
