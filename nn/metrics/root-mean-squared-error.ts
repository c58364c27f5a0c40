import { cast } from '../../engine/ops';
import { MeanSquaredError } from '../losses/regression';
import { MeanMetric } from './metric';

/** The root of the mean of (label − prediction)². https://keras.io/api/metrics/regression_metrics/ */
export class RootMeanSquaredError extends MeanMetric {
  constructor(name = 'root_mean_squared_error') {
    const squares = new MeanSquaredError();
    super((yTrue, yPred) => squares.call(cast(yTrue, 'f32'), yPred), name);
  }

  override resultOf(state: ArrayLike<number>): number {
    return Math.sqrt(super.resultOf(state));
  }
}
