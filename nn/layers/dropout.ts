import { ValueError } from '../../engine/errors';
import { dropout } from '../../engine/ops/dropout';
import type { Tensor } from '../../engine/tensor/tensor';
import { type CallContext, Layer, type LayerConfig } from '../core/layer';

export interface DropoutConfig extends LayerConfig {
  /** The share of inputs that is dropped, from 0 up to 1. */
  readonly rate: number;
}

/**
 * In training, sets a random share of the inputs to 0 and scales the others by 1/(1 − rate); otherwise the identity.
 * Srivastava et al. 2014. https://keras.io/api/layers/regularization_layers/dropout/
 */
export class Dropout extends Layer {
  override readonly supportsMasking = true;
  override readonly halfInputs = 'kept';

  constructor(private readonly config: DropoutConfig) {
    super(config);
    if (!(config.rate >= 0 && config.rate <= 1)) {
      throw new ValueError(`Dropout: rate is ${config.rate}; expected a number from 0 to 1.`);
    }
  }

  override call(x: Tensor, { training }: CallContext): Tensor {
    return training && this.config.rate > 0 ? dropout(x, this.config.rate) : x;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), rate: this.config.rate };
  }
}
