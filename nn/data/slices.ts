/** Arrays taken apart into rows. */
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import type { TypedArray } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { StringArray } from '../core/string-array';
import { type HostValue, isHostValue, type ValueSpec } from './structure';

/** Samples along a first axis: an array, a list of numbers or strings, or typed arrays that differ in length. */
export type Samples = HostValue | readonly number[] | readonly string[] | readonly TypedArray[];

/** Samples in tuples and objects. */
export type Slices = Samples | readonly Slices[] | { readonly [name: string]: Slices };

/** The element that one row of each of the samples makes. */
export type RowOf<S> = S extends HostArray | readonly number[] | readonly TypedArray[]
  ? HostArray
  : S extends StringArray | readonly string[]
    ? StringArray
    : { readonly [K in keyof S]: RowOf<S[K]> };

interface Rows {
  /** In the structure of the samples, as the rows are. */
  spec: unknown;
  length: number;
  row: (i: number) => unknown;
}

/** How to take row `i` of all samples in `slices`, which must have one length. */
export function rowsOf(slices: Slices): Rows {
  if (isSamples(slices)) return samples(slices);
  if (typeof slices !== 'object' || slices === null || ArrayBuffer.isView(slices)) {
    throw new DtypeError(`fromTensorSlices: ${String(slices)} is no array of samples; expected HostArray, StringArray, lists, or tuples and objects of them.`);
  }
  const parts = Object.entries(slices as Readonly<Record<string, Slices>>).map(([name, inner]) => ({ name, ...rowsOf(inner) }));
  if (parts.length === 0) throw new ValueError('fromTensorSlices: there are no arrays.');
  const [{ name, length }] = parts;
  const other = parts.find((part) => part.length !== length);
  if (other) {
    throw new ShapeError(`fromTensorSlices: "${name}" has ${length} samples and "${other.name}" has ${other.length}; expected as many in each.`);
  }
  const join = (take: (part: Rows) => unknown): unknown =>
    Array.isArray(slices) ? parts.map(take) : Object.fromEntries(parts.map((part) => [part.name, take(part)]));
  return { spec: join(({ spec }) => spec), length, row: (i) => join(({ row }) => row(i)) };
}

function isSamples(slices: Slices): slices is Samples {
  if (isHostValue(slices)) return true;
  if (!Array.isArray(slices)) return false;
  const first: unknown = slices[0];
  return typeof first === 'number' || typeof first === 'string' || ArrayBuffer.isView(first);
}

function samples(values: Samples): Rows {
  if (!isHostValue(values)) {
    if (typeof values[0] === 'number') return samples(HostArray.from(values as readonly number[]));
    if (typeof values[0] === 'string') return samples(StringArray.from(values as readonly string[]));
    const ragged = (values as readonly TypedArray[]).map((row) => new HostArray(row, [row.length]));
    return { spec: spec([null], ragged[0]), length: ragged.length, row: (i) => ragged[i] };
  }
  if (values.shape.length === 0) throw new ShapeError('fromTensorSlices: a scalar has no rows.');
  const shape = values.shape.slice(1);
  return { spec: spec(shape, values), length: values.length, row: (i) => values.slice(i, i + 1).reshape(shape) };
}

function spec(shape: ValueSpec['shape'], { dtype }: HostValue): ValueSpec {
  return { shape, dtype };
}
