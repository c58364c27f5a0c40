import { host } from '#platform';
import { DataError, unknownName, ValueError } from '../../../engine/errors';
import { HostArray } from '../../../engine/tensor/host-array';
import { download, type OnProgress } from '../../datasets/download';
import { type ByteSource, bytesSource, fileSource, headOf, unpacked } from './byte-source';
import { type EmbeddingFormat, formatOf, formats, HEAD } from './format';
import { asDocumented, findHubModule, type HubModule, hubModule } from './hub';
import type { ReadOptions } from './options';
import { readSafetensorsTable } from './safetensors';
import { archiveFiles, folderFiles } from './saved-model/files';
import { readSavedModel, tokensIn } from './saved-model/read-saved-model';
import type { EmbeddingTable } from './table';
import { readGlove, readWord2vecBinary, readWord2vecText, type WordVectors } from './word-vectors';

export interface LoadEmbeddingOptions extends Omit<ReadOptions, 'vocabulary'> {
  /** Default: found by content. */
  readonly format?: EmbeddingFormat;
  /**
   * The words of the rows, in order, or the path or address of a text file with a word on each line. Safetensors files need it; a
   * SavedModel has its own; in the other formats every row has its word.
   */
  readonly vocabulary?: readonly string[] | string;
  /** word2vec and GloVe: only the first so many words, which are the most frequent. Default: all. */
  readonly maxWords?: number;
  /** Default: the file's name. */
  readonly name?: string;
  /** Told how far a download is. */
  readonly onProgress?: OnProgress;
}

/**
 * A pretrained embedding. `source` is
 * - 'nnlm-en-dim50' or 'gnews-swivel-20dim': TensorFlow Hub's modules, from $WGRAD_DATA/<name>, the cache, or the network
 *   (a MissingDataError says where to put them);
 * - the folder of a TensorFlow 2 SavedModel;
 * - a file's path or address, or its bytes, gzipped or not: a SavedModel as .tar.gz or .tar, word2vec's text or binary format,
 *   GloVe's text, safetensors. An address is downloaded at each call.
 *
 * f16, bf16 and f64 become f32. Throws a DataError for what is damaged, cut off or of no known format.
 */
export async function loadEmbedding(source: string | Uint8Array, options: LoadEmbeddingOptions = {}): Promise<EmbeddingTable> {
  const { format, onProgress } = options;
  if (format !== undefined && !formats.includes(format)) throw unknownName('embedding format', format, formats);
  const { maxWords = Infinity } = options;
  if (!(maxWords >= 1)) throw new ValueError(`loadEmbedding: maxWords is ${maxWords}; expected a number ≥ 1.`);
  if (typeof source !== 'string') return readFile(bytesSource(source, 'the given bytes'), options.name ?? 'embedding', options);
  const module = hubModule(source);
  if (module) return loadHubModule(module, options);
  const name = options.name ?? nameIn(source);
  if (isAddress(source)) return readFile(bytesSource(await download(source, { name }, { onProgress }), source), name, options);
  return (await isModelFolder(source)) ? readSavedModel(await folderFiles(source), name, await readOptions(options)) : readFile(await fileSource(source), name, options);
}

async function loadHubModule(module: HubModule, options: LoadEmbeddingOptions): Promise<EmbeddingTable> {
  const { source, keep } = await findHubModule(module, options.onProgress);
  const read = await readOptions(options);
  const files = typeof source === 'string' ? await folderFiles(source) : await archiveFiles(await unpacked(source), source.size, source.origin);
  const table = asDocumented(await readSavedModel(files, options.name ?? module.name, read), module);
  await keep?.();
  return table;
}

/** A file in any of the formats. */
async function readFile(source: ByteSource, name: string, options: LoadEmbeddingOptions): Promise<EmbeddingTable> {
  const { origin } = source;
  const { maxWords = Infinity } = options;
  const format = options.format ?? formatOf(await headOf(await unpacked(source), HEAD, origin), origin);
  const stream = await unpacked(source);
  switch (format) {
    case 'saved-model':
      return readSavedModel(await archiveFiles(stream, source.size, origin), name, await readOptions(options));
    case 'safetensors':
      return readSafetensorsTable(await contentOf(stream, origin), name, origin, await readOptions(options));
    case 'glove':
      return tableOf(await readGlove(stream, origin, maxWords), name, origin, options);
    case 'word2vec-text':
      return tableOf(await readWord2vecText(stream, origin, maxWords), name, origin, options);
    case 'word2vec-binary':
      return tableOf(await readWord2vecBinary(stream, origin, maxWords), name, origin, options);
  }
}

function tableOf({ words, dim, values }: WordVectors, name: string, origin: string, options: LoadEmbeddingOptions): EmbeddingTable {
  for (const option of ['vocabulary', 'variable', 'oovBuckets'] as const) {
    if (options[option] !== undefined) throw new ValueError(`loadEmbedding: ${option} is for SavedModels and safetensors; in ${origin} every row has its word.`);
  }
  const { combiner, tokens } = options;
  return { name, vocabulary: words, dim, rows: words.length, vectors: new HostArray(values, [words.length, dim]), oovBuckets: 0, combiner, tokens, origin };
}

async function contentOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>, origin: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new DataError(`${origin} can't be read whole: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}

async function readOptions(options: LoadEmbeddingOptions): Promise<ReadOptions> {
  const { variable, oovBuckets, combiner, tokens, vocabulary } = options;
  if (oovBuckets !== undefined && !(Number.isInteger(oovBuckets) && oovBuckets >= 0)) throw new ValueError(`loadEmbedding: oovBuckets is ${oovBuckets}; expected a whole number ≥ 0.`);
  if (typeof vocabulary !== 'string') return { variable, oovBuckets, combiner, tokens, vocabulary };
  const file = isAddress(vocabulary) ? bytesSource(await download(vocabulary, { name: nameIn(vocabulary) }, options), vocabulary) : await fileSource(vocabulary);
  return { variable, oovBuckets, combiner, tokens, vocabulary: tokensIn(await contentOf(await unpacked(file), vocabulary)) };
}

async function isModelFolder(path: string): Promise<boolean> {
  const { files } = host;
  return files !== null && files.exists(files.join(path, 'saved_model.pb'));
}

function isAddress(source: string): boolean {
  return /^https?:\/\//.test(source);
}

/** The last part of a path or address, without the usual endings. */
function nameIn(source: string): string {
  const last = source.replace(/[?#].*$/, '').replace(/[/\\]+$/, '').replace(/^.*[/\\]/, '');
  return last.replace(/\.(?:gz|tgz)$/i, '').replace(/\.(?:tar|txt|bin|vec|safetensors)$/i, '') || source;
}
