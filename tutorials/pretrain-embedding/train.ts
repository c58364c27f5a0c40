/** The training: the summed vectors of some words of a review are to tell its other words from words drawn at random. */
import {
  type CallbackLike, compileStep, Dataset, GradientTape, HostArray, init, metrics, ops, optimizers, tensor, type Tensor, Variable,
} from 'wgrad';
import { host } from '#platform';
import { Random } from '../../nn/datasets/synthetic/random';
import { makeProgress } from '../../nn/training/progress';
import type { Corpus, Encoded } from './corpus';
import { type ExampleOptions, Examples } from './examples';

export interface TrainOptions extends ExampleOptions {
  /** Numbers in a vector. */
  readonly dim: number;
  /** Passes over the reviews. */
  readonly epochs: number;
  /** Examples per step. */
  readonly batchSize: number;
  /** Adam's rate at the start; it falls to 0 in a straight line. */
  readonly learningRate: number;
  readonly seed: number;
}

export interface Trained {
  /** f32 [words, dim], of mean square 1. */
  readonly vectors: HostArray;
  /** By epoch; the mean over all words of all examples. */
  readonly history: { readonly loss: number[]; readonly accuracy: number[] };
  /** The same on `held`. */
  readonly test: { readonly loss: number; readonly accuracy: number };
  /** The logit of each word of the examples on `held`. */
  readonly logits: HostArray;
  readonly timing: { readonly seconds: number; readonly compileSeconds: number; readonly msPerStep: number };
  /** Ctrl-C was pressed: the vectors are not done. */
  readonly interrupted: boolean;
}

/** Examples on the reviews that are kept for the end. */
const HELD_EXAMPLES = 512;

/**
 * Two tables, as in word2vec: `inputs`, the vectors that are kept, and `outputs`, with which their sums are compared. An
 * example's vector is x = Σ inputs[context] / √contexts, and the loss that of `ops.negativeSampling`.
 */
export class TwoTables {
  readonly inputs: Variable;
  readonly outputs: Variable;
  /** Whole vec4s: the columns past `dim` are 0 in both tables, so their gradient is 0, and 0 they stay. */
  private readonly width: number;

  constructor(private readonly rows: number, private readonly options: Pick<TrainOptions, 'dim' | 'contexts' | 'targets' | 'seed'>) {
    const { dim, seed } = options;
    const width = (this.width = 4 * Math.ceil(dim / 4));
    const random = new Random(seed, 1);
    const start = Float32Array.from({ length: rows * width }, (_, i) => (i % width < dim ? random.between(-0.05, 0.05) : 0));
    this.inputs = new Variable(tensor(new HostArray(start, [rows, width])), 'inputs');
    this.outputs = new Variable(tensor(new HostArray(new Float32Array(rows * width), [rows, width])), 'outputs');
  }

  get variables(): Variable[] {
    return [this.inputs, this.outputs];
  }

  /** [examples, dim], in whole vec4s. */
  sums(contexts: Tensor): Tensor {
    return ops.mul(ops.gatherMean(this.inputs.value, contexts), Math.sqrt(this.options.contexts));
  }

  /** The loss of each word of each example. */
  losses(contexts: Tensor, words: Tensor): Tensor {
    return ops.negativeSampling(this.sums(contexts), this.outputs.value, words, this.options.targets);
  }

  /**
   * The first table, scaled to a mean square of 1. Optimizers like Adam change every number by about the same per step, so large
   * vectors are changed relatively little: what they know is not lost over a handful of labels.
   */
  async vectors(): Promise<HostArray> {
    const { rows, width, options: { dim } } = this;
    const { data } = await this.inputs.read();
    let squares = 0;
    for (const value of data) squares += value * value;
    const scale = 1 / Math.sqrt(squares / (rows * dim));
    return new HostArray(Float32Array.from({ length: rows * dim }, (_, i) => scale * data[Math.floor(i / dim) * width + (i % dim)]), [rows, dim]);
  }
}

export async function train(corpus: Corpus, held: Encoded, options: TrainOptions, estimate?: CallbackLike): Promise<Trained> {
  const began = performance.now();
  await init();
  const { epochs, batchSize, learningRate, seed } = options;
  const examples = new Examples(corpus, corpus, options, seed);
  const steps = Math.max(1, Math.round(examples.perPass / batchSize));
  const tables = new TwoTables(corpus.vocabulary.length, options);
  const optimizer = optimizers.adam({ learningRate: (step: number) => learningRate * (1 - step / (steps * epochs)) });
  optimizer.build(tables.variables);

  const meter = new Meter();
  const trainStep = compileStep((contexts: Tensor, words: Tensor) => {
    const tape = new GradientTape();
    const losses = tape.record(() => tables.losses(contexts, words));
    // Summed over an example's words, averaged over the examples.
    const slope = new HostArray(new Float32Array(losses.size).fill(1 / batchSize), losses.shape);
    optimizer.applyGradients(tape.gradient(losses, tables.variables, tensor(slope)), tables.variables);
    meter.add(losses);
  });

  let interrupted = false;
  const stopListening = host.onInterrupt(() => {
    stopListening();
    interrupted = true;
  });
  const history = { loss: [] as number[], accuracy: [] as number[] };
  const timing = { seconds: 0, compileSeconds: 0, msPerStep: 0 };
  if (estimate) Object.assign(estimate, { params: { epochs, steps } });
  try {
    let timed = 0;
    for (let epoch = 0; epoch < epochs && !interrupted; epoch++) {
      host.terminal.write(`Epoch ${epoch + 1}/${epochs}\n`);
      const progress = makeProgress(1, steps);
      meter.reset();
      let step = 0;
      for await (const [contexts, words] of Dataset.fromGenerator(() => batches(examples, batchSize, steps)).prefetch(1)) {
        const start = performance.now();
        await estimate?.onTrainBatchBegin?.(step);
        trainStep(contexts, words);
        if (epoch === 0 && step === 0) {
          await meter.read();
          timing.compileSeconds = (performance.now() - start) / 1000;
          timed = performance.now();
        }
        progress.update(++step, () => meter.read());
        if (interrupted) break;
      }
      const logs = await meter.read();
      progress.end(step, logs);
      history.loss.push(logs.loss);
      history.accuracy.push(logs.accuracy);
      timing.msPerStep = (performance.now() - timed) / Math.max(epoch * steps + step - 1, 1);
    }
  } finally {
    stopListening();
    trainStep.dispose();
  }
  timing.seconds = (performance.now() - began) / 1000;
  return { vectors: await tables.vectors(), history, ...(await measure(tables, corpus, held, options)), timing, interrupted };
}

function* batches(examples: Examples, size: number, steps: number): Generator<[HostArray, HostArray]> {
  for (let step = 0; step < steps; step++) yield examples.batch(size);
}

/** Loss and accuracy on reviews that nothing was learnt from. */
async function measure(tables: TwoTables, corpus: Corpus, held: Encoded, options: TrainOptions): Promise<Pick<Trained, 'test' | 'logits'>> {
  const [contexts, words] = new Examples(corpus, held, options, options.seed + 1).batch(HELD_EXAMPLES).map((ids) => tensor(ids));
  const meter = new Meter();
  meter.add(tables.losses(contexts, words));
  const logits = ops.gatherDot(tables.sums(contexts), tables.outputs.value, words);
  return { test: await meter.read(), logits: await logits.array() };
}

/** The running loss and accuracy: a word is told apart rightly where its loss is below log 2, the loss of an even guess. */
class Meter {
  private readonly loss = metrics.mean({ name: 'loss' });
  private readonly accuracy = metrics.mean({ name: 'accuracy' });

  add(losses: Tensor): void {
    this.loss.updateState(losses);
    this.accuracy.updateState(ops.cast(ops.less(losses, Math.LN2), 'f32'));
  }

  async read(): Promise<{ loss: number; accuracy: number }> {
    return { loss: await this.loss.result(), accuracy: await this.accuracy.result() };
  }

  reset(): void {
    this.loss.resetState();
    this.accuracy.resetState();
  }
}
