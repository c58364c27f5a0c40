/** Losses, by name or as objects. */
import type { Tensor } from '../../engine/tensor/tensor';
import { lookUp } from '../core/names';
import { BinaryCrossentropy, type BinaryCrossentropyConfig } from './binary-crossentropy';
import { CategoricalCrossentropy, type CategoricalCrossentropyConfig } from './categorical-crossentropy';
import { Loss, type LossConfig } from './loss';
import { MeanAbsoluteError, MeanSquaredError } from './regression';
import { SparseCategoricalCrossentropy, type SparseCategoricalCrossentropyConfig } from './sparse-categorical-crossentropy';

export { BinaryCrossentropy, CategoricalCrossentropy, Loss, MeanAbsoluteError, MeanSquaredError, SparseCategoricalCrossentropy };

export const sparseCategoricalCrossentropy = (config?: SparseCategoricalCrossentropyConfig): Loss => new SparseCategoricalCrossentropy(config);
export const categoricalCrossentropy = (config?: CategoricalCrossentropyConfig): Loss => new CategoricalCrossentropy(config);
export const binaryCrossentropy = (config?: BinaryCrossentropyConfig): Loss => new BinaryCrossentropy(config);
export const meanSquaredError = (config?: LossConfig): Loss => new MeanSquaredError(config);
export const meanAbsoluteError = (config?: LossConfig): Loss => new MeanAbsoluteError(config);

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
