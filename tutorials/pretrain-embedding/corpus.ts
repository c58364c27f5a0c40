/** Reviews as numbers: the words that occur often enough, the most frequent first, and each review as a run of them. */
import { compareCodePoints } from '../../nn/text/token-counts';
import { tokenize, wordTokens } from '../../nn/text/embeddings/token-rule';

/** Texts one after the other. */
export interface Encoded {
  /** The words of all texts; those outside the vocabulary are left out. */
  readonly words: Int32Array;
  /** [texts + 1]: where each text starts in `words`. */
  readonly starts: Uint32Array;
}

export interface Corpus extends Encoded {
  readonly vocabulary: readonly string[];
  /** How often each word of the vocabulary occurs. */
  readonly counts: Uint32Array;
}

/** Takes `texts` apart. Words that occur less than `minCount` times are left out. */
export function readCorpus(texts: readonly string[], minCount: number): Corpus {
  // Numbers in the order of first occurrence, until all are counted.
  const numbers = new Map<string, number>();
  const tokens: string[] = [];
  const occurrences: number[] = [];
  const encoded = encodeWith(texts, (token) => {
    let number = numbers.get(token);
    if (number === undefined) {
      number = tokens.push(token) - 1;
      numbers.set(token, number);
      occurrences.push(0);
    }
    occurrences[number]++;
    return number;
  });
  const kept = Array.from(tokens.keys())
    .filter((number) => occurrences[number] >= minCount)
    .sort((a, b) => occurrences[b] - occurrences[a] || compareCodePoints(tokens[a], tokens[b]));
  const place = new Int32Array(tokens.length).fill(-1);
  kept.forEach((number, i) => (place[number] = i));
  return {
    vocabulary: kept.map((number) => tokens[number]),
    counts: Uint32Array.from(kept, (number) => occurrences[number]),
    ...renumbered(encoded, place),
  };
}

/** `texts` by the numbers of a vocabulary. */
export function encode(texts: readonly string[], vocabulary: readonly string[]): Encoded {
  const numbers = new Map(vocabulary.map((word, i) => [word, i]));
  return encodeWith(texts, (token) => numbers.get(token) ?? -1);
}

function encodeWith(texts: readonly string[], numberOf: (token: string) => number): Encoded {
  const starts = new Uint32Array(texts.length + 1);
  let words = new Int32Array(1 << 16);
  let end = 0;
  texts.forEach((text, i) => {
    for (const token of tokenize(text, wordTokens)) {
      const number = numberOf(token);
      if (number < 0) continue;
      if (end === words.length) {
        const larger = new Int32Array(2 * end);
        larger.set(words);
        words = larger;
      }
      words[end++] = number;
    }
    starts[i + 1] = end;
  });
  return { words: words.slice(0, end), starts };
}

/** The same texts with other numbers; words of number −1 are left out. */
function renumbered({ words, starts }: Encoded, place: Int32Array): Encoded {
  const moved = new Uint32Array(starts.length);
  let end = 0;
  for (let text = 0; text + 1 < starts.length; text++) {
    for (let at = starts[text]; at < starts[text + 1]; at++) {
      const number = place[words[at]];
      if (number >= 0) words[end++] = number;
    }
    moved[text + 1] = end;
  }
  return { words: words.slice(0, end), starts: moved };
}
