/** Examples to learn word vectors from: some words of a review, others of the same review, and words drawn at random. */
import { DataError, HostArray } from 'wgrad';
import { Random } from '../../nn/datasets/synthetic/random';
import type { Corpus, Encoded } from './corpus';

export interface ExampleOptions {
  /** Words of the review whose vectors are summed. */
  readonly contexts: number;
  /** Neighbouring words of it that the sum is to tell from words drawn at random. */
  readonly targets: number;
  /** Words drawn at random for each example. */
  readonly negatives: number;
  /**
   * A word that makes up more than this share of all words is passed over at times: a share of `subsample` / share, and its
   * square root, is kept, as word2vec does it.
   */
  readonly subsample: number;
}

/** Words are drawn by this power of how often they occur (Mikolov et al. 2013). */
const POWER = 0.75;
const DRAWS = 1 << 22;

/** Draws examples from reviews, one review after the other, in a new order each time it is through. */
export class Examples {
  /** About so many in one pass over the reviews. */
  readonly perPass: number;
  private readonly keep: Float64Array;
  private readonly draws: Int32Array;
  private readonly order: Uint32Array;
  private readonly random: Random;
  private text: number;
  /** What is kept of the review under way, and which word the next example begins with. */
  private words: Int32Array = new Int32Array(0);
  private at = 0;

  constructor({ counts }: Pick<Corpus, 'counts'>, private readonly texts: Encoded, private readonly options: ExampleOptions, seed: number) {
    this.random = new Random(seed);
    const total = counts.reduce((sum, count) => sum + count, 0);
    this.keep = Float64Array.from(counts, (count) => {
      const scarce = (options.subsample * total) / count;
      return Math.min(1, Math.sqrt(scarce) + scarce);
    });
    this.draws = drawTable(counts);
    this.order = Uint32Array.from({ length: texts.starts.length - 1 }, (_, i) => i);
    this.text = this.order.length;
    let kept = 0;
    for (const word of texts.words) kept += this.keep[word];
    this.perPass = kept / options.targets;
  }

  /** i32 [size, contexts], and i32 [size, targets + negatives], the targets first. */
  batch(size: number): [contexts: HostArray, words: HostArray] {
    const { contexts, targets, negatives } = this.options;
    const count = targets + negatives;
    const [summed, told] = [new Int32Array(size * contexts), new Int32Array(size * count)];
    for (let row = 0; row < size; row++) {
      while (this.at + targets > this.words.length) this.nextText();
      const { words, at, random } = this;
      for (let k = 0; k < contexts; k++) {
        const other = random.below(words.length - targets);
        summed[row * contexts + k] = words[other < at ? other : other + targets];
      }
      for (let j = 0; j < targets; j++) told[row * count + j] = words[at + j];
      for (let j = targets; j < count; j++) told[row * count + j] = this.draws[random.bits() & (DRAWS - 1)];
      this.at += targets;
    }
    return [new HostArray(summed, [size, contexts]), new HostArray(told, [size, count])];
  }

  /** Goes on to the next review that has words enough. */
  private nextText(): void {
    const { starts, words } = this.texts;
    for (let tried = 0; tried <= 2 * this.order.length; tried++) {
      if (this.text === this.order.length) this.shuffle();
      const text = this.order[this.text++];
      this.words = words.subarray(starts[text], starts[text + 1]).filter((word) => this.random.chance(this.keep[word]));
      this.at = 0;
      // Half of them for the context at least.
      if (this.words.length >= 2 * this.options.targets) return;
    }
    throw new DataError(`None of ${this.order.length} reviews has ${2 * this.options.targets} words to learn from.`);
  }

  /** Fisher and Yates. */
  private shuffle(): void {
    const { order, random } = this;
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    this.text = 0;
  }
}

/** Each word as often as its share of all count^POWER, for draws by a random place. */
function drawTable(counts: Uint32Array): Int32Array {
  const table = new Int32Array(DRAWS);
  const weights = Float64Array.from(counts, (count) => count ** POWER);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let word = 0;
  let upTo = weights[0] / total;
  for (let i = 0; i < DRAWS; i++) {
    table[i] = word;
    while (word < counts.length - 1 && (i + 1) / DRAWS > upTo) upTo += weights[++word] / total;
  }
  return table;
}
