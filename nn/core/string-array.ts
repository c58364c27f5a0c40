/** Strings on the host: what text data sets load into. No tensor holds them; TextVectorization makes numbers of them. */
import { DtypeError, ShapeError } from '../../engine/errors';
import { HostArray, type NestedArray } from '../../engine/tensor/host-array';
import type { Shape } from '../../engine/tensor/shape';

/** Strings, nested to any depth. */
export type NestedStrings = string | readonly NestedStrings[];

/** A dense row-major array of strings, none of which is ever copied: an array is a choice among strings. */
export class StringArray {
  readonly dtype = 'string';

  private constructor(private readonly strings: readonly string[], private readonly places: HostArray) {}

  /** From nested arrays of equal lengths; a single string makes a scalar. */
  static from(values: NestedStrings): StringArray {
    const strings: string[] = [];
    const shape: number[] = [];
    const collect = (value: NestedStrings, axis: number): void => {
      if (typeof value === 'string') {
        if (axis !== shape.length) throw new ShapeError('StringArray.from: the nested arrays are ragged.');
        strings.push(value);
      } else if (Array.isArray(value)) {
        if (strings.length === 0 && axis === shape.length) shape.push(value.length);
        if (shape[axis] !== value.length) throw new ShapeError('StringArray.from: the nested arrays are ragged.');
        for (const inner of value) collect(inner, axis + 1);
      } else {
        throw new DtypeError(`StringArray.from: ${String(value)} at ${strings.length} is no string.`);
      }
    };
    collect(values, 0);
    return new StringArray(strings, new HostArray(Int32Array.from(strings.keys()), shape));
  }

  /** Arrays of one shape as the rows of one. */
  static stack(arrays: readonly StringArray[]): StringArray {
    const strings = arrays.flatMap(({ data }) => data);
    const shape = arrays.length > 0 ? arrays[0].shape : [];
    return new StringArray(strings, new HostArray(Int32Array.from(strings.keys()), [arrays.length, ...shape]));
  }

  get shape(): Shape {
    return this.places.shape;
  }

  /** Number of rows (the first axis). */
  get length(): number {
    return this.places.length;
  }

  get size(): number {
    return this.places.size;
  }

  /** The strings in row-major order. */
  get data(): readonly string[] {
    return Array.from(this.places.data, (place) => this.strings[place]);
  }

  /** Rows `start` to `end` (excluded), as `HostArray.slice`. */
  slice(start: number, end?: number): StringArray {
    return new StringArray(this.strings, this.places.slice(start, end));
  }

  /** The rows at `indices`, in that order. */
  take(indices: ArrayLike<number>): StringArray {
    return new StringArray(this.strings, this.places.take(indices));
  }

  /** The same strings under another shape; one size may be -1. */
  reshape(shape: Shape): StringArray {
    return new StringArray(this.strings, this.places.reshape(shape));
  }

  /** A new axis of size 1 at `axis`. */
  expandDims(axis: number): StringArray {
    return new StringArray(this.strings, this.places.expandDims(axis));
  }

  /** The string at these indices; of a scalar, `at()`. */
  at(...indices: number[]): string {
    return this.strings[this.places.at(...indices)];
  }

  /** As nested plain arrays. */
  toArray(): NestedStrings {
    const named = (places: NestedArray): NestedStrings => (typeof places === 'number' ? this.strings[places] : places.map(named));
    return named(this.places.toArray());
  }
}
