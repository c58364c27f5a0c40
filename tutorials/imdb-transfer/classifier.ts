/** The originals' network: a vector for the text, a small hidden layer, one output. */
import { type EmbeddingTable, initializers, layers, losses, metrics, type Sequential, sequential } from 'wgrad';

/** `pretrained` vectors; or `uniform` ones, ±0.05, as Keras starts an embedding; or `alike`, normal ones of the pretrained's spread. */
export type Start = 'pretrained' | 'uniform' | 'alike';

export interface ClassifierOptions {
  readonly start: Start;
  /** Whether the vectors are trained further. */
  readonly trainable: boolean;
  readonly sigmoid: boolean;
}

export function textLayer(table: EmbeddingTable, { start, trainable }: Pick<ClassifierOptions, 'start' | 'trainable'>): ReturnType<typeof layers.textEmbedding> {
  const fresh = start === 'uniform' ? 'uniform' : start === 'alike' ? initializers.randomNormal(0, spread(table)) : undefined;
  return layers.textEmbedding(table, { trainable, inputShape: [], ...(fresh && { embeddingsInitializer: fresh }) });
}

export function classifier(table: EmbeddingTable, options: ClassifierOptions): Sequential {
  const model = sequential([
    textLayer(table, options),
    layers.dense({ units: 16, activation: 'relu' }),
    layers.dense({ units: 1, ...(options.sigmoid && { activation: 'sigmoid' }) }),
  ]);
  model.compile({
    optimizer: 'adam',
    loss: options.sigmoid ? 'binary_crossentropy' : losses.binaryCrossentropy({ fromLogits: true }),
    // Keras counts an output above 0.5 as a yes, also where it is a logit, whose even point is 0.
    metrics: options.sigmoid ? ['accuracy'] : ['accuracy', metrics.binaryAccuracy({ threshold: 0, name: 'accuracy_at_0' })],
  });
  return model;
}

/** The standard deviation of all numbers of the table. */
function spread({ vectors: { data } }: EmbeddingTable): number {
  let [sum, squares] = [0, 0];
  for (const value of data) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(squares / data.length - (sum / data.length) ** 2);
}
