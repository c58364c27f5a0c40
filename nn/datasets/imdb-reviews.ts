/**
 * IMDB movie reviews as text, in the order of TensorFlow Datasets' `imdb_reviews` (Maas et al., "Learning Word Vectors
 * for Sentiment Analysis", 2011). https://www.tensorflow.org/datasets/catalog/imdb_reviews
 */
import { DataError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { StringArray } from '../core/string-array';
import { Dataset } from '../data/dataset';
import { chooseData, type DataKind, type LoadOptions } from './choice';
import { gunzip, isGzip } from './gunzip';
import { parseJsonLines } from './json-lines';
import { findUserFile, MissingDataError } from './source';
import { parseSplit } from './split-spec';
import { generateTexts } from './synthetic/reviews/index';

/** The splits and their sizes. Labels: 0 negative, 1 positive, −1 in `unsupervised`. */
export const info = {
  name: 'imdb_reviews/plain_text',
  classNames: ['neg', 'pos'],
  splits: { train: 25_000, test: 25_000, unsupervised: 50_000 },
} as const;

export type ReviewSplit = keyof typeof info.splits;

/** Texts, and their labels i32 [texts]. */
export type TextExamples = [x: StringArray, y: HostArray];

const SET = 'imdb';
const files: Record<ReviewSplit, string> = {
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
 * `{ train: [texts, labels], test: [texts, labels], kind, source }`. Files: `aclImdb_train.jsonl.gz` and
 * `aclImdb_test.jsonl.gz` in `$WGRAD_DATA/imdb`, packed or not; on each line `{"file", "label", "text"}`. Throws a
 * DataError for a damaged file, and with `data: 'real'` where there is none.
 */
export async function loadData(options: Pick<LoadOptions, 'data'> = {}): Promise<LoadedTexts> {
  const { examples: [train, test], kind, source } = await load({ ...options, split: ['train', 'test'] });
  return { train, test, kind, source };
}

/** Splits by expression: `load({ split: ['train[:60%]', 'train[60%:]', 'test'] })`; one for each. */
export async function load({ split, data }: Pick<LoadOptions, 'data'> & { split: string | readonly string[] }): Promise<LoadedSplits> {
  const expressions = typeof split === 'string' ? [split] : split;
  const parsed = expressions.map((expression) => parseSplit(expression, Object.keys(info.splits) as ReviewSplit[]));
  const needed = new Set(parsed.flat().map((part) => part.split));
  const { whole, kind, source } = await chooseData('imdb_reviews', data, {
    real: () => readAll(needed),
    synthetic: () => ({ whole: new Map(Array.from(needed, (name) => [name, generateTexts(name, info.splits[name])])) }),
  });
  const examples = parsed.map((parts) => joined(parts.map(({ split, rows }): TextExamples => {
    const [x, y] = whole.get(split)!;
    const [from, to] = rows(x.length);
    return [x.slice(from, to), y.slice(from, to)];
  })));
  return { splits: examples.map(([x, y]) => Dataset.fromTensorSlices([x, y])), examples, kind, source };
}

async function readAll(names: Iterable<ReviewSplit>): Promise<{ whole: Map<ReviewSplit, TextExamples>; source: string }> {
  const whole = new Map<ReviewSplit, TextExamples>();
  let source = '';
  for (const name of names) {
    const file = files[name];
    const found = await findUserFile(SET, [file, file.replace(/\.gz$/, '')]);
    if (!found) throw new MissingDataError(`imdb_reviews: no ${file} in $WGRAD_DATA/${SET}. Put it there, WGRAD_DATA being a folder of yours.`);
    const bytes = isGzip(found.bytes) ? await gunzip(found.bytes, found.path) : found.bytes;
    whole.set(name, readReviews(bytes, found.path, name));
    source = found.place;
  }
  return { whole, source };
}

function readReviews(bytes: Uint8Array, path: string, split: ReviewSplit): TextExamples {
  const lines = parseJsonLines(bytes, path) as ({ text?: unknown; label?: unknown } | null)[];
  if (lines.length === 0) throw new DataError(`${path} holds no reviews.`);
  const allowed: unknown[] = split === 'unsupervised' ? [-1] : [0, 1];
  lines.forEach((line, i) => {
    if (typeof line?.text !== 'string' || !allowed.includes(line.label)) {
      throw new DataError(`${path}: line ${i + 1} has label ${JSON.stringify(line?.label)} and ${typeof line?.text} text; expected a text and a label ${allowed.join(' or ')}.`);
    }
  });
  return [StringArray.from(lines.map((line) => line!.text as string)), new HostArray(Int32Array.from(lines, (line) => line!.label as number), [lines.length])];
}

function joined(parts: TextExamples[]): TextExamples {
  if (parts.length === 1) return parts[0];
  const labels = Int32Array.from(parts.flatMap(([, y]) => Array.from(y.data)));
  return [StringArray.from(parts.flatMap(([x]) => x.data)), new HostArray(labels, [labels.length])];
}
