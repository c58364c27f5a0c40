/** Tar archives (POSIX ustar): a header of 512 bytes for each file, its content, zeros up to the next multiple of 512. */
import { DataError } from '../../engine/errors';
import { ByteStream } from './byte-stream';

const BLOCK = 512;
/** Of zeros behind the last file; tar programs write up to some hundred kB. */
const MAX_PADDING = 2 ** 20;
const REGULAR = new Set([0, 0x30]);

export interface TarEntry {
  path: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface TarOptions {
  /** Whether the content of the file at this path is wanted, given its size; all are by default. May throw. */
  wanted?: (path: string, size: number) => boolean;
}

/** The regular files of an archive that arrives in pieces. `path` names it in errors. */
export async function* readTar(stream: ReadableStream<Uint8Array<ArrayBuffer>>, path: string, { wanted = () => true }: TarOptions = {}): AsyncGenerator<TarEntry> {
  const input = new ByteStream(stream, path);
  try {
    for (;;) {
      const header = await input.take(BLOCK);
      if (header.every((byte) => byte === 0)) return await input.drain(MAX_PADDING);
      if (!isTarHeader(header)) throw new DataError(`${path} is no tar archive, or damaged: a header has the wrong checksum.`);
      const size = octal(header.subarray(124, 136));
      if (!(size >= 0)) throw new DataError(`${path} is damaged, or holds a file of 8 GiB or more: the size ${JSON.stringify(text(header.subarray(124, 136)))} is no octal number.`);
      const prefix = text(header.subarray(345, 500));
      const name = `${prefix && `${prefix}/`}${text(header.subarray(0, 100))}`;
      const padding = -size & (BLOCK - 1);
      if (REGULAR.has(header[156]) && wanted(name, size)) {
        yield { path: name, bytes: await input.take(size) };
        await input.skip(padding);
      } else {
        await input.skip(size + padding);
      }
    }
  } finally {
    await input.close();
  }
}

/** A header states the sum of its bytes, those of the sum itself counted as blanks. */
export function isTarHeader(header: Uint8Array): boolean {
  if (header.length < BLOCK) return false;
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i];
  return sum === octal(header.subarray(148, 156));
}

/** NaN where it is none. */
function octal(field: Uint8Array): number {
  const digits = text(field).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
}

/** Up to the first zero byte. */
function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
