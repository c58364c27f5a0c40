import { reshape, slice } from '../../../engine/ops';
import { gru, type GruOptions, gruStep, type Sequence, type SequenceOptions, type Step } from '../../../engine/ops/rnn';
import type { Tensor } from '../../../engine/tensor/tensor';
import type { ActivationLike } from '../../activations';
import { Recurrent, type RecurrentConfig } from './recurrent';

export interface GruConfig extends RecurrentConfig {
  /** Of the gates; default `'sigmoid'`. */
  readonly recurrentActivation?: ActivationLike;
  /** Whether the reset gate comes after the state's product, as in cuDNN, with a bias of its own; default true. */
  readonly resetAfter?: boolean;
}

/**
 * Gated recurrent unit (Cho et al. 2014). Gates z, r, h side by side, as in Keras; with `resetAfter` the bias is
 * [2, 3 · units]: of the inputs' product, and of the state's. https://keras.io/api/layers/recurrent_layers/gru/
 */
export class GRU extends Recurrent<GruConfig> {
  protected override readonly gates = 3;
  protected override readonly stateCount = 1;

  constructor(config: GruConfig) {
    super(config);
    this.cellActivation(config.recurrentActivation, 'sigmoid');
  }

  private get resetAfter(): boolean {
    return this.config.resetAfter ?? true;
  }

  protected override get biasShape(): readonly number[] {
    return this.resetAfter ? [2, 3 * this.config.units] : [3 * this.config.units];
  }

  protected override inputBias(): Tensor | null {
    return this.resetAfter ? this.biasRow(0) : super.inputBias();
  }

  /** The bias of the inputs' product (0) or of the state's (1). */
  private biasRow(row: number): Tensor | null {
    return this.bias && reshape(slice(this.bias, [row, 0], [1, -1]), [-1]);
  }

  protected override sequenceOptions(): GruOptions {
    const { activation, recurrentActivation } = this.config;
    return {
      activation: this.cellActivation(activation, 'tanh'),
      recurrentActivation: this.cellActivation(recurrentActivation, 'sigmoid'),
      resetAfter: this.resetAfter,
    };
  }

  protected override step(options: SequenceOptions): Step {
    return gruStep(this.recurrentKernel, this.resetAfter ? this.biasRow(1) : null, options);
  }

  protected override sequence(product: Tensor, options: SequenceOptions): Sequence {
    return gru(product, this.recurrentKernel, this.resetAfter ? this.biasRow(1) : null, options);
  }
}
