/** The synthetic reviews: the same everywhere, as long as real ones, and words alone do not tell the labels. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { imdb } from '../../nn/datasets';
import { composer, generateReviews } from '../../nn/datasets/synthetic/reviews/index';
import { sha256 } from '../support/datasets';

const { reviews, labels } = generateReviews('train');
const texts = reviews.slice(0, 1000).map((review) => composer().text(review));
const loaded = await imdb.loadData({ data: 'synthetic', numWords: 1e6 });

test('the same texts on every machine', () => {
  assert.is(sha256(Buffer.from(texts.join('\n'))), '044db43b2f35a4d7463373275b268aa96bbab41e3560d47d439a5bb9f1c12b91');
  assert.is(Array.from(labels.data).reduce((a, b) => a + b), 12_500);
});

test('texts read like typed ones', () => {
  assert.ok(texts.every((text) => /^[A-Z].*[.!?](<br \/>)*$/.test(text)), 'capitals first, a full stop last');
  assert.ok(texts.some((text) => text.includes('.<br /><br />')), 'line breaks');
  assert.ok(texts.some((text) => /[à-ÿ]/.test(text)), 'letters outside ASCII');
  assert.is(new Set(texts).size, 1000);
});

test('texts and sequences are the same reviews', async () => {
  const { train: [x, y] } = loaded;
  const words = [...(await imdb.getWordIndex({ data: 'synthetic' })).keys()];
  const decoded = new Set(x.map((sequence, i) => `${y.data[i]} ${Array.from(sequence.subarray(1), (n) => words[n - 4]).join(' ')}`));
  // Keras's own filter: these signs and white space become blanks.
  const tokens = (text: string): string => text.toLowerCase().replace(/[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~\t\n]/g, ' ').split(' ').filter(Boolean).join(' ');
  assert.ok(texts.every((text, i) => decoded.has(`${labels.data[i]} ${tokens(text)}`)));
});

test('lengths spread like the real ones', () => {
  const lengths = loaded.train[0].map(({ length }) => length).sort((a, b) => a - b);
  const median = lengths[12_500];
  assert.ok(Math.abs(median - 178) < 10, `median ${median}; the real one is 178`);
  assert.ok(Math.abs(lengths.reduce((a, b) => a + b) / 25_000 - 239) < 15, 'the real mean is 239');
  assert.ok(lengths[0] < 15 && lengths[24_999] > 2000);
});

test('single words tell the labels, but far from always; their order tells more', () => {
  const frequent = (sequence: Int32Array): Int32Array => sequence.map((word) => (word < 1500 ? word : 2));
  const first = ([x, y]: imdb.SequenceExamples, n: number): imdb.SequenceExamples => [x.slice(0, n).map(frequent), y.slice(0, n)];
  const [train, held] = [first(loaded.train, 10_000), first(loaded.test, 3000)];
  const single = naiveBayes(train, held, (word) => [word]);
  const pairs = naiveBayes(train, held, (word, before) => [word, 10_000 + ((before * 10_007 + word) & 0xfffff)]);
  assert.ok(single > 0.76 && single < 0.88, `single words: ${single}`);
  assert.ok(pairs > single + 0.04 && pairs < 0.97, `pairs of words: ${pairs}`);
});

/** Test accuracy of naive Bayes over the features that occur, add-one smoothed. */
function naiveBayes([x, y]: imdb.SequenceExamples, [xTest, yTest]: imdb.SequenceExamples, features: (word: number, before: number) => number[]): number {
  const occurring = (sequence: Int32Array): Set<number> => {
    const set = new Set<number>();
    sequence.forEach((word, i) => features(word, i > 0 ? sequence[i - 1] : 0).forEach((feature) => set.add(feature)));
    return set;
  };
  const counts = [0, 1].map(() => new Float64Array(10_000 + 2 ** 20).fill(1));
  x.forEach((sequence, i) => occurring(sequence).forEach((feature) => counts[y.data[i]][feature]++));
  const positive = Array.from(y.data).reduce((a, b) => a + b);
  const balance = Math.log((y.length - positive) / positive);
  const right = xTest.filter((sequence, i) => {
    let score = 0;
    for (const feature of occurring(sequence)) score += Math.log(counts[1][feature] / counts[0][feature]) + balance;
    return (score > 0 ? 1 : 0) === yTest.data[i];
  });
  return right.length / xTest.length;
}

test.run();
