/**
 * IDX, the format of MNIST: a big-endian magic number (two zero bytes, the element type, the rank), one u32 size
 * per axis, then the elements in row-major order.
 */
import { DataError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape, sizeOf } from '../../engine/tensor/shape';

const UINT8 = 0x08;

/** The u8 array of `rank` axes in `path` (3: images, magic 2051; 1: labels, magic 2049). Shares the bytes. */
export function parseIdx(bytes: Uint8Array, rank: number, path: string): HostArray {
  const header = 4 + 4 * rank;
  if (bytes.length < header) {
    throw new DataError(`${path}: ${bytes.length} bytes are too few for an IDX header of ${header}. The file is empty or cut off; replace it.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const expected = (UINT8 << 8) | rank;
  if (magic !== expected) {
    throw new DataError(`${path}: magic number ${magic}; expected ${expected} (IDX, u8, rank ${rank}). It is another file, or damaged.`);
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = sizeOf(shape);
  const held = bytes.length - header;
  if (held !== size) {
    const what = held < size ? 'The file is cut off' : `${held - size} bytes too many`;
    throw new DataError(`${path}: ${held} bytes of data for shape ${formatShape(shape)}, which takes ${size}. ${what}; replace it.`);
  }
  return new HostArray(bytes.subarray(header), shape, 'u8');
}
