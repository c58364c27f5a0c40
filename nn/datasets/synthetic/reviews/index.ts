/** The synthetic reviews, as text and as word numbers: the same reviews, in the same order. */
import { HostArray } from '../../../../engine/tensor/host-array';
import { StringArray } from '../../../core/string-array';
import { shuffledLabels } from '../images';
import { Random } from '../random';
import { type Coded, Composer } from './composer';

const COUNT = 25_000;
const SEEDS = { train: 300, test: 301, unsupervised: 302 };

export type SyntheticSplit = keyof typeof SEEDS;

let shared: Composer | null = null;

/** Its 30,000 words are made only where synthetic reviews are asked for. */
export const composer = (): Composer => (shared ??= new Composer());

/** `count` reviews and their labels i32 [count], half of them 1; the same on every machine. */
export function generateReviews(split: SyntheticSplit, count = COUNT): { reviews: Coded[][]; labels: HostArray } {
  const labels = shuffledLabels(new Random(SEEDS[split]), count, 2);
  const reviews = Array.from(labels, (label, i) => composer().compose(label, new Random(SEEDS[split], i + 1)));
  return { reviews, labels: new HostArray(labels, [count]).cast('i32') };
}

/** The reviews as text; those of the unsupervised split keep their opinion but not their label. */
export function generateTexts(split: SyntheticSplit, count = COUNT): [x: StringArray, y: HostArray] {
  const { reviews, labels } = generateReviews(split, count);
  const texts = StringArray.from(reviews.map((review) => composer().text(review)));
  return [texts, split === 'unsupervised' ? labels.map(() => -1, 'i32') : labels];
}

/** Every word that occurs in the training reviews, numbered by falling frequency from 1 on. */
export function syntheticWordIndex(): Map<string, number> {
  const { words } = composer().lexicon;
  return new Map(frequent(generateReviews('train').reviews).map((word, i) => [words[word].toLowerCase(), i + 1]));
}

/** What Keras's imdb.npz would hold for these reviews: words that the training reviews lack are dropped. */
export function syntheticSequences() {
  const train = generateReviews('train');
  const test = generateReviews('test');
  const ranks = new Int32Array(composer().lexicon.words.length);
  frequent(train.reviews).forEach((word, i) => (ranks[word] = i + 1));
  const sequence = (review: Coded[]): Int32Array => {
    const numbers = new Int32Array(review.length);
    let length = 0;
    for (const coded of review) {
      const n = ranks[coded >> 3];
      if (n > 0) numbers[length++] = n;
    }
    return numbers.slice(0, length);
  };
  const examples = ({ reviews, labels }: typeof train): [Int32Array[], HostArray] => [reviews.map(sequence), labels];
  return { train: examples(train), test: examples(test) };
}

/** The numbers of the words that occur, the most frequent first; of equally frequent ones, the first in the lexicon. */
function frequent(reviews: Coded[][]): number[] {
  const counts = new Uint32Array(composer().lexicon.words.length);
  for (const review of reviews) for (const coded of review) counts[coded >> 3]++;
  return Array.from(counts.keys()).filter((word) => counts[word] > 0).sort((a, b) => counts[b] - counts[a] || a - b);
}
