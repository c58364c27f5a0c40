/** The tutorials' text models on movie reviews: real ones where they are, generated ones otherwise. */
import type { SequenceOptions } from '../../engine/ops/rnn';
import { layers, sequential } from '../../nn';
import { LSTM } from '../../nn/layers/rnn/lstm';
import type { Layer } from '../../nn/core/layer';
import { Trainer } from '../../nn/training/trainer';
import { reviews, WORDS } from '../reviews';
import type { StepBenchmark } from './benchmark';

/** The same layer, one step after the other. */
class SteppedLSTM extends LSTM {
  protected override sequenceOptions(): SequenceOptions {
    return { ...super.sequenceOptions(), implementation: 'steps' };
  }
}

function textCase(name: string, batch: number, length: number, width: number, inner: () => Layer[]): StepBenchmark {
  return {
    name: `${name}, length ${length}, batch ${batch}`,
    batch,
    data: () => reviews(batch, length),
    trainer: () => {
      const model = sequential([layers.embedding({ inputDim: WORDS, outputDim: width, inputShape: [length] }), ...inner(), layers.dense({ units: 1, activation: 'sigmoid' })]);
      return new Trainer(model, { optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
    },
  };
}

const lstm = (length: number): StepBenchmark => textCase('LSTM 128', 32, length, 256, () => [layers.lstm({ units: 128 })]);

export const reviewSteps: readonly StepBenchmark[] = [
  textCase('pooled embedding', 512, 256, 16, () => [layers.globalAveragePooling1D(), layers.dense({ units: 16, activation: 'relu' })]),
  textCase('SimpleRNN 128', 32, 64, 256, () => [layers.simpleRNN({ units: 128 })]),
  lstm(64),
  { ...textCase('LSTM 128 step by step', 32, 64, 256, () => [new SteppedLSTM({ units: 128 })]), slowerThan: 'LSTM 128, length 64, batch 32' },
  lstm(512),
  lstm(1024),
];
