import { fingerprint64 } from './fingerprint64';

/**
 * Which row a token has: its place in the vocabulary, or behind it the bucket of its hash - Fingerprint64 of its UTF-8
 * modulo the buckets, as tf.lookup.StaticVocabularyTable and tf.strings.to_hash_bucket_fast have it.
 */
export class TokenIndex {
  private readonly rows = new Map<string, number>();

  constructor(private readonly vocabulary: readonly string[], private readonly oovBuckets: number) {
    // Backwards: of a word that stands twice, the first row counts.
    for (let row = vocabulary.length - 1; row >= 0; row--) this.rows.set(vocabulary[row], row);
  }

  /** The row of `token`; -1 where it is unknown and there are no buckets. */
  row(token: string): number {
    const known = this.rows.get(token);
    if (known !== undefined) return known;
    if (this.oovBuckets === 0) return -1;
    return this.vocabulary.length + Number(fingerprint64(token) % BigInt(this.oovBuckets));
  }
}
