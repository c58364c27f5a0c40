/** A file's bytes, wherever they are, as streams: a table of gigabytes is never held packed and unpacked. */
import { host } from '#platform';
import { DataError } from '../../../engine/errors';
import { ByteStream } from '../../datasets/byte-stream';
import { isGzip } from '../../datasets/gunzip';

export interface ByteSource {
  /** For people: a path, an address. */
  readonly origin: string;
  /** Bytes, packed as they are. */
  readonly size: number;
  /** From the beginning, again at every call. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

const PIECE = 2 ** 20;

export function bytesSource(bytes: Uint8Array, origin: string): ByteSource {
  return {
    origin,
    size: bytes.length,
    stream() {
      let at = 0;
      return new ReadableStream({
        pull(controller) {
          // Copies: what is read may be changed in place.
          if (at < bytes.length) controller.enqueue(new Uint8Array(bytes.subarray(at, at + PIECE)));
          else controller.close();
          at += PIECE;
        },
      });
    },
  };
}

export async function fileSource(path: string): Promise<ByteSource> {
  if (!host.files) throw new DataError(`${path}: there are no files here; give an address, or the bytes.`);
  if (!(await host.files.exists(path))) throw new DataError(`${path} does not exist, or can't be read.`);
  return { origin: path, ...(await host.files.open(path)) };
}

/** The content; unpacked where it is gzipped. Reading fails where the file is cut off or damaged. */
export async function unpacked(source: ByteSource): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const packed = isGzip(await headOf(source.stream(), 2, source.origin));
  return packed ? source.stream().pipeThrough(new DecompressionStream('gzip')) : source.stream();
}

/** The first `count` bytes of a stream, which is closed; fewer where it is shorter. */
export async function headOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>, count: number, origin: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new ByteStream(stream, origin);
  try {
    return await bytes.peek(count);
  } finally {
    await bytes.close();
  }
}
