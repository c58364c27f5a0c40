/**
 * Ops that move elements. Where each element of the result comes from is told by plain loops over indices; from that
 * follow the values, in any dtype, and the gradient, both exactly.
 */
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { gpu } from '../../engine/gpu/gpu';
import { tensor } from '../../engine/tensor/create';
import { type Dtype, hostDtype, isFloat, type TypedArray } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape, type Shape, sizeOf, stridesOf } from '../../engine/tensor/shape';
import { readable, type Tensor, toTypedArray } from '../../engine/tensor/tensor';
import { guardedDevice } from './check-op';
import { nearestHalf } from './half';
import { seed } from './seed';

/** For each element of the result, row-major, the input's element (its row-major number) or −1 for one that is filled in. */
export interface Move {
  readonly shape: Shape;
  readonly sources: readonly number[];
}

/** A move from where it takes index [i₀, i₁, …] of its result: an index of an input of `from`, or `null`. */
export function moveOf(shape: Shape, from: Shape, source: (index: number[]) => readonly number[] | null): Move {
  const strides = stridesOf(from);
  const sources = indicesOf(shape).map((index) => {
    const at = source(index);
    return at === null ? -1 : at.reduce((sum, i, d) => sum + i * strides[d], 0);
  });
  return { shape, sources };
}

/** All indices of a shape, row-major. */
export function indicesOf(shape: Shape): number[][] {
  const strides = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, i) => shape.map((n, d) => Math.floor(i / strides[d]) % n));
}

/** Small whole numbers, which f16 holds, so that sums of them are exact in f32; no two neighbours alike. */
export function countedValues(shape: Shape, dtype: Dtype, phase = 0): HostArray {
  const array = new HostArray(Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 37 + phase) % 1009) - 500), shape);
  return isFloat(dtype) ? array : array.map((v) => (dtype === 'i32' ? v : dtype === 'u32' ? v + 500 : Number(v > 0)), dtype);
}

/** Checks what `op` makes of an input of `from`, and of its gradient if the dtype has one. */
export async function checkMove(
  op: (x: Tensor) => Tensor,
  from: Shape,
  { shape, sources }: Move,
  { dtype = 'f32', fill = 0, label = '' }: { dtype?: Dtype; fill?: number; label?: string } = {},
): Promise<void> {
  const guards = await guardedDevice();
  const what = `${label} of ${dtype}${formatShape(from)}`;
  const input = countedValues(from, dtype);
  const x = tensor(input, dtype);
  const counted = countedValues(shape, dtype, 7);
  // Sums of many elements of f16 stay exact.
  const dy = dtype === 'f16' ? counted.map((v) => Math.abs(v % 3) - 1) : counted;
  const tape = new GradientTape();
  tape.watch(x);
  const y = tape.record(() => op(x));
  assert.equal(y.shape, shape, `${what}: shape`);
  assert.is(y.dtype, dtype);
  const [dx] = isFloat(dtype) ? tape.gradient(y, [x], tensor(dy, dtype)) : [null];
  if (dx) assert.is(dx.dtype, dtype);
  const [values, gradient] = await readAll(dx ? [y, dx] : [y]);
  for (const t of dx ? [x, y, dx] : [x, y]) t.dispose();
  await guards.check();
  same(values, sources.map((i) => (i < 0 ? fill : input.data[i])), what);
  if (!dx) return;

  const expected = new Float32Array(input.size);
  sources.forEach((i, j) => {
    if (i >= 0) expected[i] += dy.data[j];
  });
  assert.equal(dx.shape, from, `gradient of ${what}: shape`);
  same(gradient, dtype === 'f16' ? expected.map(nearestHalf) : expected, `gradient of ${what}`);
}

/** The elements of several tensors in one read, f16 as f32. */
export async function readAll(tensors: readonly Tensor[]): Promise<TypedArray[]> {
  const sources = tensors.map(readable);
  const bytes = await gpu().readback.read(sources);
  sources.forEach((source, i) => source !== tensors[i] && source.dispose());
  return tensors.map(({ dtype }, i) => toTypedArray(bytes[i], hostDtype(dtype)));
}

/** Exact equality (0 and −0 differ, NaN is NaN), with the first difference in the message. */
export function same(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.is(actual.length, expected.length, `${what}: number of elements`);
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(actual[i], expected[i])) assert.unreachable(`${what}: element ${i} is ${actual[i]}; expected ${expected[i]}`);
  }
}

/** Checks `runs` random cases, twenty times as many if the tests run deep. */
export function property<T>(cases: fc.Arbitrary<T>, check: (value: T) => Promise<void>, runs = 25): Promise<void> {
  return fc.assert(fc.asyncProperty(cases, check), { seed, numRuns: process.env.WGRAD_TEST_DEEP ? 20 * runs : runs });
}
