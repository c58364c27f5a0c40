/** Data in arrays: checked once, then drawn batch by batch. */
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { RandomGenerator } from '../../engine/random';
import type { TypedArray } from '../../engine/tensor/dtype';
import { HostArray, type NestedArray } from '../../engine/tensor/host-array';
import { formatShape } from '../../engine/tensor/shape';
import { StringArray } from '../core/string-array';

/** Samples along the first axis. */
export type ArrayLike = HostArray | readonly NestedArray[];

/** Inputs as they are given: numbers, or texts for a model that begins with TextVectorization. */
export type InputLike = ArrayLike | StringArray;

export interface Batch<X = HostArray> {
  readonly x: X;
  readonly y: HostArray | null;
  /** How much each sample counts in the loss; `null`: all alike. */
  readonly weights: HostArray | null;
  /** Whether other batches of the same pass may be longer or shorter along axis 1. */
  readonly varies?: boolean;
}

/** Inputs, labels and sample weights of the same length, free of NaN and infinity. */
export class ArrayData<X extends HostArray | StringArray = HostArray> {
  readonly x: X;
  readonly y: HostArray | null;

  constructor(x: X | readonly NestedArray[], y: ArrayLike | null, readonly what: string, readonly weights: HostArray | null = null) {
    this.x = (x instanceof StringArray ? rows(x, 'x', what) : toHostArray(x, 'x', what)) as X;
    this.y = y === null ? null : toHostArray(y, 'y', what);
    if (this.x.length === 0) throw new ValueError(`${what}: x is empty (shape ${formatShape(this.x.shape)}); expected at least one sample.`);
    if (this.y && this.y.length !== this.x.length) {
      throw new ShapeError(`${what}: x has ${this.x.length} samples and y has ${this.y.length}; expected as many labels as samples.`);
    }
  }

  get length(): number {
    return this.x.length;
  }

  steps(batchSize: number): number {
    return Math.ceil(this.length / batchSize);
  }

  /** The first rows and the last `share` of them, as Keras's `validation_split` takes them before shuffling. */
  split(share: number): [ArrayData<X>, ArrayData<X>] {
    if (!(share > 0 && share < 1)) throw new ValueError(`${this.what}: validationSplit is ${share}; expected a number between 0 and 1.`);
    const at = Math.floor(this.length * (1 - share));
    if (at === 0 || at === this.length) {
      throw new ValueError(`${this.what}: validationSplit ${share} of ${this.length} samples leaves nothing to ${at === 0 ? 'train' : 'validate'} on.`);
    }
    const part = (from: number, to?: number): ArrayData<X> => {
      const [x, y, weights] = [this.x, this.y, this.weights].map((array) => array?.slice(from, to) ?? null);
      return new ArrayData(x as X, y as HostArray | null, this.what, weights as HostArray | null);
    };
    return [part(0, at), part(at)];
  }

  /**
   * Batches in order, or in the order of `generator`'s permutation, which are gathered in the same memory: each is good until
   * the next is asked for. The last one may be smaller.
   */
  *batches(batchSize: number, generator?: RandomGenerator): Generator<Batch<X>> {
    const order = generator?.permutation(this.length);
    const picker = <A extends HostArray | StringArray>(array: A): ((start: number, end: number) => A) => {
      if (!order) return (start, end) => array.slice(start, end) as A;
      if (!(array instanceof HostArray)) return (start, end) => array.take(order.subarray(start, end)) as A;
      const memory = array.slice(0, batchSize).data.slice();
      return (start, end) => array.take(order.subarray(start, end), memory) as A;
    };
    const [x, y, weights] = [picker(this.x), this.y && picker(this.y), this.weights && picker(this.weights)];
    for (let start = 0; start < this.length; start += batchSize) {
      const end = Math.min(start + batchSize, this.length);
      yield { x: x(start, end), y: y && y(start, end), weights: weights && weights(start, end) };
    }
  }
}

/** Throws unless an option is a whole number of at least `least`. */
export function checkCount(what: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) throw new ValueError(`${what}: ${name} is ${value}; expected a whole number ≥ ${least}.`);
}

/** What was given as data, as an array of finite numbers with at least one axis. */
export function toHostArray(values: ArrayLike, name: string, what: string): HostArray {
  if (!(values instanceof HostArray) && !Array.isArray(values)) {
    throw new DtypeError(`${what}: ${name} is ${String(values)}; expected a HostArray or nested arrays of numbers.`);
  }
  const array = values instanceof HostArray ? values : HostArray.from(values);
  rows(array, name, what);
  if (array.dtype === 'f32') {
    const wrong = firstNonFinite(array.data);
    if (wrong >= 0) {
      const row = Math.floor((wrong * array.length) / array.size);
      throw new ValueError(`${what}: ${name} holds ${array.data[wrong]} in sample ${row}; expected finite numbers. Remove or fill such samples first.`);
    }
  }
  return array;
}

/** The array itself, unless it has no rows. */
function rows<A extends HostArray | StringArray>(array: A, name: string, what: string): A {
  if (array.shape.length === 0) throw new ShapeError(`${what}: ${name} is a scalar; expected samples along a first axis.`);
  return array;
}

/** Index of the first NaN or infinity, or −1. Every other number times 0 is 0, so a sum tells fast that there is none. */
function firstNonFinite(data: TypedArray): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] * 0;
  return sum === 0 ? -1 : data.findIndex((value) => !Number.isFinite(value));
}
