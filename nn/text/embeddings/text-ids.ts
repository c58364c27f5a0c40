import { TokenIndex } from './token-index';
import { tokenize, type TokenRule } from './token-rule';

/** So many numbers are kept, at four bytes each. */
const MOST_KEPT = 1 << 24;

const shared = new WeakMap<readonly string[], Map<string, TextIds>>();

/** The rows of a text's tokens. Texts come back in every epoch, so those seen first are kept. */
export class TextIds {
  private readonly index: TokenIndex;
  private readonly known = new Map<string, Int32Array>();
  private kept = 0;

  private constructor(vocabulary: readonly string[], oovBuckets: number, private readonly rule: TokenRule) {
    this.index = new TokenIndex(vocabulary, oovBuckets);
  }

  /** Layers on one vocabulary share them. */
  static for(vocabulary: readonly string[], oovBuckets: number, rule: TokenRule): TextIds {
    const ofVocabulary = shared.get(vocabulary) ?? new Map<string, TextIds>();
    shared.set(vocabulary, ofVocabulary);
    const key = JSON.stringify([oovBuckets, rule.stripPunctuation, rule.split, rule.keepEmpty, rule.ofEmpty]);
    const ids = ofVocabulary.get(key) ?? new TextIds(vocabulary, oovBuckets, rule);
    ofVocabulary.set(key, ids);
    return ids;
  }

  /** In the order of the tokens; those that have no row are left out. */
  of(text: string): Int32Array {
    const known = this.known.get(text);
    if (known) return known;
    const rows = Int32Array.from(tokenize(text, this.rule), (token) => this.index.row(token)).filter((row) => row >= 0);
    if (this.kept + rows.length <= MOST_KEPT) {
      this.known.set(text, rows);
      this.kept += rows.length;
    }
    return rows;
  }
}
