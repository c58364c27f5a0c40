/** The files of a SavedModel, out of a folder or an archive. Nothing is ever written, and only what a SavedModel has is read. */
import { host } from '#platform';
import { DataError } from '../../../../engine/errors';
import { readTar } from '../../../datasets/tar';

export interface ModelFiles {
  /** For people. */
  readonly origin: string;
  /** Relative to the folder of saved_model.pb, with slashes. */
  readonly paths: readonly string[];
  /** The content, which the caller may change; undefined where there is no such file. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** What a SavedModel is made of, as far as it is read here. */
const PARTS = /^(?:.*\/)?(?:saved_model\.pb|variables\/variables\.[^/]+|assets\/[^/]+)$/;
/** More than any text embedding unpacks to, in relation to its archive (zeros alone reach 1,000). */
const MAX_RATIO = 200;
const ALWAYS_FINE = 2 ** 26;

export async function folderFiles(folder: string): Promise<ModelFiles> {
  const files = host.files;
  if (!files) throw new DataError(`${folder}: there are no files here; give the bytes of the module's .tar.gz.`);
  const paths: string[] = [];
  if (await files.exists(files.join(folder, 'saved_model.pb'))) paths.push('saved_model.pb');
  for (const part of ['variables', 'assets']) {
    const inner = files.join(folder, part);
    if (await files.exists(inner)) paths.push(...(await files.list(inner)).map((name) => `${part}/${name}`));
  }
  return {
    origin: folder,
    paths,
    async read(path) {
      if (!paths.includes(path)) return undefined;
      const place = files.join(folder, ...path.split('/'));
      try {
        return await files.read(place);
      } catch (error) {
        throw new DataError(`${place} can't be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    },
  };
}

/** `stream` is a tar archive, unpacked; `packed` the length of the file that it comes from. */
export async function archiveFiles(stream: ReadableStream<Uint8Array<ArrayBuffer>>, packed: number, origin: string): Promise<ModelFiles> {
  const content = new Map<string, Uint8Array<ArrayBuffer>>();
  let total = 0;
  const wanted = (path: string, size: number): boolean => {
    if (path.startsWith('/') || path.split('/').includes('..')) throw new DataError(`${origin} is refused: it holds ${JSON.stringify(path)}, a path outside the archive.`);
    total += size;
    if (total > Math.max(MAX_RATIO * packed, ALWAYS_FINE)) {
      throw new DataError(`${origin} is refused: its ${packed} bytes claim to unpack to ${total} or more. If that is right, unpack it and give the folder.`);
    }
    return PARTS.test(path);
  };
  for await (const { path, bytes } of readTar(stream, origin, { wanted })) content.set(path.replace(/^(?:\.\/)+/, ''), bytes);
  const roots = [...content.keys()].filter((path) => /^(?:.*\/)?saved_model\.pb$/.test(path));
  if (roots.length !== 1) throw new DataError(`${origin} holds ${roots.length === 0 ? 'no saved_model.pb' : `several: ${roots.join(', ')}`}; expected one SavedModel.`);
  const root = roots[0].slice(0, -'saved_model.pb'.length);
  return {
    origin,
    paths: [...content.keys()].filter((path) => path.startsWith(root)).map((path) => path.slice(root.length)),
    read: (path) => Promise.resolve(content.get(root + path)),
  };
}
