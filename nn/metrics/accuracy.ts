/** How often predictions are right: https://keras.io/api/metrics/accuracy_metrics/ */
import { argMax, cast, equal, greater, mean } from '../../engine/ops';
import { sparseMatches } from '../../engine/ops/metric/sparse-matches';
import type { Tensor } from '../../engine/tensor/tensor';
import { matchesOf } from '../core/matches';
import { alignRanks } from '../losses/loss';
import type { MetricFunction } from './metric';

/** 1 where the largest of [batch, …, classes] is at the label [batch, …]. */
export const sparseCategoricalMatches: MetricFunction = (yTrue, yPred) =>
  matchesOf(yTrue, yPred, 'class') ?? sparseMatches(yPred, cast(yTrue, 'i32'));

/** 1 where the largest of [batch, …, classes] is at the largest of the label's. */
export const categoricalMatches: MetricFunction = (yTrue, yPred) => cast(equal(argMax(yTrue, -1), argMax(yPred, -1)), 'f32');

/** The share of outputs [batch, …, n] on the label's side of `threshold`; logits want threshold 0. */
export const binaryMatches =
  (threshold = 0.5): MetricFunction =>
  (yTrue, yPred) => {
    const known = threshold === 0.5 ? matchesOf(yTrue, yPred, 'binary') : null;
    if (known) return known;
    const [labels] = alignRanks('binaryAccuracy', yTrue, yPred);
    return mean(cast(equal(cast(labels, 'f32'), cast(greater(yPred, threshold), 'f32')), 'f32'), -1);
  };

/**
 * What `'accuracy'` means for these labels and predictions: as in Keras the shapes decide. One output unit
 * means binary accuracy at threshold 0.5, also on logits.
 */
export const accuracyMatches: MetricFunction = (yTrue, yPred) => {
  const units = yPred.shape[yPred.rank - 1];
  if (units === 1) return binaryMatches()(yTrue, yPred);
  return isSparse(yTrue, yPred) ? sparseCategoricalMatches(yTrue, yPred) : categoricalMatches(yTrue, yPred);
};

function isSparse(yTrue: Tensor, yPred: Tensor): boolean {
  return yTrue.rank < yPred.rank || yTrue.shape[yTrue.rank - 1] === 1;
}
