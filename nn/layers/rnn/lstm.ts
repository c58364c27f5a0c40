import { lstm, lstmStep, type Sequence, type SequenceOptions, type Step } from '../../../engine/ops/rnn';
import type { Shape } from '../../../engine/tensor/shape';
import type { Tensor } from '../../../engine/tensor/tensor';
import type { ActivationLike } from '../../activations';
import { type InitializerLike, initializerFrom } from '../../initializers';
import { Recurrent, type RecurrentConfig } from './recurrent';

export interface LstmConfig extends RecurrentConfig {
  /** Of the gates; default `'sigmoid'`. */
  readonly recurrentActivation?: ActivationLike;
  /** Whether the bias of the forget gate starts at 1, so that at first nothing is forgotten; default true. */
  readonly unitForgetBias?: boolean;
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997). Gates i, f, c, o side by side, as in Keras; states h and c.
 * https://keras.io/api/layers/recurrent_layers/lstm/
 */
export class LSTM extends Recurrent<LstmConfig> {
  protected override readonly gates = 4;
  protected override readonly stateCount = 2;

  constructor(config: LstmConfig) {
    super(config);
    this.cellActivation(config.recurrentActivation, 'sigmoid');
  }

  protected override biasInitializer(): InitializerLike {
    const { units, unitForgetBias = true, biasInitializer = 'zeros' } = this.config;
    const make = initializerFrom(biasInitializer);
    if (!unitForgetBias) return make;
    return (shape: Shape) => {
      const bias = make(shape);
      bias.fill(1, units, 2 * units);
      return bias;
    };
  }

  protected override sequenceOptions(): SequenceOptions {
    const { activation, recurrentActivation } = this.config;
    return {
      activation: this.cellActivation(activation, 'tanh'),
      recurrentActivation: this.cellActivation(recurrentActivation, 'sigmoid'),
    };
  }

  protected override step(options: SequenceOptions): Step {
    return lstmStep(this.recurrentKernel, options);
  }

  protected override sequence(product: Tensor, options: SequenceOptions): Sequence {
    return lstm(product, this.recurrentKernel, options);
  }
}
