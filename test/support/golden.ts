/** Golden values from the real Keras (test/golden/README.md), and comparing with them. */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape, type Shape } from '../../engine/tensor/shape';
import { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { indexAt } from './reference';

const typedArrays = { f32: Float32Array, i32: Int32Array, bool: Uint32Array };

/** A file of test/golden by its name, with every array as a HostArray. */
export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(`test/golden/${name}.json`, 'utf8'), (_, value) => {
    if (!(value?.dtype in typedArrays)) return value;
    const { dtype, shape, data } = value as { dtype: keyof typeof typedArrays; shape: Shape; data: number[] };
    return new HostArray(typedArrays[dtype].from(data), shape, dtype);
  });
}

export interface Tolerance {
  /** Relative to the expected value. */
  readonly rtol?: number;
  readonly atol?: number;
}

/** What `expectClose` compares: a single number stands for a scalar, a list for a vector. */
export type Values = HostArray | Tensor | Variable | number | readonly number[];

/** Same shape, and |actual − expected| ≤ atol + rtol·|expected| everywhere; NaN only where NaN is expected. Default rtol 1e-6. */
export async function expectClose(actual: Values, expected: Values, { rtol = 1e-6, atol = 0 }: Tolerance = {}, what = 'values'): Promise<void> {
  const [a, b] = [await valuesOf(actual), await valuesOf(expected)];
  assert.is(formatShape(a.shape), formatShape(b.shape), `${what}: shape`);
  const wrong = [];
  for (let i = 0; i < b.data.length; i++) {
    const close = Object.is(a.data[i], b.data[i]) || Math.abs(a.data[i] - b.data[i]) <= atol + rtol * Math.abs(b.data[i]);
    if (!close) wrong.push(i);
  }
  if (wrong.length === 0) return;
  const [first] = wrong;
  assert.unreachable(
    `${what}${formatShape(indexAt(b.shape, first))} is ${a.data[first]}, expected ${b.data[first]} ` +
      `(rtol ${rtol}, atol ${atol}); ${wrong.length} of ${b.data.length} are wrong.`,
  );
}

async function valuesOf(values: Values): Promise<{ shape: Shape; data: ArrayLike<number> }> {
  if (values instanceof Tensor) return values.array();
  if (values instanceof Variable) return values.read();
  if (typeof values === 'number') return { shape: [], data: [values] };
  return Array.isArray(values) ? { shape: [values.length], data: values } : (values as HostArray);
}
