/** Where `fit`, `evaluate` and `predict` get their batches: from arrays, or from a dataset. */
import { host } from '#platform';
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { defaultGenerator } from '../../engine/random';
import { HostArray } from '../../engine/tensor/host-array';
import { StringArray } from '../core/string-array';
import { Dataset } from '../data/dataset';
import { type Element, isHostValue } from '../data/structure';
import type { Model } from '../models/model';
import { type ArrayData, type ArrayLike, type Batch, type InputLike, toHostArray } from './arrays';
import { type ClassWeight, sampleWeights } from './weights';

/** Batches of inputs and labels, and, if wanted, of sample weights. */
export type SupervisedDataset = Dataset<readonly [HostArray | StringArray, HostArray]> | Dataset<readonly [HostArray | StringArray, HostArray, HostArray]>;

/** Batches of inputs; of tuples only the first counts. */
export type InputDataset = Dataset<HostArray | StringArray> | Dataset<readonly [HostArray | StringArray, ...HostArray[]]>;

/** What `fit` and `evaluate` take. */
export type LabelledData<Options> = [x: InputLike, y: ArrayLike, options?: Options] | [data: SupervisedDataset, options?: Options];

export function labelled<Options extends object>(given: LabelledData<Options>): [x: InputLike | SupervisedDataset, y: ArrayLike | null, options: Partial<Options>] {
  const [x, second, third] = given;
  return x instanceof Dataset ? [x, null, (second as Options | undefined) ?? {}] : [x, second as ArrayLike, third ?? {}];
}

export interface BatchSource {
  /** Batches in one pass: a number, `Infinity`, or `undefined` where only a pass will tell. */
  readonly steps: number | undefined;
  /** All the data, where it is at hand as it goes up to the device. */
  readonly whole: Batch | null;
  /** Starts a pass over the batches, as they go up to the device. */
  pass(): Iterable<Batch> | AsyncIterable<Batch>;
}

/** What a batch from a dataset is checked with: arrays are checked as a whole. */
export type BatchCheck = (batch: Batch) => void;

export function fromArrays(model: Model, data: ArrayData<HostArray | StringArray>, batchSize: number, check: BatchCheck, { shuffle = false } = {}): BatchSource {
  const { x, y, weights } = data;
  const whole = x instanceof HostArray && !model.preparesInputs ? { x, y, weights } : null;
  return {
    steps: data.steps(batchSize),
    whole,
    *pass() {
      for (const batch of data.batches(batchSize, shuffle ? defaultGenerator() : undefined)) {
        const prepared = { ...batch, x: model.prepare(batch.x), varies: model.preparesInputs };
        if (!whole) check(prepared);
        yield prepared;
      }
    },
  };
}

export function fromDataset(model: Model, dataset: InputDataset | SupervisedDataset, what: string, check: BatchCheck, classWeight?: ClassWeight): BatchSource {
  return {
    steps: dataset.length,
    whole: null,
    async *pass() {
      for await (const element of (dataset as Dataset<Element>).elements()) {
        const batch = takeApart(element, what);
        const weights = batch.weights ?? (batch.y && sampleWeights({ length: batch.x.length, y: batch.y }, { classWeight }));
        const prepared = { x: model.prepare(batch.x), y: batch.y, weights, varies: true };
        check(prepared);
        yield prepared;
      }
    },
  };
}

/** An element as x, [x, y] or [x, y, weights]. */
function takeApart(element: Element, what: string): Batch<HostArray | StringArray> {
  const parts: readonly unknown[] = isHostValue(element) ? [element] : Array.isArray(element) ? element : [];
  const [x, y = null, weights = null] = parts;
  if (!isHostValue(x) || (y !== null && !(y instanceof HostArray)) || (weights !== null && !(weights instanceof HostArray))) {
    throw new DtypeError(`${what}: the dataset's elements must be x, [x, y] or [x, y, weights]: arrays, of which only x may hold texts.`);
  }
  if (x.shape.length === 0 || y?.shape.length === 0) throw new ShapeError(`${what}: the dataset's elements are single samples; batch it first: dataset.batch(32).`);
  if (y && y.shape[0] !== x.length) throw new ShapeError(`${what}: a batch has ${x.length} samples and labels of shape [${y.shape}]; expected as many labels as samples.`);
  return { x: x instanceof HostArray ? toHostArray(x, 'x', what) : x, y: y && toHostArray(y, 'y', what), weights };
}

/** Batches one after the other, pass after pass. */
export class BatchStream {
  private iterator: Iterator<Batch> | AsyncIterator<Batch> | null = null;
  private ahead: Batch | null = null;

  constructor(private readonly source: BatchSource) {}

  /** The next batch; `null` once at the end of each pass. */
  async next(): Promise<Batch | null> {
    const { ahead } = this;
    this.ahead = null;
    if (ahead) return ahead;
    this.iterator ??= iterate(this.source.pass());
    const result = await this.iterator.next();
    if (!result.done) return result.value;
    this.iterator = null;
    return null;
  }

  /** The batch that `next` will give. */
  async peek(what: string): Promise<Batch> {
    this.ahead ??= await this.next();
    if (!this.ahead) throw new ValueError(`${what}: the dataset is empty; expected at least one batch.`);
    return this.ahead;
  }

  /** Ends the pass under way. */
  async close(): Promise<void> {
    await this.iterator?.return?.();
    this.iterator = this.ahead = null;
  }
}

function iterate(batches: Iterable<Batch> | AsyncIterable<Batch>): Iterator<Batch> | AsyncIterator<Batch> {
  return Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
}

/** How many steps there will be: as many as asked for, or a pass; `undefined` where only the pass will tell. */
export function stepsOf(what: string, option: string, { steps }: BatchSource, asked?: number): number | undefined {
  if (asked !== undefined && (!Number.isInteger(asked) || asked < 1)) throw new ValueError(`${what}: ${option} is ${asked}; expected a whole number ≥ 1.`);
  if (asked === undefined && steps === Infinity) throw new ValueError(`${what}: the dataset never ends; say with ${option} how many batches to take.`);
  return asked ?? steps;
}

/** Keras's warning where data runs out before the steps that were asked for. */
export function warnRanOut(what: string, done: number, asked: number): void {
  host.terminal.write(`${what}: the data ran out after ${done} of ${asked} steps. Repeat the dataset (dataset.repeat()) or ask for fewer steps.\n`);
}
