/**
 * IMDB movie reviews as Keras's `imdb` has them: each a sequence of word numbers, with a label 0 (negative) or 1
 * (positive); 25,000 to train on and 25,000 to test with (Maas et al., "Learning Word Vectors for Sentiment Analysis",
 * 2011). https://keras.io/api/datasets/imdb/
 */
import { DataError, ValueError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { chooseData, type DataKind, type LoadOptions } from './choice';
import { npyToHostArray, parseNpy } from './npy';
import { unzip } from './npz';
import { NumpyRandom } from './numpy-random';
import { readPickledLists } from './pickle';
import { findFile, isAtHand, MissingDataError } from './source';
import { syntheticSequences, syntheticWordIndex } from './synthetic/reviews/index';

const SET = 'imdb';
const URL = 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/';
const archive = { name: 'imdb.npz', bytes: 17_464_789, sha256: '69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f' };
const index = { name: 'imdb_word_index.json', bytes: 1_641_221, sha256: '027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6' };

/** Reviews of different lengths and their labels i32 [reviews]. `padSequences` makes an array of the reviews. */
export type SequenceExamples = [x: Int32Array[], y: HostArray];

export interface ImdbOptions extends LoadOptions {
  /** Only words below this number stay; 10,000 keeps the most frequent. Default: all but the very rarest, as in Keras. */
  numWords?: number | null;
  /** Words below this number go, as the most frequent say little; default 0. */
  skipTop?: number;
  /** Reviews of this many words or more are left out (start included); default: all stay. */
  maxlen?: number | null;
  /** Put before each review; default 1, `null` for nothing. */
  startChar?: number | null;
  /** Stands for each word that goes; default 2. With `null` such words leave no trace. */
  oovChar?: number | null;
  /** Added to the numbers of the word index; default 3, as 0 to 2 have a meaning. */
  indexFrom?: number;
  /** Of the order of the reviews; default 113. */
  seed?: number;
}

export interface LoadedSequences {
  train: SequenceExamples;
  test: SequenceExamples;
  kind: DataKind;
  /** Where the data came from, for people. */
  source: string;
}

/**
 * `{ train: [x, y], test: [x, y], kind, source }`. Files: Keras's `imdb.npz` in `$WGRAD_DATA/imdb`, or
 * downloaded. Throws a DataError for a damaged file, and with `data: 'real'` where it can't be had.
 */
export async function loadData(options: ImdbOptions = {}): Promise<LoadedSequences> {
  checkOptions(options);
  const { train, test, kind, source } = await chooseData(SET, options.data, {
    real: () => readArchive(options),
    synthetic: syntheticSequences,
  });
  // One generator for both, the training set first.
  const random = new NumpyRandom(options.seed ?? 113);
  const prepared = [train, test].map((examples) => marked(shuffled(examples, random), options));
  const numWords = options.numWords ?? prepared.reduce((most, [x]) => Math.max(most, largest(x)), 0);
  for (const [x] of prepared) limit(x, numWords, options);
  return { train: prepared[0], test: prepared[1], kind, source };
}

/**
 * The number of every word, by falling frequency from 1 on; `loadData` adds `indexFrom`. Like
 * `loadData`, it is of the synthetic reviews where the real ones can't be had.
 */
export async function getWordIndex(options: LoadOptions = {}): Promise<Map<string, number>> {
  const { words } = await chooseData(`${SET} word index`, options.data, {
    async real() {
      try {
        return await readIndex(options);
      } catch (error) {
        // Synthetic words for real reviews would read as nonsense.
        if (error instanceof MissingDataError && (await isAtHand(SET, archive))) throw new DataError(error.message, { cause: error });
        throw error;
      }
    },
    synthetic: () => ({ words: syntheticWordIndex() }),
  });
  return words;
}

async function readArchive(options: LoadOptions) {
  const { bytes, path, place } = await findFile(SET, archive, URL, options);
  const members = unzip(bytes, path, ['x_train.npy', 'y_train.npy', 'x_test.npy', 'y_test.npy']);
  const examples = (split: 'train' | 'test'): SequenceExamples => {
    const where = (name: string): string => `${name}_${split} in ${path}`;
    const x = parseNpy(members[`x_${split}.npy`], where('x'));
    if (x.descr !== '|O' || x.shape.length !== 1) throw new DataError(`${where('x')} holds ${x.descr} of rank ${x.shape.length}; expected a list of sequences (|O).`);
    const y = npyToHostArray(parseNpy(members[`y_${split}.npy`], where('y')), where('y'));
    if (y.shape.length !== 1 || y.length !== x.shape[0]) throw new DataError(`${where('y')} has shape [${y.shape}]; expected [${x.shape[0]}], a label for each sequence.`);
    const wrong = y.data.findIndex((label) => label !== 0 && label !== 1);
    if (wrong >= 0) throw new DataError(`${where('y')}: label ${y.data[wrong]} at index ${wrong}; expected 0 or 1.`);
    return [readPickledLists(x.body, x.shape[0], where('x')), y.cast('i32')];
  };
  return { train: examples('train'), test: examples('test'), source: place };
}

async function readIndex(options: LoadOptions) {
  const { bytes, path, place } = await findFile(SET, index, URL, options);
  try {
    const entries: [string, unknown][] = Object.entries(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    const wrong = entries.find(([, rank]) => !Number.isInteger(rank));
    if (wrong) throw new Error(`the word "${wrong[0]}" has number ${JSON.stringify(wrong[1])}`);
    return { words: new Map(entries as [string, number][]), source: place };
  } catch (error) {
    throw new DataError(`${path} is not a JSON object of words and whole numbers: ${(error as Error).message}. Replace it.`, { cause: error });
  }
}

function shuffled([x, y]: SequenceExamples, random: NumpyRandom): SequenceExamples {
  const order = random.permutation(x.length);
  return [Array.from(order, (i) => x[i]), y.take(order)];
}

/** Offset and start token added, long reviews left out. */
function marked([x, y]: SequenceExamples, { startChar = 1, indexFrom = 3, maxlen }: ImdbOptions): SequenceExamples {
  const start = startChar === null ? [] : [startChar];
  const sequences = x.map((words) => {
    const sequence = new Int32Array(start.length + words.length);
    sequence.set(start);
    for (let i = 0; i < words.length; i++) sequence[start.length + i] = words[i] + indexFrom;
    return sequence;
  });
  if (!maxlen) return [sequences, y];
  const kept = sequences.flatMap(({ length }, i) => (length < maxlen ? [i] : []));
  if (kept.length === 0) throw new ValueError(`imdb.loadData: no review is shorter than maxlen ${maxlen}. Increase it.`);
  return [kept.map((i) => sequences[i]), y.take(kept)];
}

function largest(sequences: Int32Array[]): number {
  return sequences.reduce((most, sequence) => sequence.reduce((a, b) => Math.max(a, b), most), 0);
}

/** Replaces or removes words outside [skipTop, numWords), the start token among them. */
function limit(sequences: Int32Array[], numWords: number, { skipTop = 0, oovChar = 2 }: ImdbOptions): void {
  const stays = (word: number): boolean => word >= skipTop && word < numWords;
  sequences.forEach((sequence, i) => {
    if (oovChar === null) sequences[i] = sequence.filter(stays);
    else for (let at = 0; at < sequence.length; at++) if (!stays(sequence[at])) sequence[at] = oovChar;
  });
}

function checkOptions(options: ImdbOptions): void {
  for (const name of ['numWords', 'skipTop', 'maxlen', 'startChar', 'oovChar', 'indexFrom', 'seed'] as const) {
    const value = options[name];
    if (value !== undefined && value !== null && (!Number.isInteger(value) || value < 0)) {
      throw new ValueError(`imdb.loadData: ${name} is ${value}; expected a whole number ≥ 0.`);
    }
  }
}
