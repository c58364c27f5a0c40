/** How a synthetic review comes about: sentences for and against, more of them on the side of the label. */
import type { Random } from '../random';
import { conceding, outright, plain, turned, verdicts } from './frames';
import { capitalized, Lexicon, type Side } from './lexicon';

/** A word and the mark after it in one number: word · 8 + mark. A line break is a word of its own. */
export type Coded = number;

const MARKS = ['', ',', '.', '!', '?'];
const [COMMA, STOP, SHOUT, ASK] = [1, 2, 3, 4];

/** A sentence: coded words, and the names of gaps with the mark behind them. */
type Frame = readonly (Coded | { gap: string; mark: number })[];

/** Words of a review (`LENGTHS`) against the share of reviews that are shorter (`SHARES`), as in the real training set. */
const LENGTHS = [10, 90, 118, 133, 150, 173, 205, 250, 324, 457, 597, 760, 912, 1065, 2460];
const SHARES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1];

export class Composer {
  readonly lexicon = new Lexicon();
  private readonly lineBreak = this.lexicon.numberOf('br') * 8;
  private readonly article = this.lexicon.numberOf('a') * 8;
  private readonly articleBeforeVowel = this.lexicon.numberOf('an') * 8;
  private readonly plain = this.parse(plain);
  private readonly outright = this.parse(outright);
  private readonly turned = this.parse(turned);
  private readonly conceding = this.parse(conceding);
  private readonly verdicts = this.parse(verdicts);

  /** A review of the given label, 0 against or 1 for. */
  compose(label: number, random: Random): Coded[] {
    const review: Coded[] = [];
    const length = drawLength(random);
    // Some reviewers are of one mind, some torn, and some talk of the plot only.
    const agreement = random.between(0.6, 1);
    const talkative = random.between(0.25, 0.6);
    const side = (share: number): Side => ((label === 1) === random.chance(share) ? 'good' : 'bad');
    while (review.length < length - 8) {
      if (random.chance(talkative)) this.add(review, random, this.pickOpinion(random), side(agreement));
      else this.add(review, random, random.pick(this.plain), 'good');
      if (review.length > 60 && random.chance(0.07)) review.push(this.lineBreak, this.lineBreak);
    }
    if (review.length === 0 || random.chance(0.85)) this.add(review, random, random.pick(this.verdicts), side(0.5 + agreement / 2));
    return review;
  }

  /** The review as a person would have typed it. */
  text(review: readonly Coded[]): string {
    const { words } = this.lexicon;
    const pieces: string[] = [];
    let capital = true;
    for (let i = 0; i < review.length; i++) {
      const coded = review[i];
      if (coded === this.lineBreak) {
        pieces.push('<br />');
        continue;
      }
      const word = words[coded >> 3];
      if (i > 0 && review[i - 1] !== this.lineBreak) pieces.push(' ');
      pieces.push(capital || word === 'i' ? capitalized(word) : word, MARKS[coded & 7]);
      capital = (coded & 7) >= STOP;
    }
    return pieces.join('');
  }

  private pickOpinion(random: Random): Frame {
    const draw = random.between(0, 1);
    return random.pick(draw < 0.76 ? this.outright : draw < 0.91 ? this.turned : this.conceding);
  }

  private add(review: Coded[], random: Random, frame: Frame, side: Side): void {
    const gaps = this.lexicon.gaps[side];
    for (const part of frame) {
      if (typeof part === 'number') {
        review.push(part);
        continue;
      }
      const word = gaps[part.gap](random);
      const last = review.length - 1;
      if (review[last] === this.article && /^[aeiou]/i.test(this.lexicon.words[word])) review[last] = this.articleBeforeVowel;
      review.push(word * 8 + part.mark);
    }
    const last = review.length - 1;
    if ((review[last] & 7) === 0) review[last] += random.chance(0.9) ? STOP : SHOUT;
  }

  private parse(texts: readonly string[]): Frame[] {
    return texts.map((text) =>
      Array.from(text.matchAll(/(?:\{(.+?)\}|([^ ,?]+))(?: ([,?]))?/g), ([, gap, word, sign]) => {
        const mark = sign === ',' ? COMMA : sign === '?' ? ASK : 0;
        return gap ? { gap, mark } : this.lexicon.numberOf(word) * 8 + mark;
      }));
  }
}

function drawLength(random: Random): number {
  const at = random.between(0, 1);
  const i = SHARES.findIndex((share) => at < share);
  const part = (at - SHARES[i - 1]) / (SHARES[i] - SHARES[i - 1]);
  return Math.floor(LENGTHS[i - 1] + part * (LENGTHS[i] - LENGTHS[i - 1]));
}
