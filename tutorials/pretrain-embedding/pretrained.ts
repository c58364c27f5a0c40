/** The project's own pretrained table: how it is trained. */
import type { CallbackLike, EmbeddingTable } from 'wgrad';
import { type Corpus, encode, readCorpus } from './corpus';
import type { UnlabelledReviews } from './reviews';
import { tableOf, writeTable } from './store';
import { train, type Trained, type TrainOptions } from './train';

export type Changes = Partial<Pick<TrainOptions, 'epochs' | 'batchSize' | 'seed'>>;

/** Words that occur less often have no vector: too little is told about them. */
export const MIN_COUNT = 5;

/** What was found to serve classification best for the time it takes. */
export function trainOptions(dim: number, changes: Changes = {}): TrainOptions {
  return {
    dim, epochs: 3, batchSize: 1024, learningRate: 0.02, contexts: 64, targets: 16, negatives: 80, subsample: 1e-4, seed: 0,
    ...changes,
  };
}

export function corpusOf({ train }: UnlabelledReviews): Corpus {
  return readCorpus(train, MIN_COUNT);
}

/** Trains a table and keeps it, unless it was interrupted. */
export async function trainTable(reviews: UnlabelledReviews, corpus: Corpus, options: TrainOptions, estimate?: CallbackLike): Promise<Trained & { table: EmbeddingTable }> {
  const trained = await train(corpus, encode(reviews.held, corpus.vocabulary), options, estimate);
  const table = tableOf(corpus.vocabulary, trained.vectors, reviews);
  if (!trained.interrupted) await writeTable(table, reviews, options);
  return { ...trained, table };
}
