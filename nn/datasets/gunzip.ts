/** Unpacks gzip (RFC 1952) with the platform's DecompressionStream. */
import { DataError } from '../../engine/errors';

/** By content: some browsers unpack a .gz and keep its name. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Unpacks as it is read; reading fails where the file is cut off or damaged. */
export function gunzipStream(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
}

/** The unpacked content of `path`. Throws a DataError where the file is cut off or damaged. */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await new Response(gunzipStream(bytes)).arrayBuffer());
  } catch (error) {
    const { cause = error } = error as Error;
    throw new DataError(`${path} is not a whole gzip file (${bytes.length} bytes): ${cause instanceof Error ? cause.message : String(cause)}. ` +
      'It is cut off or damaged; replace it.', { cause: error });
  }
}
