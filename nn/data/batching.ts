/** Several arrays as the rows of one. */
import { DtypeError, ShapeError } from '../../engine/errors';
import { newTypedArray } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape, sameShape, type Shape, sizeOf } from '../../engine/tensor/shape';
import { StringArray } from '../core/string-array';
import type { HostValue } from './structure';

/** Arrays of one shape and dtype, as [arrays, …shape]. */
export function stack(values: readonly HostValue[]): HostValue {
  const [{ shape }] = values;
  for (const value of values) {
    if (!sameShape(value.shape, shape)) {
      throw new ShapeError(`batch: shapes ${formatShape(shape)} and ${formatShape(value.shape)} do not make one array. Use paddedBatch for different lengths.`);
    }
  }
  if (values.every((value) => value instanceof StringArray)) return StringArray.stack(values);
  const arrays = numeric(values, 'batch');
  const size = sizeOf(shape);
  const out = newTypedArray(arrays[0].dtype, values.length * size);
  arrays.forEach(({ data }, i) => out.set(data, i * size));
  return new HostArray(out, [values.length, ...shape], arrays[0].dtype);
}

/** Arrays of one rank and dtype, each filled up behind to the longest along every axis: [arrays, …longest]. */
export function padAndStack(values: readonly HostValue[], fill: number): HostValue {
  if (values.every(({ shape }) => sameShape(shape, values[0].shape))) return stack(values);
  const arrays = numeric(values, 'paddedBatch');
  const { shape, dtype } = arrays[0];
  const longest = shape.map((_, axis) => Math.max(...arrays.map((array) => array.shape[axis])));
  const size = sizeOf(longest);
  const out = newTypedArray(dtype, arrays.length * size);
  if (fill !== 0) out.fill(fill);
  arrays.forEach((array, i) => {
    if (array.shape.length !== shape.length) {
      throw new ShapeError(`paddedBatch: shapes ${formatShape(shape)} and ${formatShape(array.shape)} differ in rank.`);
    }
    place(array, out.subarray(i * size, (i + 1) * size), longest);
  });
  return new HostArray(out, [arrays.length, ...longest], dtype);
}

/** Copies `array` into the corner of a larger array, run by run along the last axis. */
function place({ data, shape }: HostArray, out: HostArray['data'], outer: Shape): void {
  const copy = (axis: number, from: number, to: number): void => {
    const [inner, outerInner] = [sizeOf(shape.slice(axis + 1)), sizeOf(outer.slice(axis + 1))];
    if (axis === shape.length - 1) out.set(data.subarray(from, from + shape[axis]), to);
    else for (let i = 0; i < shape[axis]; i++) copy(axis + 1, from + i * inner, to + i * outerInner);
  };
  copy(0, 0, 0);
}

function numeric(values: readonly HostValue[], what: string): HostArray[] {
  return values.map((value) => {
    if (value.dtype === 'string') throw new DtypeError(`${what}: arrays of strings and of numbers, or strings of different shapes, do not make one array.`);
    if (value.dtype !== values[0].dtype) throw new DtypeError(`${what}: ${values[0].dtype} and ${value.dtype} do not make one array.`);
    return value;
  });
}
