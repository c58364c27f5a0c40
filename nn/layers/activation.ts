import type { Tensor } from '../../engine/tensor/tensor';
import { type Activation as ActivationFunction, activationFrom, type ActivationLike } from '../activations';
import { Layer, type LayerConfig } from '../core/layer';

export interface ActivationConfig extends LayerConfig {
  readonly activation: ActivationLike;
}

/** An activation function as a layer. https://keras.io/api/layers/core_layers/activation/ */
export class Activation extends Layer {
  override readonly supportsMasking = true;
  override readonly halfInputs = 'kept';
  private readonly fn: ActivationFunction;

  constructor(private readonly config: ActivationConfig) {
    super(config);
    this.fn = activationFrom(config.activation);
  }

  override call(x: Tensor): Tensor {
    return this.fn(x);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), activation: this.config.activation };
  }
}
