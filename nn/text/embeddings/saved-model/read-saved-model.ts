/** A TensorFlow 2 SavedModel of a text embedding, as TensorFlow Hub distributes it. */
import { DataError } from '../../../../engine/errors';
import { HostArray } from '../../../../engine/tensor/host-array';
import { formatShape } from '../../../../engine/tensor/shape';
import type { ReadOptions } from '../options';
import type { EmbeddingTable } from '../table';
import { TensorBundle } from './bundle';
import type { ModelFiles } from './files';
import { readGraph } from './graph';
import { bucketsOf, combinerOf, spreadsByRemainder, tokensOf } from './text-facts';
import { chooseVariable, type EmbeddingVariable } from './variable';

/** `saved_model.pb` says how texts are treated, `variables/` has the vectors, `assets/tokens.txt` the words. */
export async function readSavedModel(files: ModelFiles, name: string, options: ReadOptions): Promise<EmbeddingTable> {
  const { origin } = files;
  const what = `${origin}: saved_model.pb`;
  const graph = await files.read('saved_model.pb');
  if (!graph) throw new DataError(`${origin} has no saved_model.pb: it is no SavedModel.`);
  const nodes = readGraph(graph, what);
  const hashed = options.oovBuckets ?? bucketsOf(nodes, what);
  const vocabulary = options.vocabulary ?? (await vocabularyOf(files));
  const bundle = await TensorBundle.open(files);
  const variable = chooseVariable(bundle.tensors, options.variable, vocabulary?.length ?? 0, origin);
  const { rows, dim } = variable;
  if (!vocabulary) throw new DataError(`${origin} has no words: there is no text file in assets/. Its ${variable.name} has ${rows} rows; give their words with the option vocabulary.`);
  if (vocabulary.length + hashed !== rows) {
    throw new DataError(`${origin}: ${variable.name} has shape ${formatShape([rows, dim])}, but the vocabulary has ${vocabulary.length} words, and unknown ones ${hashed} buckets; expected ${vocabulary.length + hashed} rows. Another table can be chosen with the option variable, other words with vocabulary.`);
  }
  if (variable.parts.flatMap(({ pieces }) => pieces).length > 1 && spreadsByRemainder(nodes)) {
    throw new DataError(`${origin}: ${variable.name} is in parts, over which the rows are spread by remainder (partition_strategy "mod"); only parts one after the other are read.`);
  }
  return {
    name, vocabulary, dim, rows, oovBuckets: hashed, origin,
    vectors: new HostArray(await readVariable(bundle, variable), [rows, dim]),
    combiner: options.combiner ?? combinerOf(nodes, what),
    tokens: options.tokens ?? tokensOf(nodes, what),
  };
}

async function readVariable(bundle: TensorBundle, { parts, rows, dim }: EmbeddingVariable): Promise<Float32Array> {
  if (parts.length === 1) return bundle.read(parts[0]);
  const all = new Float32Array(rows * dim);
  let row = 0;
  for (const tensor of parts) {
    const end = row + tensor.shape[0];
    await bundle.copy(tensor, all.subarray(row * dim, end * dim));
    row = end;
  }
  return all;
}

/** tokens.txt, or the only text file; undefined where there is none. */
async function vocabularyOf(files: ModelFiles): Promise<string[] | undefined> {
  const texts = files.paths.filter((path) => /^assets\/[^/]+$/.test(path));
  const [path, another] = texts.includes('assets/tokens.txt') ? ['assets/tokens.txt'] : texts.filter((text) => text.endsWith('.txt'));
  if (another) throw new DataError(`${files.origin} has several text files that may be the words: ${texts.join(', ')}. Give the words with the option vocabulary.`);
  const bytes = path === undefined ? undefined : await files.read(path);
  return bytes && tokensIn(bytes);
}

/** A token on each line; as in TensorFlow's reader, one carriage return at its end goes, and a byte-order mark stays. */
export function tokensIn(bytes: Uint8Array): string[] {
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

