/**
 * Functions of two tensors, element by element, with NumPy's broadcasting. To add one: a `case` in
 * binary-float.wgsl (and binary-int.wgsl), a row here. A number takes the other operand's dtype.
 */
import { defineOp, expectDtype, type GradientThunks } from '../../autodiff/op';
import type { TensorLike } from '../../tensor/create';
import { type Dtype, isFloat } from '../../tensor/dtype';
import { broadcastShapes } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { floats, ints } from './binary-kernels';
import { cast } from './cast';
import { equal, greater, greaterEqual, less } from './compare';
import { floor, log, neg } from './unary';
import { operands } from './operands';
import { runPair } from './pairwise';
import { where } from './where';

/** Gradients with respect to a and b, before the sum over broadcast axes. */
type Gradient = (a: Tensor, b: Tensor, y: Tensor, dy: Tensor) => GradientThunks;

interface Row {
  readonly name: string;
  readonly code: number;
  readonly gradient?: Gradient;
  readonly dtypes?: readonly Dtype[];
}

const binaryOp = defineOp<Row>({
  name: 'binary',
  output([a, b], { name, dtypes = ['f32', 'f16', 'i32', 'u32'] }) {
    expectDtype(name, 'a', a, ...dtypes);
    return { shape: broadcastShapes(a.shape, b.shape, name), dtype: a.dtype };
  },
  forward([a, b], [y], { code }) {
    runPair(isFloat(a.dtype) ? floats : ints, a, b, y, code);
  },
  gradient: ({ inputs: [a, b], outputs: [y], dy: [dy], attrs }) =>
    isFloat(a.dtype) && attrs.gradient ? attrs.gradient(a, b, y, dy!) : [null, null],
});

function binary(row: Row): (a: TensorLike, b: TensorLike) => Tensor {
  return (a, b) => binaryOp(operands(row.name, a, b), row)[0];
}

/** a + b. */
export const add = binary({ name: 'add', code: 0, gradient: (_a, _b, _y, dy) => [() => dy, () => dy] });
/** a − b. */
export const sub = binary({ name: 'sub', code: 1, gradient: (_a, _b, _y, dy) => [() => dy, () => neg(dy)] });
/** a · b. */
export const mul = binary({ name: 'mul', code: 2, gradient: (a, b, _y, dy) => [() => mul(dy, b), () => mul(dy, a)] });

const divide = binary({
  name: 'div',
  code: 3,
  dtypes: ['f32', 'f16'],
  gradient: (_a, b, y, dy) => [() => div(dy, b), () => neg(div(mul(dy, y), b))],
});
/** a / b; of whole numbers too the quotient is f32. */
export function div(a: TensorLike, b: TensorLike): Tensor {
  const [p, q] = operands('div', a, b);
  return isFloat(p.dtype) ? divide(p, q) : divide(cast(p, 'f32'), cast(q, 'f32'));
}

/** The larger of a and b; NaN if either is. Where they are equal, the gradient goes to a. */
export const maximum = binary({
  name: 'maximum',
  code: 4,
  gradient: (a, b, _y, dy) => [() => where(greaterEqual(a, b), dy, 0), () => where(greaterEqual(a, b), 0, dy)],
});
/** The smaller of a and b; NaN if either is. Where they are equal, the gradient goes to a. */
export const minimum = binary({
  name: 'minimum',
  code: 5,
  gradient: (a, b, _y, dy) => [() => where(greater(a, b), 0, dy), () => where(greater(a, b), dy, 0)],
});
/** (a − b)². */
export const squaredDifference = binary({
  name: 'squaredDifference',
  code: 6,
  gradient: (a, b, _y, dy) => [() => mul(dy, mul(2, sub(a, b))), () => mul(dy, mul(2, sub(b, a)))],
});
/** a to the power of b; NaN for a negative a with a b that is not whole. */
export const pow = binary({
  name: 'pow',
  code: 7,
  gradient: (a, b, y, dy) => [
    () => mul(dy, mul(b, pow(a, sub(b, 1)))),
    () => mul(dy, where(equal(y, 0), 0, mul(y, log(where(less(a, 0), NaN, where(equal(a, 0), 1, a)))))),
  ],
});
/** a − b·floor(a/b), with the sign of b, as in Python. */
export const mod = binary({
  name: 'mod',
  code: 8,
  gradient: (a, b, _y, dy) => [() => dy, () => neg(mul(dy, floor(div(a, b))))],
});
/** floor(a/b). */
export const floorDiv = binary({ name: 'floorDiv', code: 9 });

