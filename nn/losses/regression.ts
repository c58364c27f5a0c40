/** Losses of regression, averaged over the last axis: https://keras.io/api/losses/regression_losses/ */
import { abs, add, div, log, maximum, mean, minimum, mul, neg, softplus, sqrt, square, squaredDifference, sub, sum } from '../../engine/ops';
import { ValueError } from '../../engine/errors';
import type { Tensor } from '../../engine/tensor/tensor';
import { alignRanks, EPSILON, Loss, type LossConfig } from './loss';

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

/** 100·|label − prediction|/|label|; labels smaller than 1e-7 count as that. */
export class MeanAbsolutePercentageError extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const [labels, predictions] = alignRanks('meanAbsolutePercentageError', yTrue, yPred);
    return mul(100, mean(abs(div(sub(labels, predictions), maximum(abs(labels), EPSILON))), -1));
  }
}

/** (log(1 + label) − log(1 + prediction))²; what is below 0 counts as 0. */
export class MeanSquaredLogarithmicError extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const logs = alignRanks('meanSquaredLogarithmicError', yTrue, yPred).map((x) => log(add(maximum(x, EPSILON), 1)));
    return mean(squaredDifference(logs[0], logs[1]), -1);
  }
}

export interface HuberConfig extends LossConfig {
  /** Where the parabola goes over into lines; default 1. */
  readonly delta?: number;
}

/** With the error e: e²/2 up to |e| = delta, then delta·|e| − delta²/2 (Huber 1964). */
export class Huber extends Loss {
  private readonly delta: number;

  constructor(config: HuberConfig = {}) {
    super(config);
    this.delta = config.delta ?? 1;
    if (!(this.delta > 0)) throw new ValueError(`Huber: delta is ${this.delta}; expected a number > 0.`);
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const [labels, predictions] = alignRanks('huber', yTrue, yPred);
    const error = abs(sub(predictions, labels));
    const near = minimum(error, this.delta);
    return mean(add(mul(0.5, square(near)), mul(this.delta, sub(error, near))), -1);
  }
}

/** log cosh e of the error e = prediction − label, computed as e + log(1 + exp(−2e)) − log 2. */
export class LogCosh extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const [labels, predictions] = alignRanks('logCosh', yTrue, yPred);
    const error = sub(predictions, labels);
    return mean(sub(add(error, softplus(mul(-2, error))), Math.LN2), -1);
  }
}

/** Minus the cosine of the angle between label and prediction, over the last axis. */
export class CosineSimilarity extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const [labels, predictions] = alignRanks('cosineSimilarity', yTrue, yPred).map((x) => div(x, sqrt(maximum(sum(square(x), -1, true), 1e-12))));
    return neg(sum(mul(labels, predictions), -1));
  }
}
