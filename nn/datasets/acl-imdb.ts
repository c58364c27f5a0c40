/**
 * `aclImdb_v1.tar.gz`, the reviews as their authors publish them (https://ai.stanford.edu/~amaas/data/sentiment/): a
 * file for each, `aclImdb/train/pos/<id>_<rating>.txt`.
 */
import { DataError } from '../../engine/errors';
import { md5 } from './md5';
import { readTar } from './tar';

export type ReviewSplit = 'train' | 'test' | 'unsupervised';

export interface Review {
  text: string;
  /** 0 negative, 1 positive, −1 none. */
  label: number;
}

const labels = new Map([['neg', 0], ['pos', 1], ['unsup', -1]]);

/** The reviews of the archive (unpacked on the way) in the order of TensorFlow Datasets: by the MD5 of split and path. */
export async function readAclImdb(unpacked: ReadableStream<Uint8Array<ArrayBuffer>>, path: string): Promise<Record<ReviewSplit, Review[]>> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const found: Record<ReviewSplit, (Review & { key: string })[]> = { train: [], test: [], unsupervised: [] };
  for await (const entry of readTar(unpacked, path)) {
    const match = /^aclImdb\/(train|test)\/(neg|pos|unsup)\/\d+_\d+\.txt$/.exec(entry.path);
    if (!match) continue;
    const [, folder, kind] = match;
    const split = kind === 'unsup' ? 'unsupervised' : (folder as ReviewSplit);
    try {
      found[split].push({ text: decoder.decode(entry.bytes), label: labels.get(kind)!, key: md5(new TextEncoder().encode(split + entry.path)) });
    } catch (error) {
      throw new DataError(`${path}: ${entry.path} is not UTF-8. The archive is damaged; replace it.`, { cause: error });
    }
  }
  for (const reviews of Object.values(found)) reviews.sort((a, b) => (a.key < b.key ? -1 : 1));
  return found;
}
