/**
 * IMDB movie reviews as text, in the order of TensorFlow Datasets' `imdb_reviews` (Maas et al., "Learning Word Vectors
 * for Sentiment Analysis", 2011). https://www.tensorflow.org/datasets/catalog/imdb_reviews
 */
import { DataError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { StringArray } from '../core/string-array';
import { Dataset } from '../data/dataset';
import { readAclImdb, type Review, type ReviewSplit } from './acl-imdb';
import { chooseData, type DataKind, type LoadOptions } from './choice';
import { gunzip, gunzipStream, isGzip } from './gunzip';
import { parseJsonLines } from './json-lines';
import { findFile, findUserFile, type Found } from './source';
import { parseSplit } from './split-spec';
import { generateTexts } from './synthetic/reviews/index';

/** The splits and their sizes. Labels: 0 negative, 1 positive, −1 in `unsupervised`. */
export const info = {
  name: 'imdb_reviews/plain_text',
  classNames: ['neg', 'pos'],
  splits: { train: 25_000, test: 25_000, unsupervised: 50_000 },
} as const;

export type { ReviewSplit };

/** Texts, and their labels i32 [texts]. */
export type TextExamples = [x: StringArray, y: HostArray];

const SET = 'imdb';
const URL = 'https://ai.stanford.edu/~amaas/data/sentiment/';
const archive = { name: 'aclImdb_v1.tar.gz', bytes: 84_125_825, sha256: 'c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe' };
const lineFiles: Record<ReviewSplit, string> = {
  train: 'aclImdb_train.jsonl.gz',
  test: 'aclImdb_test.jsonl.gz',
  unsupervised: 'aclImdb_unsup.jsonl.gz',
};

export interface LoadedTexts {
  train: TextExamples;
  test: TextExamples;
  kind: DataKind;
  /** Where the data came from, for people. */
  source: string;
}

export interface LoadedSplits {
  /** A dataset of [text, label] for each expression. */
  splits: Dataset<readonly [StringArray, HostArray]>[];
  /** The same as arrays. */
  examples: TextExamples[];
  kind: DataKind;
  source: string;
}

/**
 * `{ train: [texts, labels], test: [texts, labels], kind, source }`. Files: the authors' `aclImdb_v1.tar.gz`, in
 * `$WGRAD_DATA/imdb` or downloaded (84 MB); or quicker, in `$WGRAD_DATA/imdb`, `aclImdb_train.jsonl.gz` and
 * `aclImdb_test.jsonl.gz`, on each line `{"label", "text"}`. Throws a DataError for a damaged file, and with
 * `data: 'real'` where there is none.
 */
export async function loadData(options: LoadOptions = {}): Promise<LoadedTexts> {
  const { examples: [train, test], kind, source } = await load({ ...options, split: ['train', 'test'] });
  return { train, test, kind, source };
}

/** Splits by expression: `load({ split: ['train[:60%]', 'train[60%:]', 'test'] })`; one for each. */
export async function load({ split, ...options }: LoadOptions & { split: string | readonly string[] }): Promise<LoadedSplits> {
  const expressions = typeof split === 'string' ? [split] : split;
  const parsed = expressions.map((expression) => parseSplit(expression, Object.keys(info.splits) as ReviewSplit[]));
  const needed = new Set(parsed.flat().map((part) => part.split));
  const { whole, kind, source } = await chooseData('imdb_reviews', options.data, {
    real: async () => (await readLineFiles(needed)) ?? (await readArchive(needed, options)),
    synthetic: () => ({ whole: new Map(Array.from(needed, (name) => [name, generateTexts(name, info.splits[name])])) }),
  });
  const examples = parsed.map((parts) => joined(parts.map(({ split, rows }): TextExamples => {
    const [x, y] = whole.get(split)!;
    const [from, to] = rows(x.length);
    return [x.slice(from, to), y.slice(from, to)];
  })));
  return { splits: examples.map(([x, y]) => Dataset.fromTensorSlices([x, y])), examples, kind, source };
}

type Whole = { whole: Map<ReviewSplit, TextExamples>; source: string };

async function readArchive(needed: Iterable<ReviewSplit>, options: LoadOptions): Promise<Whole> {
  const { bytes, path, place } = await findFile(SET, archive, URL, options);
  const reviews = await readAclImdb(isGzip(bytes) ? gunzipStream(bytes) : new Blob([bytes]).stream(), path);
  return { whole: new Map(Array.from(needed, (name) => [name, examplesOf(reviews[name], path)])), source: place };
}

/** The files of one review per line, if there is one for every split that is needed. */
async function readLineFiles(needed: Iterable<ReviewSplit>): Promise<Whole | undefined> {
  const found = new Map<ReviewSplit, Found>();
  for (const name of needed) {
    const file = lineFiles[name];
    const own = await findUserFile(SET, [file, file.replace(/\.gz$/, '')]);
    if (!own) return undefined;
    found.set(name, own);
  }
  const whole = new Map<ReviewSplit, TextExamples>();
  for (const [name, { bytes, path }] of found) {
    whole.set(name, examplesOf(readReviews(isGzip(bytes) ? await gunzip(bytes, path) : bytes, path, name), path));
  }
  return { whole, source: [...new Set(Array.from(found.values(), ({ place }) => place))].join(', ') };
}

function readReviews(bytes: Uint8Array, path: string, split: ReviewSplit): Review[] {
  const allowed: unknown[] = split === 'unsupervised' ? [-1] : [0, 1];
  return parseJsonLines(bytes, path).map((value, i) => {
    const { text, label } = (value ?? {}) as Partial<Record<keyof Review, unknown>>;
    if (typeof text === 'string' && allowed.includes(label)) return { text, label: label as number };
    throw new DataError(`${path}: line ${i + 1} has label ${JSON.stringify(label)} and ${typeof text} text; expected a text and a label ${allowed.join(' or ')}.`);
  });
}

function examplesOf(reviews: readonly Review[], path: string): TextExamples {
  if (reviews.length === 0) throw new DataError(`${path} holds no reviews.`);
  return [StringArray.from(reviews.map(({ text }) => text)), new HostArray(Int32Array.from(reviews, ({ label }) => label), [reviews.length])];
}

function joined(parts: TextExamples[]): TextExamples {
  if (parts.length === 1) return parts[0];
  const labels = Int32Array.from(parts.flatMap(([, y]) => Array.from(y.data)));
  return [StringArray.from(parts.flatMap(([x]) => x.data)), new HostArray(labels, [labels.length])];
}
