/** Movie reviews as tokens: real ones where they are, generated ones otherwise. */
import { HostArray } from '../engine/tensor/host-array';
import { datasets, padSequences } from '../nn';

/** The tutorials' vocabulary. */
export const WORDS = 10_000;

export interface Reviews {
  /** [batch, length] tokens, cut in front, padded in front or behind. */
  readonly x: HostArray;
  /** [batch] of 0 and 1. */
  readonly y: HostArray;
  /** `real reviews` or `synthetic reviews`. */
  readonly about: string;
}

interface ReviewOptions {
  /** The first review. */
  readonly start?: number;
  readonly padding?: 'pre' | 'post';
}

export async function reviews(batch: number, length: number, { start = 0, padding = 'pre' }: ReviewOptions = {}): Promise<Reviews> {
  const { train: [sequences, labels], kind } = await datasets.imdb.loadData({ numWords: WORDS });
  const end = start + batch;
  return { x: padSequences(sequences.slice(start, end), { maxlen: length, padding }), y: labels.slice(start, end), about: `${kind} reviews` };
}
