/** The host's part of pretraining: words to numbers, examples, nearest words. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { datasets, HostArray } from 'wgrad';
import { wordTokens } from '../../nn/text/embeddings/token-rule';
import { encode, readCorpus } from '../../tutorials/pretrain-embedding/corpus';
import { Examples } from '../../tutorials/pretrain-embedding/examples';
import { neighbours } from '../../tutorials/pretrain-embedding/neighbours';
import { unlabelledReviews } from '../../tutorials/pretrain-embedding/reviews';

test('words that occur often enough, the most frequent first; texts by their numbers', () => {
  const corpus = readCorpus(['B a, a b!', '', 'c a<br />b a', 'once d d'], 2);
  assert.equal(corpus.vocabulary, ['a', 'b', 'd']);
  assert.equal([...corpus.counts], [4, 3, 2]);
  assert.equal([...corpus.words], [1, 0, 0, 1, 0, 1, 0, 2, 2]);
  assert.equal([...corpus.starts], [0, 4, 4, 7, 9]);
  const { words, starts } = encode(['d? z A', 'z'], corpus.vocabulary);
  assert.equal([[...words], [...starts]], [[2, 0], [0, 2, 2]]);
});

test('what is read twice is the same', () => {
  const word = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  fc.assert(
    fc.property(fc.array(fc.array(word, { maxLength: 12 }), { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), (texts, minCount) => {
      const corpus = readCorpus(texts.map((words) => words.join(' ')), minCount);
      const again = encode(texts.map((words) => words.join(' ')), corpus.vocabulary);
      assert.equal([[...corpus.words], [...corpus.starts]], [[...again.words], [...again.starts]]);
      corpus.counts.forEach((count, number) => {
        assert.ok(count >= minCount && (number === 0 || count <= corpus.counts[number - 1]));
        assert.is(corpus.words.filter((word) => word === number).length, count);
      });
      assert.is(texts.flat().filter((word) => !corpus.vocabulary.includes(word)).every((word) => texts.flat().filter((other) => other === word).length < minCount), true);
    }),
    { numRuns: 60 },
  );
});

const options = { contexts: 6, targets: 4, negatives: 9, subsample: 1, dim: 4 };

/** Review r holds the words 100·r … 100·r + 19, once each, in order. */
const apart = (reviews: number, length = 20) => {
  const words = Int32Array.from({ length: reviews * length }, (_, i) => 100 * Math.floor(i / length) + (i % length));
  return { words, starts: Uint32Array.from({ length: reviews + 1 }, (_, i) => i * length), counts: new Uint32Array(100 * reviews).fill(1) };
};

test('targets are neighbours, contexts other words of the same review, negatives any words', () => {
  const corpus = apart(5);
  const examples = new Examples(corpus, corpus, options, 7);
  assert.is(examples.perPass, 25);
  const [contexts, words] = examples.batch(25);
  assert.equal([contexts.shape, words.shape], [[25, 6], [25, 13]]);
  const seen = new Map<number, number>();
  for (let row = 0; row < 25; row++) {
    const targets = [...words.data.slice(row * 13, row * 13 + 4)];
    const review = Math.floor(targets[0] / 100);
    assert.equal(targets, [0, 1, 2, 3].map((j) => targets[0] + j));
    for (const word of contexts.data.slice(row * 6, row * 6 + 6)) {
      assert.is(Math.floor(word / 100), review);
      assert.ok(word % 100 < 20 && !targets.includes(word));
    }
    for (const target of targets) seen.set(target, (seen.get(target) ?? 0) + 1);
  }
  // One pass: every word is a target once.
  assert.equal([...seen.values()], new Array(100).fill(1));
});

test('negatives are drawn by count to the power of 3/4; frequent words are passed over', () => {
  const counts = Uint32Array.of(16 * 16, 16, 1);
  const words = Int32Array.from({ length: 40_000 }, (_, i) => (i % 2 === 0 ? 0 : 1));
  const examples = new Examples({ counts }, { words, starts: Uint32Array.of(0, words.length) }, { ...options, negatives: 100, subsample: 1e-2 }, 1);
  const [, told] = examples.batch(1000);
  const drawn = [0, 0, 0];
  const kept = [0, 0, 0];
  told.data.forEach((word, i) => (i % 104 < 4 ? kept : drawn)[word]++);
  [64, 8, 1].forEach((weight, word) => assert.ok(Math.abs(drawn[word] / 100_000 - weight / 73) < 0.005, `word ${word} is drawn ${drawn[word]} times`));
  // Shares of 256/273 and 16/273: √(0.01/share) + 0.01/share of them is kept.
  const keep = [256, 16].map((count) => Math.sqrt(2.73 / count) + 2.73 / count);
  assert.ok(Math.abs(kept[0] / kept[1] - keep[0] / keep[1]) < 0.03, `${kept[0]} and ${kept[1]} are kept`);
});

test('the same seed gives the same examples, reviews come in another order each time', () => {
  const corpus = apart(30);
  const [a, b, c] = [3, 3, 4].map((seed) => new Examples(corpus, corpus, options, seed).batch(40).map(({ data }) => [...data]));
  assert.equal(a, b);
  assert.not.equal(a, c);
});

test('no review that is learnt from stands among the labelled ones, the test set included', async () => {
  const { train, held, leftOut, kind } = await unlabelledReviews('synthetic');
  const { train: [a], test: [b] } = await datasets.imdbReviews.loadData({ data: 'synthetic' });
  const labelled = new Set([...a.data, ...b.data]);
  assert.is(kind, 'synthetic');
  // Of 50,000 generated ones a few are alike by chance, without which this would show nothing.
  assert.ok(leftOut > 0 && train.length + held.length + leftOut === 50_000);
  assert.is([...train, ...held].filter((text) => labelled.has(text)).length, 0);
  assert.is(held.length, Math.floor((50_000 - leftOut) / 50));
});

test('reviews that are too short are told', () => {
  const short = apart(3, 7);
  assert.throws(() => new Examples(short, short, options, 1).batch(1), /None of 3 reviews has 8 words/);
});

test('the nearest words by the angle', () => {
  const vectors = new HostArray(Float32Array.of(1, 0, 0.1, 0.05, 5, 5, -9, 0), [4, 2]);
  const table = { name: '', vocabulary: ['a', 'b', 'c', 'd'], dim: 2, rows: 4, vectors, oovBuckets: 0, tokens: wordTokens, origin: '' };
  const near = neighbours(table, 'a', 2);
  assert.equal(near.map(({ word }) => word), ['b', 'c']);
  assert.ok(Math.abs(near[0].cosine - 2 / Math.sqrt(5)) < 1e-6 && Math.abs(near[1].cosine - Math.SQRT1_2) < 1e-6);
  assert.equal(neighbours(table, 'z', 2), []);
});

test.run();
