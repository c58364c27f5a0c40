/** How often the right class is among the k best: https://keras.io/api/metrics/accuracy_metrics/ */
import { ShapeError } from '../../engine/errors';
import { argMax, cast, greater, less, oneHot, reshape, sum, where } from '../../engine/ops';
import { formatShape, sameShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { MetricFunction } from './metric';

/** 1 where fewer than k scores of [batch, …, classes] exceed that of the label [batch, …]. */
export const sparseTopKMatches =
  (k: number): MetricFunction =>
  (yTrue, yPred) => {
    const rows = yPred.shape.slice(0, -1);
    if (yTrue.size !== rows.reduce((a, b) => a * b, 1)) {
      throw new ShapeError(
        `sparseTopKCategoricalAccuracy: labels ${formatShape(yTrue.shape)} do not fit predictions ${formatShape(yPred.shape)}; expected one label per row.`,
      );
    }
    const right = cast(oneHot(cast(reshape(yTrue, rows), 'i32'), yPred.shape[yPred.rank - 1]), 'bool');
    const score: Tensor = sum(where(right, yPred, 0), -1, true);
    return cast(less(sum(cast(greater(yPred, score), 'f32'), -1), k), 'f32');
  };

/** The same for one-hot labels, or the largest entries of any labels. */
export const topKMatches =
  (k: number): MetricFunction =>
  (yTrue, yPred) => {
    if (!sameShape(yTrue.shape, yPred.shape)) {
      throw new ShapeError(
        `topKCategoricalAccuracy: labels ${formatShape(yTrue.shape)} do not fit predictions ${formatShape(yPred.shape)}; expected the same shape.`,
      );
    }
    return sparseTopKMatches(k)(argMax(yTrue, -1), yPred);
  };
