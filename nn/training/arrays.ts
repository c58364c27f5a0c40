/** Data in arrays: checked once, then drawn batch by batch. */
import { ShapeError, ValueError } from '../../engine/errors';
import { RandomGenerator } from '../../engine/random';
import { HostArray, type NestedArray } from '../../engine/tensor/host-array';
import { formatShape } from '../../engine/tensor/shape';

/** Samples along the first axis. */
export type ArrayLike = HostArray | readonly NestedArray[];

export interface Batch {
  readonly x: HostArray;
  readonly y: HostArray | null;
  readonly size: number;
}

/** Inputs and labels of the same length, free of NaN and infinity. */
export class ArrayData {
  readonly x: HostArray;
  readonly y: HostArray | null;

  constructor(x: ArrayLike, y: ArrayLike | null, readonly what: string) {
    this.x = toHostArray(x, 'x', what);
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
  split(share: number): [ArrayData, ArrayData] {
    const at = Math.floor(this.length * (1 - share));
    if (at === 0 || at === this.length) {
      throw new ValueError(`${this.what}: validationSplit ${share} of ${this.length} samples leaves nothing to ${at === 0 ? 'train' : 'validate'} on.`);
    }
    const part = (from: number, to?: number): ArrayData => new ArrayData(this.x.slice(from, to), this.y?.slice(from, to) ?? null, this.what);
    return [part(0, at), part(at)];
  }

  /** Batches in order, or in the order of `generator`'s permutation; the last one may be smaller. */
  *batches(batchSize: number, generator?: RandomGenerator): Generator<Batch> {
    const order = generator?.permutation(this.length);
    for (let start = 0; start < this.length; start += batchSize) {
      const end = Math.min(start + batchSize, this.length);
      const pick = (array: HostArray): HostArray => (order ? array.take(order.subarray(start, end)) : array.slice(start, end));
      yield { x: pick(this.x), y: this.y && pick(this.y), size: end - start };
    }
  }
}

function toHostArray(values: ArrayLike, name: string, what: string): HostArray {
  const array = values instanceof HostArray ? values : HostArray.from(values);
  if (array.shape.length === 0) throw new ShapeError(`${what}: ${name} is a scalar; expected samples along a first axis.`);
  if (array.dtype === 'f32') {
    const wrong = (array.data as Float32Array).findIndex((v) => !Number.isFinite(v));
    if (wrong >= 0) {
      const row = Math.floor((wrong * array.length) / array.size);
      throw new ValueError(`${what}: ${name} holds ${array.data[wrong]} in sample ${row}; expected finite numbers. Remove or fill such samples first.`);
    }
  }
  return array;
}
