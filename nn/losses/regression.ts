/** Losses of regression, averaged over the last axis: https://keras.io/api/losses/regression_losses/ */
import { abs, mean, squaredDifference, sub } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { alignRanks, Loss } from './loss';

/** (label − prediction)². */
export class MeanSquaredError extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(squaredDifference(...alignRanks('meanSquaredError', yTrue, yPred)), -1);
  }
}

/** |label − prediction|. */
export class MeanAbsoluteError extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(abs(sub(...alignRanks('meanAbsoluteError', yTrue, yPred))), -1);
  }
}
