/** Parts of a tensor. A part whose elements follow each other, starting on a line of 256 bytes, is a view. */
import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, normalizeAxes, normalizeAxis, type Shape, stridesOf } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { stridedRead } from './strided';

/**
 * `size[d]` elements along each axis, from `begin[d]` on; a size of −1 means all that follow. Axes that are
 * not given are taken whole.
 */
export function slice(x: TensorLike, begin: readonly number[], size: readonly number[] = begin.map(() => -1)): Tensor {
  const input = asTensor(x);
  const { shape } = input;
  if (begin.length !== size.length || begin.length > input.rank) {
    throw new ShapeError(
      `slice: begin ${formatShape(begin)} and size ${formatShape(size)} must be of one length, ` +
        `at most the rank of shape ${formatShape(shape)}.`,
    );
  }
  const sizes = shape.map((n, d) => (d >= begin.length ? n : size[d] === -1 ? n - begin[d] : size[d]));
  sizes.forEach((n, d) => {
    const start = begin[d] ?? 0;
    if (!(Number.isInteger(start) && Number.isInteger(n) && start >= 0 && n >= 0 && start + n <= shape[d])) {
      throw new ShapeError(`slice: ${n} elements from ${start} on do not lie within axis ${d} of shape ${formatShape(shape)}.`);
    }
  });
  return read(input, sizes, begin, []);
}

/**
 * NumPy's `x[begin:end:step]` along each axis: negative positions count from the end, positions outside are
 * clipped, `null` means as far as it goes, and a negative step goes backwards. Axes not given are taken whole.
 */
export function stridedSlice(
  x: TensorLike,
  begin: readonly (number | null)[],
  end: readonly (number | null)[] = [],
  steps: readonly number[] = [],
): Tensor {
  const input = asTensor(x);
  const { shape } = input;
  const given = Math.max(begin.length, end.length, steps.length);
  if (given > input.rank) throw new ShapeError(`stridedSlice: ${given} axes were given for shape ${formatShape(shape)}.`);
  const ranges = shape.map((n, d) => rangeOf(n, begin[d] ?? null, end[d] ?? null, steps[d] ?? 1));
  return read(input, ranges.map(({ size }) => size), ranges.map(({ start }) => start), ranges.map(({ step }) => step));
}

/** `x` backwards along the given axes, or along all of them. */
export function reverse(x: TensorLike, axes?: number | readonly number[]): Tensor {
  const input = asTensor(x);
  const reversed = normalizeAxes(axes, input.rank, 'reverse');
  return stridedSlice(input, [], [], input.shape.map((_, d) => (reversed.includes(d) ? -1 : 1)));
}

/** `x` in parts along `axis`: that many equal ones, or parts of the given sizes. */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const input = asTensor(x);
  const at = normalizeAxis(axis, input.rank, 'split');
  const n = input.shape[at];
  const sizes = typeof parts === 'number' ? Array.from({ length: parts }, () => n / parts) : parts;
  if (sizes.reduce((sum, size) => sum + size, 0) !== n || !sizes.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new ShapeError(
      `split: axis ${at} of shape ${formatShape(input.shape)} cannot be split into ` +
        (typeof parts === 'number' ? `${parts} equal parts.` : `parts of ${formatShape(parts)}.`),
    );
  }
  let start = 0;
  return sizes.map((size) => {
    const begin = input.shape.map((_, d) => (d === at ? start : 0));
    start += size;
    return slice(input, begin, input.shape.map((whole, d) => (d === at ? size : whole)));
  });
}

function read(x: Tensor, shape: Shape, starts: readonly number[], steps: readonly number[]): Tensor {
  const whole = stridesOf(x.shape);
  // Nothing is read of an empty part, wherever it starts.
  const offset = shape.includes(0) ? 0 : whole.reduce((sum, stride, d) => sum + stride * (starts[d] ?? 0), 0);
  return stridedRead([x], { shape, layout: { offset, strides: whole.map((stride, d) => stride * (steps[d] ?? 1)) } })[0];
}

/** Python's slice.indices. */
function rangeOf(n: number, begin: number | null, end: number | null, step: number): { start: number; size: number; step: number } {
  if (!Number.isInteger(step) || step === 0) throw new ShapeError(`stridedSlice: step ${step} must be a whole number other than 0.`);
  const [lowest, highest] = step > 0 ? [0, n] : [-1, n - 1];
  const clip = (position: number): number => Math.min(Math.max(position < 0 ? position + n : position, lowest), highest);
  const start = begin === null ? (step > 0 ? lowest : highest) : clip(begin);
  const stop = end === null ? (step > 0 ? highest : lowest) : clip(end);
  return { start, size: Math.max(0, Math.ceil((stop - start) / step)), step };
}
