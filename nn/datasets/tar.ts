/** Tar archives (POSIX ustar): a header of 512 bytes for each file, its content, zeros up to the next multiple of 512. */
import { DataError } from '../../engine/errors';

const BLOCK = 512;
const REGULAR = new Set([0, 0x30]);

export interface TarEntry {
  path: string;
  bytes: Uint8Array;
}

/** The regular files of an archive that arrives in pieces. `path` names it in errors. */
export async function* readTar(stream: ReadableStream<Uint8Array<ArrayBuffer>>, path: string): AsyncGenerator<TarEntry> {
  const input = new Pieces(stream, path);
  try {
    for (;;) {
      const header = await input.take(BLOCK);
      if (header.every((byte) => byte === 0)) return;
      checkSum(header, path);
      const size = octal(header.subarray(124, 136));
      const content = await input.take(Math.ceil(size / BLOCK) * BLOCK);
      if (!REGULAR.has(header[156])) continue;
      const prefix = text(header.subarray(345, 500));
      yield { path: `${prefix && `${prefix}/`}${text(header.subarray(0, 100))}`, bytes: content.subarray(0, size) };
    }
  } finally {
    await input.close();
  }
}

/** Bytes of a stream in portions of any size. */
class Pieces {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  private rest = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>, private readonly path: string) {
    this.reader = stream.getReader();
  }

  async take(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = count;
    while (missing > this.rest.length) {
      parts.push(this.rest);
      missing -= this.rest.length;
      this.rest = await this.read();
    }
    const last = this.rest.subarray(0, missing);
    this.rest = this.rest.subarray(missing);
    if (parts.length === 0) return last;
    const whole = new Uint8Array(count);
    let at = 0;
    for (const part of [...parts, last]) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  async close(): Promise<void> {
    // A stream that failed has said so already.
    await this.reader.cancel().catch(() => {});
  }

  private async read(): Promise<Uint8Array<ArrayBuffer>> {
    let why: unknown = 'it ends in the middle of the archive';
    try {
      const { done, value } = await this.reader.read();
      if (!done) return value;
    } catch (error) {
      why = error;
    }
    throw new DataError(`${this.path} is cut off or damaged: ${why instanceof Error ? why.message : why}. Replace it.`, { cause: why });
  }
}

/** The header states the sum of its bytes, those of the sum itself counted as blanks. */
function checkSum(header: Uint8Array, path: string): void {
  let sum = 0;
  header.forEach((byte, i) => (sum += i >= 148 && i < 156 ? 0x20 : byte));
  if (sum !== octal(header.subarray(148, 156))) throw new DataError(`${path} is no tar archive, or damaged: a header has the wrong checksum.`);
}

function octal(field: Uint8Array): number {
  return parseInt(text(field).trim(), 8);
}

/** Up to the first zero byte. */
function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
