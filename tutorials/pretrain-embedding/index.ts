/**
 * Word vectors learnt from reviews without labels, by negative sampling: run `dim50` makes the table that the tutorial
 * imdb-transfer uses where nnlm-en-dim50 is not at hand, `dim20` the one in place of gnews-swivel-20dim.
 */
import type { EmbeddingTable } from 'wgrad';
import type { Lesson } from '../lesson';
import { curves } from '../report/figures';
import { neighbours } from './neighbours';
import { corpusOf, MIN_COUNT, trainOptions, trainTable } from './pretrained';
import { unlabelledReviews } from './reviews';

const PROBES = ['awful', 'wonderful', 'boring', 'funny', 'actor', 'director', 'vampire', 'war'];

export default async function pretrainEmbedding(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  const { leftOut, ...all } = await lesson.open({ loadData: ({ data }) => unlabelledReviews(data) });
  const reviews = { ...all, train: lesson.first(all.train, 'unlabelled reviews'), held: lesson.first(all.held, 'unlabelled reviews kept') };
  lesson.explain(`
    50,000 film reviews that nobody has labelled. What they say about a film can't be learnt from them, but how words go
    together can: a review in which *awful* occurs is likely to have *waste* in it, too. Reviews whose text is also among
    the 50,000 labelled ones are left out, so that nothing of a test review is ever seen.`);
  lesson.print(`${reviews.train.length} reviews to learn from, ${reviews.held.length} kept for the end; ${leftOut} left out, being among the labelled ones too`);
  lesson.print('The first one:', reviews.train[0]);

  lesson.heading('The task');
  lesson.explain(`
    Each word has a vector, at first a random one. An example takes 64 words of a review anywhere in it, sums their
    vectors, and is to tell 16 other words of the same review from 80 words drawn at random (*negative sampling*, as in
    word2vec). The logit of a word is the product of the sum with a second vector of that word; of all that, nothing but
    the first vectors is kept. word2vec looks at the nearest words only, which tells what can stand in the same place:
    *good* and *bad* become neighbours. The whole review tells what goes with the same opinion.

    Frequent words are passed over at times, so that *the* does not fill the examples. Words are taken in lower case,
    without punctuation; those that occur less than ${MIN_COUNT} times have no vector. The device does what is arithmetic:
    one kernel sums looked-up vectors, one multiplies them with looked-up rows, and the gradients go back by rows that
    the host has sorted.`);

  const corpus = corpusOf(reviews);
  lesson.print(`${corpus.vocabulary.length} words, ${corpus.words.length} times; the most frequent ones: ${corpus.vocabulary.slice(0, 10).join(' ')}`);
  for (const dim of [50, 20]) {
    await lesson.runIfChosen(`dim${dim}`, async () => {
      const options = trainOptions(dim, { epochs: lesson.epochs(trainOptions(dim).epochs), batchSize: lesson.batchSize(trainOptions(dim).batchSize), seed: lesson.seed });
      const { table, history, test, logits, timing } = await trainTable(reviews, corpus, options, lesson.estimate());
      lesson.print(`${table.rows} words of ${dim} numbers, ${table.origin}`);
      lesson.print(`On reviews not learnt from: loss ${test.loss.toFixed(4)}, accuracy ${test.accuracy.toFixed(4)} (saying no to every word: ${evenOdds(options)})`);
      for (const line of nearest(table)) lesson.print(line);
      lesson.figure(curves({ ...history }, 'Loss and accuracy in telling the words of a review from words drawn at random, epoch by epoch.'));
      return {
        model: { countParams: () => table.rows * dim, getWeights: async () => [table.vectors] },
        history: { epoch: history.loss.map((_, i) => i), history: { ...history }, timing },
        samples: { train: reviews.train.length, val: 0, test: reviews.held.length },
        test: { ...test }, predictions: logits,
      };
    });
  }
}

/** A line for each of the words that the vocabulary has. */
export function nearest(table: EmbeddingTable): string[] {
  return PROBES.flatMap((word) => {
    const near = neighbours(table, word, 6);
    return near.length > 0 ? [`${word}: ${near.map((other) => `${other.word} ${other.cosine.toFixed(2)}`).join(', ')}`] : [];
  });
}

function evenOdds({ targets, negatives }: { targets: number; negatives: number }): string {
  return (negatives / (targets + negatives)).toFixed(4);
}
