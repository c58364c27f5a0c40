import { add, clip, log, mean, mul, neg, reshape, sigmoidCrossEntropy, sub } from '../../engine/ops';
import { ValueError } from '../../engine/errors';
import type { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { judgeBinary } from '../../engine/ops/loss/sigmoid-cross-entropy';
import { logitsBehind } from '../core/logits';
import { rememberMatches } from '../core/matches';
import { alignRanks, EPSILON, Loss, type LossConfig } from './loss';

export interface BinaryCrossentropyConfig extends LossConfig {
  /** Whether predictions are logits; default false: probabilities. */
  readonly fromLogits?: boolean;
  /** Draws labels towards ½: (1 − s)·label + s/2. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * −label·log p − (1 − label)·log(1 − p), averaged over the last axis.
 * https://keras.io/api/losses/probabilistic_losses/#binarycrossentropy-class
 */
export class BinaryCrossentropy extends Loss {
  constructor(private readonly config: BinaryCrossentropyConfig = {}) {
    super(config);
  }

  override call(yTrue: Tensor, yPred: Tensor, slope?: Tensor): Tensor {
    const { fromLogits = false, labelSmoothing = 0 } = this.config;
    let [labels] = alignRanks('binaryCrossentropy', yTrue, yPred);
    if (labelSmoothing > 0) labels = add(mul(labels, 1 - labelSmoothing), labelSmoothing / 2);
    const logits = fromLogits ? yPred : logitsBehind(yPred, 'sigmoid');
    if (logits && yPred.shape[yPred.rank - 1] === 1) {
      // Nothing to average over: the kernel's results as they are.
      const rows = yPred.shape.slice(0, -1);
      const { losses, matches } = judgeBinary(reshape(logits, rows), reshape(labels, rows), fromLogits ? 0.5 : 0, slope);
      if (labelSmoothing === 0) rememberMatches(yTrue, yPred, 'binary', matches);
      return losses;
    }
    if (logits) return mean(sigmoidCrossEntropy(logits, labels), -1);
    const p = clip(yPred, EPSILON, 1 - EPSILON);
    return mean(neg(add(mul(labels, log(p)), mul(sub(1, labels), log(sub(1, p))))), -1);
  }

  override checkLabels({ data }: HostArray): void {
    const wrong = data.findIndex((label) => !(label >= 0 && label <= 1));
    if (wrong >= 0) {
      throw new ValueError(`Loss binaryCrossentropy: label ${data[wrong]} at index ${wrong}; expected numbers from 0 to 1.`);
    }
  }
}
