/** The zip around a model: members in, members out, nothing hostile. */
import { unzipSync, zipSync } from 'fflate';
import { DataError } from '../../engine/errors';
import { unzip } from '../datasets/npz';

/** What a zip may unpack to where it is compressed (Keras stores without compression): so many times its own size, if it is not small. */
const MAX_RATIO = 20;
const SMALL = 64 << 20;
const MAX_MEMBERS = 10_000;

/** Members are stored, as Keras stores them: weights hardly compress. */
export function pack(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync(members, { level: 0 });
}

/** All members of the zip `bytes` but folders, checked: names that stay inside, sizes within reason, checksums that hold. */
export function unpack(bytes: Uint8Array, path: string): Record<string, Uint8Array> {
  const names: string[] = [];
  let total = 0;
  try {
    unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!name.endsWith('/')) names.push(name);
        total += originalSize;
        return false;
      },
    });
  } catch (error) {
    throw new DataError(`${path} is not a whole zip archive (${bytes.length} bytes): ${(error as Error).message}. Was it cut off?`, { cause: error });
  }
  if (names.length > MAX_MEMBERS) throw new DataError(`${path} has ${names.length} members; expected at most ${MAX_MEMBERS}.`);
  const hostile = names.find((name) => /^([/\\]|[a-z]:)|\\|\0|(^|\/)\.\.(\/|$)/i.test(name));
  if (hostile !== undefined) throw new DataError(`${path} has a member named ${JSON.stringify(hostile)}, which points out of the archive: it is not a model to be trusted.`);
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) throw new DataError(`${path} has two members named ${twice}: it is not a model to be trusted.`);
  const most = Math.max(SMALL, MAX_RATIO * bytes.length);
  if (total > most) throw new DataError(`${path} (${bytes.length} bytes) claims to unpack to ${total} bytes; at most ${most} are taken.`);
  return unzip(bytes, path, names);
}
