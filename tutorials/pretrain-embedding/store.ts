/** Trained tables in the user's cache, one pair of files for each corpus and way of training. */
import { type EmbeddingTable, HostArray, version } from 'wgrad';
import { host } from '#platform';
import { sha256 } from '../../engine/hash';
import { readSafetensors, writeSafetensors } from '../../nn/saving/safetensors';
import { wordTokens } from '../../nn/text/embeddings/token-rule';
import type { UnlabelledReviews } from './reviews';
import type { TrainOptions } from './train';

/** To be raised where the same options no longer give the same vectors. */
const METHOD = 2;
const GROUP = 'embeddings';

/** The files of the table that these options make of these reviews. */
async function filesOf({ train }: UnlabelledReviews, options: TrainOptions): Promise<{ vectors: string; vocabulary: string } | null> {
  const { files } = host;
  if (!files) return null;
  const hash = await sha256(new Uint8Array(await new Blob(train.map((text) => `${text}\n`)).arrayBuffer()));
  const key = await sha256(new TextEncoder().encode(JSON.stringify([METHOD, version, hash, Object.entries(options).sort()])));
  const base = files.join(files.cacheDir(), 'embeddings', `reviews-${key.slice(0, 16)}`);
  return { vectors: `${base}.safetensors`, vocabulary: `${base}.tokens.txt` };
}

/** The table, if the cache has it. */
export async function readTable(reviews: UnlabelledReviews, options: TrainOptions): Promise<EmbeddingTable | undefined> {
  const { files } = host;
  const paths = await filesOf(reviews, options);
  if (!files || !paths || !(await files.exists(paths.vectors)) || !(await files.exists(paths.vocabulary))) return undefined;
  const vocabulary = new TextDecoder().decode(await files.read(paths.vocabulary)).split('\n').slice(0, -1);
  const stored = readSafetensors(await files.read(paths.vectors), paths.vectors);
  return tableOf(vocabulary, stored.array(GROUP, 0, [vocabulary.length, options.dim]), reviews);
}

/** Keeps the table. A cache that can't be written costs the next run the training, not this run its table. */
export async function writeTable(table: EmbeddingTable, reviews: UnlabelledReviews, options: TrainOptions): Promise<void> {
  const paths = await filesOf(reviews, options);
  if (!paths) return;
  try {
    await host.files!.writeAtomic(paths.vocabulary, table.vocabulary.map((word) => `${word}\n`).join(''));
    await host.files!.writeAtomic(paths.vectors, writeSafetensors(new Map([[GROUP, { arrays: [table.vectors] }]])));
    host.terminal.write(`The table is kept in ${paths.vectors}\n`);
  } catch (error) {
    host.terminal.write(`${paths.vectors} can't be written, so the table will be trained again next time: ${String(error)}\n`);
  }
}

export function tableOf(vocabulary: readonly string[], vectors: HostArray, { train, kind }: UnlabelledReviews): EmbeddingTable {
  const [rows, dim] = vectors.shape;
  const reviews = `${train.length} unlabelled${kind === 'synthetic' ? ' SYNTHETIC' : ''} reviews`;
  return {
    name: `reviews-dim${dim}`, vocabulary, dim, rows, vectors, oovBuckets: 0, combiner: 'sqrtn', tokens: wordTokens,
    origin: `pretrained here on ${reviews}, not ${dim === 20 ? 'gnews-swivel-20dim' : 'nnlm-en-dim50'}`,
  };
}
