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

interface TextModel {
  readonly name: string;
  readonly batch: number;
  readonly length: number;
  /** Of the embedding. */
  readonly width: number;
  inner(): Layer[];
  /** Words of the embedding; rarer ones are all token 1. Default 10,000. */
  readonly words?: number;
  /** Reviews are padded behind, and the padding is masked. */
  readonly mask?: boolean;
}

function textStep({ name, batch, length, width, inner, words = WORDS, mask = false }: TextModel): StepBenchmark {
  return {
    name: `${name}, length ${length}, batch ${batch}`,
    batch,
    timesteps: length,
    async data() {
      const { x, y, about } = await reviews(batch, length, { padding: mask ? 'post' : 'pre' });
      return { x: x.map((token) => (token < words ? token : 1)), y, about };
    },
    trainer() {
      const embedding = layers.embedding({ inputDim: words, outputDim: width, inputShape: [length], maskZero: mask });
      const model = sequential([embedding, ...inner(), layers.dense({ units: 1, activation: 'sigmoid' })]);
      return new Trainer(model, { optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
    },
  };
}

const recurrent = (name: string, length: number, layer: () => Layer): StepBenchmark => textStep({ name, batch: 32, length, width: 256, inner: () => [layer()] });
const rnn = (length: number): StepBenchmark => recurrent('SimpleRNN 128', length, () => layers.simpleRNN({ units: 128 }));
const lstm = (length: number): StepBenchmark => recurrent('LSTM 128', length, () => layers.lstm({ units: 128 }));
const dense = (units: number): Layer => layers.dense({ units, activation: 'relu' });

export const reviewSteps: readonly StepBenchmark[] = [
  textStep({ name: 'pooled embedding', batch: 512, length: 256, width: 16, inner: () => [layers.globalAveragePooling1D(), dense(16)] }),
  rnn(64),
  lstm(64),
  { ...recurrent('LSTM 128 step by step', 64, () => new SteppedLSTM({ units: 128 })), slowerThan: 'LSTM 128, length 64, batch 32' },
  // The tutorials that read text with 1,000 words: single layers of 16 units, and both directions.
  textStep({ name: 'masked SimpleRNN 16', batch: 64, length: 256, width: 50, words: 1000, mask: true, inner: () => [layers.simpleRNN({ units: 16 })] }),
  textStep({ name: 'masked LSTM 16', batch: 64, length: 256, width: 50, words: 1000, mask: true, inner: () => [layers.lstm({ units: 16 })] }),
  textStep({
    name: 'masked bidirectional LSTM 64 + Dense 64', batch: 64, length: 256, width: 64, words: 1000, mask: true,
    inner: () => [layers.bidirectional({ layer: layers.lstm({ units: 64 }) }), dense(64)],
  }),
  rnn(512),
  // What a timestep costs should not depend on how many there are.
  ...[128, 256, 512, 1024].map((length) => ({ ...lstm(length), likeTimestepsOf: 'LSTM 128, length 64, batch 32' })),
];
