/** The texts to learn from: the reviews without labels, and of them only those that stand nowhere else. */
import { datasets } from 'wgrad';

type LoadOptions = NonNullable<Parameters<typeof datasets.imdbReviews.loadData>[0]>;

export interface UnlabelledReviews {
  /** To learn from. */
  readonly train: readonly string[];
  /** Kept for the end, to see how well that went. */
  readonly held: readonly string[];
  readonly kind: 'real' | 'synthetic';
}

/** One in so many is kept for the end. */
const HELD = 50;

/**
 * The unlabelled reviews, without those whose text is also among the labelled ones, which are read for nothing else: some
 * reviews are in the collection more than once, in the test set too. `leftOut` of them.
 */
export async function unlabelledReviews(data: LoadOptions['data']): Promise<UnlabelledReviews & { leftOut: number }> {
  const { examples: [[unlabelled], ...labelled], kind } = await datasets.imdbReviews.load({ data, split: ['unsupervised', 'train', 'test'] });
  const elsewhere = new Set(labelled.flatMap(([texts]) => texts.data));
  const texts = unlabelled.data.filter((text) => !elsewhere.has(text));
  const held = Math.floor(texts.length / HELD);
  return { train: texts.slice(held), held: texts.slice(0, held), kind, leftOut: unlabelled.length - texts.length };
}
