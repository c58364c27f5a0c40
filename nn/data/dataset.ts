/** Pipelines of data on the host, as `tf.data`: https://www.tensorflow.org/guide/data */
import { ValueError } from '../../engine/errors';
import { defaultGenerator, RandomGenerator } from '../../engine/random';
import type { Key } from '../../engine/random/key';
import { padAndStack, stack } from './batching';
import { paced } from './paced';
import { type RowOf, rowsOf, type Slices } from './slices';
import * as stages from './stages';
import { type Element, mapSpec, mapValues, type SpecOf, type ValueSpec } from './structure';

export interface GeneratorOptions<T> {
  readonly elementSpec?: SpecOf<T>;
  /** Elements in one pass, where known. */
  readonly length?: number;
}

export interface ShuffleOptions {
  /** A new order for every pass (default), or the same one each time. */
  readonly reshuffleEachIteration?: boolean;
}

export interface BatchOptions {
  /** Leaves out a last batch with fewer elements; default false. */
  readonly dropRemainder?: boolean;
}

export interface PaddedBatchOptions extends BatchOptions {
  /** Default 0. */
  readonly paddingValue?: number;
}

/**
 * A sequence of elements (arrays, or tuples and objects of them), made anew in every pass over it. The methods do
 * nothing yet: they return another dataset that will.
 */
export class Dataset<T> implements AsyncIterable<T> {
  private constructor(
    /** Starts a pass. */
    private readonly pass: stages.Pass<T>,
    /** Shapes and dtypes of the elements, in their structure; `null` where only the elements would tell (after `map`). */
    readonly elementSpec: SpecOf<T> | null,
    /** Elements in one pass: a number, `Infinity`, or `undefined` where only counting would tell. */
    readonly length: number | undefined,
  ) {}

  /**
   * The rows of arrays of one length: `fromTensorSlices([x, y])` has elements [row of x, row of y].
   * A list of typed arrays counts as an array whose rows differ in length.
   */
  static fromTensorSlices<const S>(slices: S & Slices): Dataset<RowOf<S>> {
    const { spec, length, row } = rowsOf(slices);
    const rows = async function* (): AsyncGenerator<RowOf<S>> {
      for (let i = 0; i < length; i++) yield row(i) as RowOf<S>;
    };
    return new Dataset<RowOf<S>>(rows, spec as SpecOf<RowOf<S>>, length);
  }

  /** The elements that `make()` gives, called for every pass. */
  static fromGenerator<T>(make: () => Iterable<T> | AsyncIterable<T>, options: GeneratorOptions<T> = {}): Dataset<T> {
    const elements = async function* (): AsyncGenerator<T> {
      yield* make();
    };
    return new Dataset(elements, options.elementSpec ?? null, options.length);
  }

  /**
   * Random order: each element is drawn from a buffer of `bufferSize` that the next ones fill up, so only a buffer as
   * long as the dataset makes every order equally likely. Without a seed, the default generator's (`setSeed`).
   */
  shuffle(bufferSize: number, seed?: number, { reshuffleEachIteration = true }: ShuffleOptions = {}): Dataset<T> {
    check('shuffle', 'bufferSize', bufferSize, 1);
    const own = seed === undefined ? null : new RandomGenerator(seed);
    let first: Key | undefined;
    return this.stage((random) => {
      const draw = (): Key => (own ?? random).nextKey();
      return stages.shuffle(this.pass(random), bufferSize, reshuffleEachIteration ? draw() : (first ??= draw()));
    });
  }

  /** `size` elements stacked: every array gets a new first axis. */
  batch(size: number, { dropRemainder = false }: BatchOptions = {}): Dataset<T> {
    check('batch', 'size', size, 1);
    return this.grouped(size, dropRemainder, (elements) => mapValues(elements as Element[], 'batch', stack), ({ shape }) => shape);
  }

  /** As `batch`, for arrays of different sizes: filled up behind to the largest of the batch. */
  paddedBatch(size: number, { dropRemainder = false, paddingValue = 0 }: PaddedBatchOptions = {}): Dataset<T> {
    check('paddedBatch', 'size', size, 1);
    const pad = (elements: T[]): unknown => mapValues(elements as Element[], 'paddedBatch', (values) => padAndStack(values, paddingValue));
    return this.grouped(size, dropRemainder, pad, ({ shape }) => shape.map(() => null));
  }

  /** `fn` of every element; it may be asynchronous. */
  map<U>(fn: (element: T) => U | Promise<U>): Dataset<U> {
    return new Dataset<U>((random) => stages.map(this.pass(random), fn), null, this.length);
  }

  /** The elements that `keep` holds for. */
  filter(keep: (element: T) => boolean): Dataset<T> {
    return new Dataset((random) => stages.filter(this.pass(random), keep), this.elementSpec, undefined);
  }

  /** The first `count` elements. */
  take(count: number): Dataset<T> {
    check('take', 'count', count, 0);
    return this.stage((random) => stages.take(this.pass(random), count), (length) => Math.min(length, count));
  }

  /** All but the first `count` elements. */
  skip(count: number): Dataset<T> {
    check('skip', 'count', count, 0);
    return this.stage((random) => stages.skip(this.pass(random), count), (length) => Math.max(length - count, 0));
  }

  /** `times` passes one after the other, or passes without end. */
  repeat(times = Infinity): Dataset<T> {
    if (times !== Infinity) check('repeat', 'times', times, 0);
    return this.stage((random) => stages.repeat(() => this.pass(random), times), (length) => (length === 0 ? 0 : length * times));
  }

  /** The elements of this dataset, then those of `other`. */
  concatenate(other: Dataset<T>): Dataset<T> {
    const lengths = (length: number): number | undefined => (other.length === undefined ? undefined : length + other.length);
    return this.stage((random) => stages.concatenate(this.pass(random), other.pass(random)), lengths);
  }

  /** Keeps the elements of the first whole pass in memory, and gives them from then on. */
  cache(): Dataset<T> {
    let kept: T[] | null = null;
    const { pass } = this;
    return this.stage(async function* (random) {
      if (kept) return yield* kept;
      const elements: T[] = [];
      for await (const element of pass(random)) {
        elements.push(element);
        yield element;
      }
      kept = elements;
    });
  }

  /** Makes `count` elements ahead, while the device works on the one before; `'auto'` is 2. */
  prefetch(count: number | 'auto'): Dataset<T> {
    if (count !== 'auto') check('prefetch', 'count', count, 0);
    return this.stage((random) => stages.prefetch(this.pass(random), count === 'auto' ? 2 : count));
  }

  /** A pass for a loop with ops in it: ops do not wait for the device, so the loop now and then has to. */
  [Symbol.asyncIterator](): AsyncGenerator<T> {
    return paced(this.elements());
  }

  /** A pass for a loop that paces itself. */
  elements(): AsyncIterable<T> {
    // A generator of its own: with the shared one, what is made ahead would draw between the draws of others.
    return this.pass(new RandomGenerator(defaultGenerator().nextKey()[0]));
  }

  private stage(pass: stages.Pass<T>, length: (length: number) => number | undefined = (same) => same): Dataset<T> {
    return new Dataset(pass, this.elementSpec, this.length === undefined ? undefined : length(this.length));
  }

  private grouped(size: number, dropRemainder: boolean, join: (elements: T[]) => unknown, shape: (spec: ValueSpec) => ValueSpec['shape']): Dataset<T> {
    const pass: stages.Pass<T> = (random) => stages.map(stages.group(this.pass(random), size, dropRemainder), (elements) => join(elements) as T);
    const spec = mapSpec<T>(this.elementSpec, (value) => ({ ...value, shape: [dropRemainder ? size : null, ...shape(value)] }));
    return new Dataset(pass, spec, this.length === undefined ? undefined : dropRemainder ? Math.floor(this.length / size) : Math.ceil(this.length / size));
  }
}

function check(method: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) throw new ValueError(`Dataset.${method}: ${name} is ${value}; expected a whole number ≥ ${least}.`);
}
