import { softmax as softmaxOp } from '../../engine/ops/softmax/softmax';
import type { Tensor } from '../../engine/tensor/tensor';
import { softmax } from '../activations';
import { Layer, type LayerConfig } from '../core/layer';

export interface SoftmaxConfig extends LayerConfig {
  /** Default −1. */
  readonly axis?: number;
}

/** exp(x)/Σ exp(x) along an axis. https://keras.io/api/layers/activation_layers/softmax/ */
export class Softmax extends Layer {
  override readonly supportsMasking = true;
  private readonly axis: number;

  constructor(config: SoftmaxConfig = {}) {
    super(config);
    this.axis = config.axis ?? -1;
  }

  override call(x: Tensor): Tensor {
    return this.axis === -1 || this.axis === x.rank - 1 ? softmax(x) : softmaxOp(x, this.axis);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axis: this.axis };
  }
}
