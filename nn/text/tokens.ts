/** From text to tokens, in TensorFlow's steps: standardise, split, join neighbours. */
import { ValueError } from '../../engine/errors';
import { lookUp } from '../core/names';

export type Standardize = 'lower_and_strip_punctuation' | 'lower' | 'strip_punctuation' | ((text: string) => string);
export type Split = 'whitespace' | 'character' | ((text: string) => readonly string[]);

const PUNCTUATION = /[!-/:-@[-`{-~]/g;
const ASCII = /^[\0-\x7f]*$/;

/** A to Z only: É stays É. JavaScript's own way, which is faster, changes other letters too. */
function lower(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The 32 signs of ASCII that are neither letters, digits nor white space go, without a blank in their place. */
function stripPunctuation(text: string): string {
  return text.replace(PUNCTUATION, '');
}

const standardizers: Readonly<Record<string, (text: string) => string>> = {
  lowerAndStripPunctuation: (text) => stripPunctuation(lower(text)),
  lower,
  stripPunctuation,
};

const splitters: Readonly<Record<string, (text: string) => readonly string[]>> = {
  // ASCII's white space only: U+00A0 and the like are part of the word.
  whitespace: (text) => text.split(/[ \t\n\v\f\r]+/).filter((token) => token !== ''),
  character: (text) => Array.from(text),
};

/** A function from text to its tokens. `ngrams`: all runs of 1 to n tokens, or those of the given lengths. */
export function tokenizer(standardize: Standardize | null, split: Split | null, ngrams: number | readonly number[] | null): (text: string) => readonly string[] {
  const clean = typeof standardize === 'string' ? lookUp('TextVectorization standardize', standardize, standardizers) : (standardize ?? ((text) => text));
  const divide = typeof split === 'string' ? lookUp('TextVectorization split', split, splitters) : (split ?? ((text) => [text]));
  if (ngrams === null) return (text) => divide(clean(text));
  const widths = typeof ngrams === 'number' ? Array.from({ length: ngrams }, (_, i) => i + 1) : ngrams;
  if (widths.length === 0 || widths.some((width) => !Number.isInteger(width) || width < 1)) {
    throw new ValueError(`TextVectorization: ngrams is ${JSON.stringify(ngrams)}; expected a whole number ≥ 1 or a list of such.`);
  }
  return (text) => {
    const tokens = divide(clean(text));
    return widths.flatMap((width) => joined(tokens, width));
  };
}

function joined(tokens: readonly string[], width: number): string[] {
  return Array.from({ length: Math.max(tokens.length - width + 1, 0) }, (_, i) => tokens.slice(i, i + width).join(' '));
}
