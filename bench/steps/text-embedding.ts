/** A sentence embedding of the size of nnlm-en-dim50, 963,812 × 50, trained on reviews; its numbers are generated. */
import { HostArray } from '../../engine/tensor/host-array';
import { datasets, layers, losses, sequential, type StringArray } from '../../nn';
import type { EmbeddingTable } from '../../nn/text/embeddings/table';
import { hubTokens, tokenize } from '../../nn/text/embeddings/token-rule';
import { Trainer } from '../../nn/training/trainer';
import { uniform } from '../operands';
import type { StepBenchmark } from './benchmark';

const [ROWS, BUCKETS, DIM] = [963_812, 24_095, 50];
/** 48,190,600 of the table, 816 and 17 of the layers behind it. */
const PARAMETERS = 48_191_433;

let vocabulary: readonly string[] = [];

/** The words of the reviews, and as many that occur in none as it takes. */
function wordsOf(texts: StringArray): string[] {
  const words = new Set(texts.data.flatMap((text) => tokenize(text, hubTokens)));
  const all = [...words].slice(0, ROWS - BUCKETS);
  while (all.length < ROWS - BUCKETS) all.push(`no word ${all.length}`);
  return all;
}

function generated(): EmbeddingTable {
  const next = uniform(1);
  const vectors = new HostArray(Float32Array.from({ length: ROWS * DIM }, () => next() - 0.5), [ROWS, DIM]);
  return { name: 'generated', vocabulary, dim: DIM, rows: ROWS, vectors, oovBuckets: BUCKETS, origin: 'this benchmark' };
}

const big: StepBenchmark = {
  name: 'text embedding 963,812 × 50, trained, batch 512',
  batch: 512,
  large: true,
  async data(batch) {
    const { train: [texts, labels], kind } = await datasets.imdbReviews.loadData();
    vocabulary = wordsOf(texts);
    const layer = layers.textEmbedding(vocabulary, { oovBuckets: BUCKETS, outputDim: DIM });
    // The first reviews are as good as any: they are not sorted by length.
    return { x: layer.prepare(texts.slice(0, batch)), y: labels.slice(0, batch), about: `${kind} reviews` };
  },
  trainer() {
    const model = sequential([
      layers.textEmbedding(generated(), { trainable: true, inputShape: [] }),
      layers.dense({ units: 16, activation: 'relu' }),
      layers.dense({ units: 1 }),
    ]);
    // Of texts; the batch has been through `prepare` already.
    model.ensureBuilt([null]);
    if (model.countParams() !== PARAMETERS) throw new Error(`${model.countParams()} parameters, expected ${PARAMETERS}`);
    return new Trainer(model, { optimizer: 'adam', loss: losses.binaryCrossentropy({ fromLogits: true }), metrics: ['accuracy'] });
  },
};

export const textEmbeddingSteps: readonly StepBenchmark[] = [big];
