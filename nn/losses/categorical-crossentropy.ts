import { add, clip, log, mul, neg, softmaxCrossEntropy, sum } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { logitsBehind } from '../core/logits';
import { alignRanks, EPSILON, Loss, type LossConfig, normalized } from './loss';

export interface CategoricalCrossentropyConfig extends LossConfig {
  /** Whether predictions are logits; default false: probabilities. */
  readonly fromLogits?: boolean;
  /** Mixes the labels with the uniform distribution: (1 − s)·label + s/classes. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * −Σ label·log p over the last axis, for one-hot labels or distributions of the predictions' shape.
 * https://keras.io/api/losses/probabilistic_losses/#categoricalcrossentropy-class
 */
export class CategoricalCrossentropy extends Loss {
  constructor(private readonly config: CategoricalCrossentropyConfig = {}) {
    super(config);
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const { fromLogits = false, labelSmoothing = 0 } = this.config;
    let [labels] = alignRanks('categoricalCrossentropy', yTrue, yPred);
    if (labelSmoothing > 0) {
      labels = add(mul(labels, 1 - labelSmoothing), labelSmoothing / yPred.shape[yPred.rank - 1]);
    }
    const logits = fromLogits ? yPred : logitsBehind(yPred, 'softmax');
    if (logits) return softmaxCrossEntropy(logits, labels);
    return neg(sum(mul(labels, log(clip(normalized(yPred), EPSILON, 1 - EPSILON))), -1));
  }
}
