/** Losses of margins, for labels −1 and 1: https://keras.io/api/losses/hinge_losses/ */
import { add, all, equal, logicalOr, max, maximum, mean, mul, square, sub, sum, where } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { alignRanks, Loss } from './loss';

/** max(1 − label·prediction, 0). Labels that are all 0 or 1 count as −1 and 1, as in Keras. */
function margins(loss: string, yTrue: Tensor, yPred: Tensor): Tensor {
  const [labels, predictions] = alignRanks(loss, yTrue, yPred);
  const binary = all(logicalOr(equal(labels, 0), equal(labels, 1)));
  const signs = where(binary, sub(mul(2, labels), 1), labels);
  return maximum(sub(1, mul(signs, predictions)), 0);
}

/** max(1 − label·prediction, 0), averaged over the last axis. */
export class Hinge extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(margins('hinge', yTrue, yPred), -1);
  }
}

/** max(1 − label·prediction, 0)², averaged over the last axis. */
export class SquaredHinge extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(square(margins('squaredHinge', yTrue, yPred)), -1);
  }
}

/** max(largest (1 − label)·prediction − Σ label·prediction + 1, 0), for one-hot labels. */
export class CategoricalHinge extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const [labels, predictions] = alignRanks('categoricalHinge', yTrue, yPred);
    const right = sum(mul(labels, predictions), -1);
    const wrong = max(mul(sub(1, labels), predictions), -1);
    return maximum(add(sub(wrong, right), 1), 0);
  }
}
