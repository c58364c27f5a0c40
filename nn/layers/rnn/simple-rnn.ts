import { type Sequence, type SequenceOptions, simpleRnn, simpleRnnStep, type Step } from '../../../engine/ops/rnn';
import type { Tensor } from '../../../engine/tensor/tensor';
import { Recurrent } from './recurrent';

/**
 * h = φ(x·W + h·U + b), step by step: [batch, time, features] → [batch, units].
 * https://keras.io/api/layers/recurrent_layers/simple_rnn/
 */
export class SimpleRNN extends Recurrent {
  protected override readonly gates = 1;
  protected override readonly stateCount = 1;

  protected override sequenceOptions(): SequenceOptions {
    return { activation: this.cellActivation(this.config.activation, 'tanh') };
  }

  protected override step(options: SequenceOptions): Step {
    return simpleRnnStep(this.recurrentKernel, options);
  }

  protected override sequence(product: Tensor, options: SequenceOptions): Sequence {
    return simpleRnn(product, this.recurrentKernel, options);
  }
}
