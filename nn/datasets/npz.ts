/** NPZ: a zip of NPY arrays. */
import { unzipSync } from 'fflate';
import { DataError } from '../../engine/errors';
import type { HostArray } from '../../engine/tensor/host-array';
import { npyToHostArray, parseNpy } from './npy';

/** The named numeric arrays of the archive `path`. */
export function readNpz<Name extends string>(bytes: Uint8Array, path: string, names: readonly Name[]): Record<Name, HostArray> {
  const members = unzip(bytes, path, names.map((name) => `${name}.npy`));
  const array = (name: Name): HostArray => {
    const where = `${name} in ${path}`;
    return npyToHostArray(parseNpy(members[`${name}.npy`], where), where);
  };
  return Object.fromEntries(names.map((name) => [name, array(name)])) as Record<Name, HostArray>;
}

/** No array of the data sets is larger; a member that says it is would only fill the memory. */
const MAX_MEMBER_BYTES = 512 << 20;

/** The named members of a zip, each with the CRC-32 that the archive states. */
export function unzip(bytes: Uint8Array, path: string, names: readonly string[]): Record<string, Uint8Array> {
  let members: Record<string, Uint8Array>;
  let checksums: Map<string, number>;
  try {
    members = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!names.includes(name)) return false;
        if (originalSize > MAX_MEMBER_BYTES) throw new Error(`${name} claims to take ${originalSize} bytes unpacked, over ${MAX_MEMBER_BYTES}`);
        return true;
      },
    });
    checksums = statedChecksums(bytes);
  } catch (error) {
    throw new DataError(`${path} is not a whole zip archive (${bytes.length} bytes): ${(error as Error).message}. Replace it.`, { cause: error });
  }
  for (const name of names) {
    if (!members[name]) throw new DataError(`${path} has no member ${name}; expected ${names.join(', ')}.`);
    if (crc32(members[name]) !== checksums.get(name)) throw new DataError(`${name} in ${path} is damaged: its CRC-32 is wrong. Replace the file.`);
  }
  return members;
}

/** fflate does not verify checksums; the central directory (APPNOTE.TXT, 4.3.12 and 4.3.16) states them. */
function statedChecksums(bytes: Uint8Array): Map<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  const checksums = new Map<string, number>();
  let at = view.getUint32(end + 16, true);
  for (let entry = view.getUint16(end + 10, true); entry > 0; entry--) {
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    checksums.set(name, view.getUint32(at + 16, true));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return checksums;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[i]) & 0xff];
  return ~crc >>> 0;
}
