/** Reductions over any axes: a binary op folded over them. Sums are f32, and so is what comes of f16. */
import { defineOp, expectDtype } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import { type Dtype, hostDtype } from '../../tensor/dtype';
import { formatShape, normalizeAxes, sameShape, type Shape, sizeOf } from '../../tensor/shape';
import { empty, type Tensor, viewOf } from '../../tensor/tensor';
import { div, mul } from '../elementwise/binary';
import { broadcastTo } from '../layout/broadcast-to';
import { cast } from '../elementwise/cast';
import { equal } from '../elementwise/compare';
import { bitsOf, fillWith } from '../elementwise/fill';
import { type Fold, fold } from './reduce-kernels';
import { reshape } from '../layout/reshape';
import { where } from '../elementwise/where';

interface Row {
  readonly name: string;
  /** Code of the binary op (binary-float.wgsl). */
  readonly code: number;
  readonly dtypes: readonly Dtype[];
  /** The op's neutral element: the result over no elements, unless that is an error. */
  readonly neutral: (dtype: Dtype) => number;
  readonly nothingIsError?: boolean;
  readonly mean?: boolean;
  /** dx from x, y and dy, the latter two with the reduced axes kept. */
  readonly gradient?: (x: Tensor, y: Tensor, dy: Tensor, axes: readonly number[]) => Tensor;
}

interface Attrs {
  readonly row: Row;
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** Shape of a reduction's result. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  const kept = shape.map((n, i) => (axes.includes(i) ? 1 : n));
  return keepDims ? kept : kept.filter((_, i) => !axes.includes(i));
}

const reduceOp = defineOp<Attrs>({
  name: 'reduce',
  output([x], { row, axes, keepDims }) {
    expectDtype(row.name, 'x', x, ...row.dtypes);
    const shape = reducedShape(x.shape, axes, keepDims);
    if (row.nothingIsError && sizeOf(x.shape) === 0 && sizeOf(shape) > 0) {
      throw new ShapeError(`${row.name}: shape ${formatShape(x.shape)} has no elements along axes ${formatShape(axes)}; expected at least one.`);
    }
    return { shape, dtype: x.dtype };
  },
  view: ([x], { shape, dtype }) => (x.size > 0 && x.size === sizeOf(shape) ? viewOf(x, shape, dtype) : null),
  forward([x], [y], { row, axes }) {
    const neutral = row.neutral(x.dtype);
    if (x.size === 0) fillWith(y, row.mean ? NaN : neutral);
    else foldAxes(x, y, axes, row, neutral);
  },
  gradient({ inputs: [x], outputs: [y], dy: [dy], attrs: { row, axes } }) {
    if (x.dtype !== 'f32' || !row.gradient) return [null];
    const shape = reducedShape(x.shape, axes, true);
    return [() => row.gradient!(x, reshape(y, shape), reshape(dy!, shape), axes)];
  },
});

/** Folds runs of adjacent axes one after the other, the last first. */
function foldAxes(x: Tensor, y: Tensor, axes: readonly number[], row: Row, neutral: number): void {
  const divisor = row.mean ? x.size / y.size : 1;
  const how = { op: row.code, identity: bitsOf(neutral, x.dtype), dtype: x.dtype === 'bool' ? 'u32' : hostDtype(x.dtype) } as Omit<Fold, 'divisor'>;
  let sizes = [...x.shape];
  let source = x;
  let rest = axes.filter((axis) => x.shape[axis] > 1);
  while (rest.length > 0) {
    let start = rest.length - 1;
    // Axes of size 1 between reduced ones do not part them.
    while (start > 0 && sizeOf(sizes.slice(rest[start - 1] + 1, rest[start])) === 1) start--;
    const [from, to] = [rest[start], rest[rest.length - 1] + 1];
    rest = rest.slice(0, start);
    const [outer, n, inner] = [sizeOf(sizes.slice(0, from)), sizeOf(sizes.slice(from, to)), sizeOf(sizes.slice(to))];
    sizes = sizes.map((size, i) => (i >= from && i < to ? 1 : size));
    const target = rest.length === 0 ? y : empty(sizes, y.dtype);
    fold(source, target, outer, n, inner, { ...how, divisor: rest.length === 0 ? divisor : 1 });
    if (source !== x) source.dispose();
    source = target;
  }
}

type Axes = number | readonly number[] | null;

/** Reduces over `axes` (all of them if `null`); `keepDims` leaves them in the shape with size 1. Of f16 the result is f32. */
type Reduction = (x: TensorLike, axes?: Axes, keepDims?: boolean) => Tensor;

function reduction(row: Row): Reduction {
  return (x, axes = null, keepDims = false) => {
    const input = asTensor(x);
    const t = cast(input, hostDtype(input.dtype));
    return reduceOp([t], { row, axes: normalizeAxes(axes, t.rank, row.name), keepDims })[0];
  };
}

const numbers: readonly Dtype[] = ['f32', 'i32', 'u32'];
const lowest = (dtype: Dtype): number => (dtype === 'f32' ? -Infinity : dtype === 'i32' ? -(2 ** 31) : 0);
const highest = (dtype: Dtype): number => (dtype === 'f32' ? Infinity : dtype === 'i32' ? 2 ** 31 - 1 : 2 ** 32 - 1);

/** Shared evenly among all elements that are the extremum, as in TensorFlow. */
function shareAmongTies(x: Tensor, y: Tensor, dy: Tensor, axes: readonly number[]): Tensor {
  const ties = cast(equal(x, y), 'f32');
  return mul(ties, div(dy, sum(ties, axes, true)));
}

/** The sum over `axes`; 0 over no elements. Its relative error does not grow with their number, but for its logarithm. */
export const sum = reduction({
  name: 'sum',
  code: 0,
  dtypes: numbers,
  neutral: () => 0,
  gradient: (x, _y, dy) => broadcastTo(dy, x.shape),
});

const meanOfFloats = reduction({
  name: 'mean',
  code: 0,
  dtypes: ['f32'],
  neutral: () => 0,
  mean: true,
  gradient: (x, y, dy) => broadcastTo(div(dy, x.size / y.size), x.shape),
});
/** The mean over `axes`, in f32 also of f16 and of whole numbers; NaN over no elements. */
export const mean: Reduction = (x, axes, keepDims) => meanOfFloats(cast(x, 'f32'), axes, keepDims);

/** The largest element; NaN if there is one. The gradient is shared evenly among equals. */
export const max = reduction({ name: 'max', code: 4, dtypes: numbers, neutral: lowest, nothingIsError: true, gradient: shareAmongTies });
/** The smallest element; NaN if there is one. The gradient is shared evenly among equals. */
export const min = reduction({ name: 'min', code: 5, dtypes: numbers, neutral: highest, nothingIsError: true, gradient: shareAmongTies });

/** The product over `axes`; 1 over no elements. */
export const prod = reduction({
  name: 'prod',
  code: 2,
  dtypes: numbers,
  neutral: () => 1,
  gradient(x, y, dy, axes) {
    // Where x is 0 the derivative is the product of the others, which is 0 if they hold another 0.
    const zero = equal(x, 0);
    const zeros = sum(cast(zero, 'f32'), axes, true);
    const others = prod(where(zero, 1, x), axes, true);
    return mul(dy, where(zero, where(equal(zeros, 1), others, 0), div(y, x)));
  },
});

/** Whether any element is true; false over none. */
export const any = reduction({ name: 'any', code: 4, dtypes: ['bool'], neutral: () => 0 });
/** Whether all elements are true; true over none. */
export const all = reduction({ name: 'all', code: 5, dtypes: ['bool'], neutral: () => 1 });

/** The sum over the axes along which a tensor of `shape` was broadcast to x; f32, unless nothing was repeated. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (x.size === sizeOf(shape)) return sameShape(x.shape, shape) ? x : reshape(x, shape);
  const lead = x.rank - shape.length;
  const axes = x.shape.flatMap((n, i) => (i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : []));
  return reshape(sum(x, axes), shape);
}
