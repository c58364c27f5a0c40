/** Where data files come from: `$WGRAD_DATA/<set>`, then the user's cache, then the official download. */
import { host } from '#platform';
import { DataError } from '../../engine/errors';
import { sha256 } from '../../engine/hash';
import { download, type OnProgress, type RemoteFile } from './download';

export type { OnProgress, RemoteFile };

/** A file's content and where it was. */
export interface Found {
  bytes: Uint8Array<ArrayBuffer>;
  /** The path or address, for error messages. */
  path: string;
  /** The folder it came from, for people. */
  place: string;
}

/** No place has the file, and it can't be downloaded. (A damaged file is a plain DataError.) */
export class MissingDataError extends DataError {}

export interface FindOptions {
  /** Told how far a download is. */
  onProgress?: OnProgress;
  /** A folder URL to download from in place of the official one; the same checksums hold. */
  mirror?: string;
}

/**
 * The content of `file` of data set `set`, published in the folder `url`. The user's own files are taken as they
 * are, packed or unpacked; what is downloaded, or was earlier, must have the published checksum.
 */
export async function findFile(set: string, file: RemoteFile, url: string, { onProgress, mirror }: FindOptions = {}): Promise<Found> {
  const own = await findUserFile(set, [file.name, file.name.replace(/\.gz$/, '')]);
  if (own) return own;

  const cache = host.files?.join(host.files.cacheDir(), 'datasets', set);
  const cached = cache ? await readFrom(cache, file.name) : undefined;
  if (cached && (await sha256(cached.bytes)) === file.sha256) return cached;

  const place = mirror?.replace(/\/*$/, '/') ?? url;
  const address = place + file.name;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await download(address, file, { onProgress });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (cached) {
      throw new DataError(`${cached.path} is damaged: its SHA-256 is not the published one. Delete it. (${error.message})`, { cause: error });
    }
    throw missing(set, file, [userPlace(set), ...(cache ? [`not in the cache ${cache}`] : []), error.message], error);
  }
  if (host.files && cache) await keepFile(host.files.join(cache, file.name), bytes);
  return { bytes, path: address, place };
}

/** The first of `names` in `$WGRAD_DATA/<set>` (and, if asked, in `$WGRAD_DATA` itself). */
export async function findUserFile(set: string, names: string[], { alsoInRoot = false } = {}): Promise<Found | undefined> {
  const root = host.env('WGRAD_DATA');
  if (!root || !host.files) return undefined;
  for (const folder of alsoInRoot ? [host.files.join(root, set), root] : [host.files.join(root, set)]) {
    for (const name of names) {
      const found = await readFrom(folder, name);
      if (found) return found;
    }
  }
  return undefined;
}

/** Whether `file` need not be downloaded. */
export async function isAtHand(set: string, file: RemoteFile): Promise<boolean> {
  const cache = host.files?.join(host.files.cacheDir(), 'datasets', set);
  return Boolean((await findUserFile(set, [file.name])) ?? (cache && (await readFrom(cache, file.name))));
}

async function readFrom(folder: string, name: string): Promise<Found | undefined> {
  const files = host.files;
  if (!files || !(await files.exists(folder))) return undefined;
  const path = files.join(folder, name);
  try {
    // Listed, not probed: a file that is there but can't be read must not pass for a missing one.
    if (!(await files.list(folder)).includes(name)) return undefined;
    return { bytes: await files.read(path), path, place: folder };
  } catch (error) {
    throw new DataError(`${path} can't be read: ${String(error)}`, { cause: error });
  }
}

/** A cache that can't be written costs the next run a download, not this run its data. */
export async function keepFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await host.files?.writeAtomic(path, bytes);
  } catch (error) {
    host.terminal.write(`${path} can't be written, so it will be downloaded again next time: ${String(error)}\n`);
  }
}

function userPlace(set: string): string {
  const root = host.env('WGRAD_DATA');
  return root && host.files ? `not in $WGRAD_DATA/${set} (${host.files.join(root, set)})` : '$WGRAD_DATA is not set';
}

function missing(set: string, file: RemoteFile, looked: string[], cause: DataError): MissingDataError {
  return new MissingDataError(
    `${set}: no ${file.name} (${looked.join('; ')}). Connect to the network` +
      `${host.files ? `, or put the files of the set into $WGRAD_DATA/${set}, WGRAD_DATA being a folder of yours` : ''}.`,
    { cause },
  );
}
