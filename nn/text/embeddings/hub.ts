/**
 * The text embeddings of TensorFlow Hub (now on Kaggle) that the transfer-learning tutorials use. Their lengths and checksums
 * aren't published. What arrives is checked by gzip's checksum, by the bundle's own of the table, and by the table's shape.
 */
import { host } from '#platform';
import { DataError } from '../../../engine/errors';
import { download, type OnProgress } from '../../datasets/download';
import { keepFile, MissingDataError } from '../../datasets/source';
import { type ByteSource, bytesSource, fileSource } from './byte-source';
import { hubTokens, type TokenRule } from './token-rule';
import type { Combiner, EmbeddingTable } from './table';

export interface HubModule {
  readonly name: HubName;
  readonly url: string;
  /** Of the table; 48,190,600 and 400,020 parameters. */
  readonly rows: number;
  readonly dim: number;
  /** As documented, where the file doesn't say. */
  readonly combiner: Combiner;
  readonly tokens: TokenRule;
}

export type HubName = 'nnlm-en-dim50' | 'gnews-swivel-20dim';

/** https://tfhub.dev/google/nnlm-en-dim50/2, https://tfhub.dev/google/tf2-preview/gnews-swivel-20dim/1 */
const modules: readonly HubModule[] = [
  { name: 'nnlm-en-dim50', url: 'https://tfhub.dev/google/nnlm-en-dim50/2?tf-hub-format=compressed', rows: 963_812, dim: 50, combiner: 'sqrtn', tokens: hubTokens },
  { name: 'gnews-swivel-20dim', url: 'https://tfhub.dev/google/tf2-preview/gnews-swivel-20dim/1?tf-hub-format=compressed', rows: 20_001, dim: 20, combiner: 'sqrtn', tokens: hubTokens },
];

export function hubModule(name: string): HubModule | undefined {
  return modules.find((module) => module.name === name);
}

/** An unpacked module's folder, or a packed one; `keep` is for a new download that turned out to be good. */
export interface FoundModule {
  readonly source: string | ByteSource;
  readonly keep?: () => Promise<void>;
}

/** The user's own copy, then what was downloaded earlier, then the download. Throws a MissingDataError where there is none. */
export async function findHubModule({ name, url }: HubModule, onProgress?: OnProgress): Promise<FoundModule> {
  const files = host.files;
  const packed = `${name}.tar.gz`;
  const root = host.env('WGRAD_DATA');
  const looked: string[] = [];
  if (files && root) {
    const folder = files.join(root, name);
    if (await files.exists(files.join(folder, 'saved_model.pb'))) return { source: folder };
    for (const own of [files.join(folder, packed), files.join(root, packed)]) if (await files.exists(own)) return { source: await fileSource(own) };
    looked.push(`not in $WGRAD_DATA/${name} (${folder})`);
  } else {
    looked.push('$WGRAD_DATA is not set');
  }
  const cached = files?.join(files.cacheDir(), 'embeddings', packed);
  if (cached && (await files?.exists(cached))) return { source: await fileSource(cached) };
  if (cached) looked.push(`not in the cache (${cached})`);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await download(url, { name: packed }, { onProgress });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const place = files ? `, or put it, packed (${packed}) or unpacked, into $WGRAD_DATA/${name}, WGRAD_DATA being a folder of yours` : '';
    throw new MissingDataError(`${name}: no module (${[...looked, error.message].join('; ')}). Connect to the network${place}. Kaggle has it under google/${name}.`, { cause: error });
  }
  return { source: bytesSource(bytes, url), keep: async () => void (cached && (await keepFile(cached, bytes))) };
}

/** The shape that the module has, and what it documents where the file says nothing. */
export function asDocumented(table: EmbeddingTable, { name, rows, dim, combiner, tokens }: HubModule): EmbeddingTable {
  if (table.rows !== rows || table.dim !== dim) {
    throw new DataError(`${table.origin} is not ${name}: its table is ${table.rows} × ${table.dim}; expected ${rows} × ${dim}. Replace it.`);
  }
  return { ...table, combiner: table.combiner ?? combiner, tokens: table.tokens ?? tokens };
}
