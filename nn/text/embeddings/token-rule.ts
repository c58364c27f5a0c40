/** How the text-embedding modules of TensorFlow Hub take a text apart, as plain data: a saved model can repeat it. */

export interface TokenRule {
  /** Whether punctuation (Unicode's category P) goes first, without a blank in its place. */
  readonly stripPunctuation: boolean;
  /**
   * What parts the tokens: one blank (U+0020), so that a tab or a line's end belongs to its token; any ASCII white space; or
   * `words`: lower-cased runs of letters and digits, apostrophes within them included, and each ! and ? by itself, without
   * whatever else there is, HTML's tags too.
   */
  readonly split: 'space' | 'whitespace' | 'words';
  /** Whether the nothing between two blanks (and before the first, after the last) is a token ''. */
  readonly keepEmpty: boolean;
  /** The token of a text that has none; null: such a text has no tokens, and the vector 0. */
  readonly ofEmpty: string | null;
}

/**
 * What nnlm-en-dim50 and gnews-swivel-20dim document: "splitting on spaces"; case and punctuation stay. A text without
 * tokens counts as the one token '', as in TensorFlow Hub's exporter (tensorflow/hub, examples/text_embeddings/export.py).
 */
export const hubTokens: TokenRule = { stripPunctuation: false, split: 'space', keepEmpty: false, ofEmpty: '' };

/** Words as people see them: "Great!<br />It's" has the tokens great, !, it's. */
export const wordTokens: TokenRule = { stripPunctuation: false, split: 'words', keepEmpty: false, ofEmpty: null };

const TAGS = /<\/?[a-z][^<>]*>/g;
const WORDS = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*|[!?]/gu;

/** The tokens of `text`, in order. */
export function tokenize(text: string, rule: TokenRule): string[] {
  const clean = rule.stripPunctuation ? text.replace(/\p{P}/gu, '') : text;
  const parts = rule.split === 'words' ? wordsOf(clean) : clean.split(rule.split === 'space' ? ' ' : /[ \t\n\v\f\r]+/);
  const tokens = rule.keepEmpty ? parts : parts.filter((token) => token !== '');
  return tokens.length === 0 && rule.ofEmpty !== null ? [rule.ofEmpty] : tokens;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().replace(TAGS, ' ').match(WORDS) ?? [];
}
