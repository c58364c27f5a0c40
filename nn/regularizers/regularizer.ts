/** Penalties on weights and outputs, added to the loss: https://keras.io/api/layers/regularizers/ */
import type { Tensor } from '../../engine/tensor/tensor';

export abstract class Regularizer {
  /** The penalty for a tensor, a scalar. */
  abstract call(x: Tensor): Tensor;

  /** What makes the regulariser again. */
  abstract getConfig(): Record<string, unknown>;
}
