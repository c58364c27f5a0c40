import { ValueError } from '../../engine/errors';
import type { TokenCounts } from './token-counts';

const PADDING = '';
const UNKNOWN = '[UNK]';

/** Tokens and their numbers. Number 0 is padding where sequences are made; then comes what stands for all unknown tokens. */
export class Vocabulary {
  readonly tokens: readonly string[];
  private readonly numbers = new Map<string, number>();
  private readonly unknown: number;

  private constructor(
    own: readonly string[],
    /** The special tokens in front. */
    private readonly front: readonly string[],
    /** tf-idf weights of all tokens, the special ones included; empty where there are none. */
    readonly weights: Float32Array,
  ) {
    this.tokens = [...front, ...own];
    this.tokens.forEach((token, number) => this.numbers.set(token, number));
    this.unknown = front.length - 1;
  }

  /** The most frequent tokens, up to `maxTokens` with the special ones. */
  static learnt(counts: TokenCounts, padded: boolean, maxTokens: number): Vocabulary {
    const front = specialTokens(padded);
    const own = counts.mostFrequent(maxTokens - front.length, new Set(front));
    // Keras's inverse document frequency: log(1 + documents / (1 + documents with the token)).
    const weights = own.map((token) => Math.log(1 + counts.documentCount / (1 + counts.documentsWith(token))));
    return new Vocabulary(own, front, withSpecial(weights, front));
  }

  /** Tokens as somebody gives them, with the special ones in front or without. `what` names the call in errors. */
  static given(what: string, tokens: readonly string[], padded: boolean, weights: readonly number[] = []): Vocabulary {
    const front = specialTokens(padded);
    const complete = front.every((token, i) => tokens[i] === token);
    const own = complete ? tokens.slice(front.length) : tokens;
    if (own.length === 0) throw new ValueError(`${what}: the vocabulary is empty.`);
    const wrong = own.find((token) => typeof token !== 'string' || front.includes(token));
    if (wrong !== undefined) {
      throw new ValueError(`${what}: ${JSON.stringify(wrong)} among the tokens; expected strings, and ${front.map((token) => JSON.stringify(token)).join(', ')} in front or not at all.`);
    }
    const seen = new Set<string>();
    const again = own.find((token) => seen.size === seen.add(token).size);
    if (again !== undefined) throw new ValueError(`${what}: the token "${again}" occurs twice.`);
    if (weights.length > 0 && weights.length !== own.length && weights.length !== tokens.length) {
      throw new ValueError(`${what}: ${weights.length} idfWeights for ${own.length} tokens; expected one for each.`);
    }
    return new Vocabulary(own, front, withSpecial(weights.slice(weights.length - own.length), front));
  }

  get special(): number {
    return this.front.length;
  }

  numbersOf(tokens: readonly string[]): Int32Array {
    const numbers = new Int32Array(tokens.length);
    for (let i = 0; i < numbers.length; i++) numbers[i] = this.numbers.get(tokens[i]) ?? this.unknown;
    return numbers;
  }
}

function specialTokens(padded: boolean): readonly string[] {
  return padded ? [PADDING, UNKNOWN] : [UNKNOWN];
}

/** Unknown tokens weigh as much as known ones on average. */
function withSpecial(weights: readonly number[], front: readonly string[]): Float32Array {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / Math.max(weights.length, 1);
  return Float32Array.from([...front.map(() => mean), ...weights]);
}
