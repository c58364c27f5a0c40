/** Movie reviews as tokens: real ones where they are, generated ones otherwise. */
import { HostArray } from '../engine/tensor/host-array';
import { datasets, padSequences } from '../nn';

/** The tutorials' vocabulary. */
export const WORDS = 10_000;

export interface Reviews {
  /** [batch, length] tokens, cut or padded in front. */
  readonly x: HostArray;
  /** [batch] of 0 and 1. */
  readonly y: HostArray;
  /** `real reviews` or `synthetic reviews`. */
  readonly about: string;
}

/** The reviews from `start` on. */
export async function reviews(batch: number, length: number, start = 0): Promise<Reviews> {
  const { train: [sequences, labels], kind } = await datasets.imdb.loadData({ numWords: WORDS });
  const end = start + batch;
  return { x: padSequences(sequences.slice(start, end), { maxlen: length }), y: labels.slice(start, end), about: `${kind} reviews` };
}
