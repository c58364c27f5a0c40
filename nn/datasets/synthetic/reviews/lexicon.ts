/** Numbers for words, and random words by the gap they fill. */
import type { Random } from '../random';
import { aspects, degrees, inventedWords, neutral, nouns, opinions, verbs } from './words';

/** Draws a word's number. */
type Draw = (random: Random) => number;
type Gaps = Readonly<Record<string, Draw>>;

export type Side = 'good' | 'bad';

const INVENTED = 30_000;

export class Lexicon {
  /** All words as they are written inside a sentence; a word's number is its place. */
  readonly words: string[] = [];
  /** What fills the gaps of a sentence for and against. */
  readonly gaps: Readonly<Record<Side, Gaps>>;
  private readonly numbers = new Map<string, number>();

  constructor() {
    const rare = this.zipf(inventedWords(INVENTED).map((word, i) => (i % 2 ? capitalized(word) : word)));
    // A few in a hundred of the nouns and verbs are rare ones too.
    const mostly = (list: readonly string[]): Draw => {
      const draw = this.zipf(list);
      return (random) => (random.chance(0.06) ? rare(random) : draw(random));
    };
    const common: Gaps = {
      aspect: this.zipf(aspects),
      noun: mostly(nouns),
      verb: mostly(verbs),
      adj: this.zipf(neutral),
      degree: this.zipf(degrees),
      rare,
    };
    const side = (own: Side, other: Side): Gaps => ({
      ...common,
      '+': this.zipf(opinions[own].adjectives),
      '-': this.zipf(opinions[other].adjectives),
      liked: this.zipf(opinions[own].verbs),
      disliked: this.zipf(opinions[other].verbs),
    });
    this.gaps = { good: side('good', 'bad'), bad: side('bad', 'good') };
  }

  /** Capitals make no difference. */
  numberOf(word: string): number {
    const key = word.toLowerCase();
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.words.length);
    return this.words.push(word) - 1;
  }

  /** Zipf's law with Mandelbrot's shift: the r-th word comes as often as 1/(r + 2.7) says. */
  private zipf(list: readonly string[]): Draw {
    const ids = Int32Array.from(list, (word) => this.numberOf(word));
    const cumulative = new Float64Array(ids.length);
    let sum = 0;
    for (let i = 0; i < ids.length; i++) cumulative[i] = sum += 1 / (i + 3.7);
    return (random) => {
      const at = random.between(0, sum);
      let [low, high] = [0, ids.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (cumulative[middle] > at) high = middle;
        else low = middle + 1;
      }
      return ids[low];
    };
  }
}

export function capitalized(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}
