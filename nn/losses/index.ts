/** Losses, by name or as objects. */
import type { Tensor } from '../../engine/tensor/tensor';
import { lookUp } from '../core/names';
import { BinaryCrossentropy, type BinaryCrossentropyConfig } from './binary-crossentropy';
import { CategoricalCrossentropy, type CategoricalCrossentropyConfig } from './categorical-crossentropy';
import { KLDivergence, Poisson } from './divergences';
import { CategoricalHinge, Hinge, SquaredHinge } from './hinge';
import { Loss, type LossConfig } from './loss';
import {
  CosineSimilarity, Huber, type HuberConfig, LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError,
} from './regression';
import { SparseCategoricalCrossentropy, type SparseCategoricalCrossentropyConfig } from './sparse-categorical-crossentropy';

export { BinaryCrossentropy, CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy };
export { CosineSimilarity, Huber, LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError };
export { CategoricalHinge, Hinge, KLDivergence, Poisson, SquaredHinge };

export const sparseCategoricalCrossentropy = (config?: SparseCategoricalCrossentropyConfig): Loss => new SparseCategoricalCrossentropy(config);
export const categoricalCrossentropy = (config?: CategoricalCrossentropyConfig): Loss => new CategoricalCrossentropy(config);
export const binaryCrossentropy = (config?: BinaryCrossentropyConfig): Loss => new BinaryCrossentropy(config);
export const meanSquaredError = (config?: LossConfig): Loss => new MeanSquaredError(config);
export const meanAbsoluteError = (config?: LossConfig): Loss => new MeanAbsoluteError(config);
export const meanAbsolutePercentageError = (config?: LossConfig): Loss => new MeanAbsolutePercentageError(config);
export const meanSquaredLogarithmicError = (config?: LossConfig): Loss => new MeanSquaredLogarithmicError(config);
export const huber = (config?: HuberConfig): Loss => new Huber(config);
export const logCosh = (config?: LossConfig): Loss => new LogCosh(config);
export const cosineSimilarity = (config?: LossConfig): Loss => new CosineSimilarity(config);
export const hinge = (config?: LossConfig): Loss => new Hinge(config);
export const squaredHinge = (config?: LossConfig): Loss => new SquaredHinge(config);
export const categoricalHinge = (config?: LossConfig): Loss => new CategoricalHinge(config);
export const poisson = (config?: LossConfig): Loss => new Poisson(config);
export const klDivergence = (config?: LossConfig): Loss => new KLDivergence(config);

/** A loss of one's own: the per-sample loss of labels and predictions. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;
/** A name (`'mse'`, `'sparse_categorical_crossentropy'`), an object, or a function. */
export type LossLike = string | Loss | LossFunction;

const table: Readonly<Record<string, () => Loss>> = {
  sparseCategoricalCrossentropy,
  categoricalCrossentropy,
  binaryCrossentropy,
  bce: binaryCrossentropy,
  meanSquaredError,
  mse: meanSquaredError,
  meanAbsoluteError,
  mae: meanAbsoluteError,
  meanAbsolutePercentageError,
  mape: meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  msle: meanSquaredLogarithmicError,
  huber,
  logCosh,
  cosineSimilarity,
  hinge,
  squaredHinge,
  categoricalHinge,
  poisson,
  klDivergence,
  kld: klDivergence,
};

class FunctionLoss extends Loss {
  constructor(private readonly fn: LossFunction) {
    super({ name: fn.name || undefined });
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.fn(yTrue, yPred);
  }
}

export function lossFrom(loss: LossLike): Loss {
  if (loss instanceof Loss) return loss;
  return typeof loss === 'function' ? new FunctionLoss(loss) : lookUp('loss', loss, table)();
}
