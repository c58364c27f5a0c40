import type { Combiner } from './table';
import type { TokenRule } from './token-rule';

/** What a file does not say, or what shall hold in place of what it says. */
export interface ReadOptions {
  /** The words of the rows, in order. */
  readonly vocabulary?: readonly string[];
  /** The name of the table, where a file has several. */
  readonly variable?: string;
  /** How many of the last rows are buckets for words outside the vocabulary. Default: what the file says, else 0. */
  readonly oovBuckets?: number;
  readonly combiner?: Combiner;
  readonly tokens?: TokenRule;
}
