/** Downloads that count only once they are whole and have the published checksum. */
import { DataError } from '../../engine/errors';
import { sha256 } from '../../engine/hash';

/** A published file. */
export interface RemoteFile {
  name: string;
  bytes: number;
  /** In lower-case hexadecimal. */
  sha256: string;
}

export interface Progress {
  file: string;
  /** Bytes so far, and in all (NaN where neither we nor the server know). */
  loaded: number;
  total: number;
}

/** What is longer is no data set of ours. */
const MAX_BYTES = 2 ** 32;

export type OnProgress = (progress: Progress) => void;

export interface DownloadOptions {
  onProgress?: OnProgress;
  /** How long the server may take to answer, and how long it may fall silent, in milliseconds. */
  connectMs?: number;
  stallMs?: number;
}

/** A file whose length or checksum isn't published, or not known here. */
export type UnverifiedFile = Pick<RemoteFile, 'name'> & Partial<RemoteFile>;

/** The content of `file` at `url`, verified as far as `file` tells. Throws a DataError that names the address and what went wrong. */
export async function download(url: string, file: UnverifiedFile, options: DownloadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { onProgress, connectMs = 5_000, stallMs = 30_000 } = options;
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const allow = (ms: number, what: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error(`${what} for ${ms / 1000} s`)), ms);
  };
  let loaded = 0;
  try {
    allow(connectMs, 'no answer');
    // Packed files must arrive packed: their checksum is of those bytes.
    const response = await fetch(url, { signal: abort.signal, headers: { 'Accept-Encoding': 'identity' } });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status} ${response.statusText}`);
    const declared = Number(response.headers.get('Content-Length') ?? NaN);
    const total = file.bytes ?? declared;
    let bytes = new Uint8Array(total >= 0 && total < MAX_BYTES ? total : 0);
    const reader = response.body.getReader();
    for (;;) {
      allow(stallMs, 'no data');
      const { done, value } = await reader.read();
      if (done) break;
      if (loaded + value.length > bytes.length) {
        if (file.bytes !== undefined) throw new Error(`it is longer than the published ${file.bytes} bytes`);
        if (loaded + value.length > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`);
        const larger = new Uint8Array(2 * bytes.length + value.length);
        larger.set(bytes);
        bytes = larger;
      }
      bytes.set(value, loaded);
      loaded += value.length;
      onProgress?.({ file: file.name, loaded, total });
    }
    if (loaded < total) throw new Error('it broke off');
    if (loaded < bytes.length) bytes = bytes.slice(0, loaded);
    if (file.sha256 === undefined) return bytes;
    const hash = await sha256(bytes);
    if (hash !== file.sha256) throw new Error(`its SHA-256 is ${hash}, not the published ${file.sha256}`);
    return bytes;
  } catch (error) {
    const progress = loaded > 0 ? ` after ${loaded}${file.bytes === undefined ? '' : ` of ${file.bytes}`} bytes` : '';
    throw new DataError(`the download of ${url} failed${progress}: ${reason(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/** `fetch` keeps the reason one level down, and one for each address of the server. */
function reason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reason(error.cause) : error.message || String(error);
}
