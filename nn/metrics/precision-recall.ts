/** Precision and recall of binary outputs: https://keras.io/api/metrics/classification_metrics/ */
import { ValueError } from '../../engine/errors';
import { cast, greater, mul, reshape } from '../../engine/ops';
import { asTensor, type TensorLike } from '../../engine/tensor/create';
import type { Tensor } from '../../engine/tensor/tensor';
import { alignRanks } from '../losses/loss';
import { MeanMetric } from './metric';

/** The share of those that are positive in one sense that are so in another too: a mean, weighted by 0 and 1. */
abstract class ShareOfPositives extends MeanMetric {
  constructor(name: string, private readonly threshold: number) {
    super((_labels, predictions) => predictions, name);
    if (!(threshold >= 0 && threshold <= 1)) throw new ValueError(`Metric "${name}": the threshold is ${threshold}; expected a number from 0 to 1.`);
  }

  /** Both senses as 0 and 1: which ones count, and which of these are right. */
  protected abstract parts(positive: Tensor, predicted: Tensor): { readonly among: Tensor; readonly right: Tensor };

  override updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    const [labels, predictions] = alignRanks(this.name, asTensor(yTrue), asTensor(yPred));
    const { among, right } = this.parts(cast(cast(labels, 'bool'), 'f32'), cast(greater(predictions, this.threshold), 'f32'));
    const { shape } = predictions;
    const weights = sampleWeight === undefined ? among : mul(among, perSample(asTensor(sampleWeight), shape.length));
    this.accumulate(right, weights);
  }
}

/** [batch, …] with unit axes up to `rank`. */
export function perSample(weights: Tensor, rank: number): Tensor {
  return reshape(weights, [...weights.shape, ...new Array<number>(rank - weights.rank).fill(1)]);
}

/** Of the predictions above the threshold, the share of those whose label is 1. */
export class Precision extends ShareOfPositives {
  protected override parts(positive: Tensor, predicted: Tensor) {
    return { among: predicted, right: positive };
  }
}

/** Of the labels 1, the share of those whose prediction is above the threshold. */
export class Recall extends ShareOfPositives {
  protected override parts(positive: Tensor, predicted: Tensor) {
    return { among: positive, right: predicted };
  }
}
