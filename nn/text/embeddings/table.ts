/** A pretrained embedding, wherever it came from: what the readers return and `layers.textEmbedding` takes. */
import type { Combiner } from '../../../engine/ops/embedding/embedding-bag';
import type { HostArray } from '../../../engine/tensor/host-array';
import type { TokenRule } from './token-rule';

export type { Combiner };

/** Words and their vectors. The rows of the words come first, in the order of the vocabulary, those of the buckets last. */
export interface EmbeddingTable {
  /** For people: 'nnlm-en-dim50', or the file's name. */
  readonly name: string;
  /** Distinct or not: of a word that stands twice, the first row counts. */
  readonly vocabulary: readonly string[];
  /** Numbers in a vector. */
  readonly dim: number;
  /** `vocabulary.length + oovBuckets`. */
  readonly rows: number;
  /** f32 [rows, dim]. */
  readonly vectors: HostArray;
  /** Rows shared by the words outside the vocabulary, chosen by hash (see TokenIndex). 0: such words have no vector. */
  readonly oovBuckets: number;
  /** How the source combines the vectors of a text, where it says so. */
  readonly combiner?: Combiner;
  /** How the source takes texts apart, where it says so. */
  readonly tokens?: TokenRule;
  /** Where it came from, for people: a path, an address, "trained here on …". */
  readonly origin: string;
}
