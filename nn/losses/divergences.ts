/** Losses of counts and distributions: https://keras.io/api/losses/probabilistic_losses/ */
import { add, clip, div, log, mean, mul, sub, sum } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { alignRanks, EPSILON, Loss } from './loss';

/** prediction − label·log(prediction), averaged over the last axis. */
export class Poisson extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const [labels, predictions] = alignRanks('poisson', yTrue, yPred);
    return mean(sub(predictions, mul(labels, log(add(predictions, EPSILON)))), -1);
  }
}

/** Σ label·log(label/prediction) over the last axis, both bounded to [1e-7, 1]. */
export class KLDivergence extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const [labels, predictions] = alignRanks('klDivergence', yTrue, yPred).map((x) => clip(x, EPSILON, 1));
    return sum(mul(labels, log(div(labels, predictions))), -1);
  }
}
