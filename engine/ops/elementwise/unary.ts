/**
 * Functions of one tensor, element by element; activations have Keras's names, formulas and defaults. They take f32 and f16
 * unless told otherwise and throw DtypeError for the rest. To add one: a `case` in unary.wgsl, one in unary-grad.wgsl, a row here.
 */
import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { vjp } from '../../autodiff/vjp';
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import { elementsOf, flatWindows } from '../../gpu/windows';
import { ValueError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import { type Dtype, hostDtype, isFloat, wgslType } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { grid, math, nan } from '../../../shaders/lib';
import gradSource from '../../../shaders/elementwise/unary-grad.wgsl';
import source from '../../../shaders/elementwise/unary.wgsl';
import { add, div, mul, sub } from './binary';
import { less } from './compare';
import { offerRelu, offerReluGradient } from '../matmul/product-finish';
import { where } from './where';

const unaryKernel = defineKernel({
  name: 'elementwise/unary',
  source,
  lib: [grid, math, nan],
  bindings: { x: 'read', y: 'write' },
  params: { n: 'u32', alpha: 'f32', beta: 'f32' },
  overrides: { OP: 0 },
  consts: { X: 'f32', Y: 'f32' },
});

const unaryGradKernel = defineKernel({
  name: 'elementwise/unary-grad',
  source: gradSource,
  lib: [grid, math],
  bindings: { s: 'read', dy: 'read', dx: 'write' },
  params: { n: 'u32', alpha: 'f32', beta: 'f32' },
  overrides: { OP: 0 },
  consts: { T: 'f32' },
});

/** What a function takes besides its input: a slope, bounds. */
interface Attrs {
  readonly alpha: number;
  readonly beta: number;
}

interface Row {
  /** Op codes by input dtype; that of f32 serves f16 as well. */
  readonly codes: Partial<Record<Exclude<Dtype, 'f16'>, number>>;
  /** The output's dtype if it is not the input's. */
  readonly output?: Dtype;
  /** What the derivative is computed from; none for functions that are constant almost everywhere. */
  readonly saves?: 'x' | 'y';
  /** The derivative written with ops, for derivatives of it; none where it is constant almost everywhere. */
  readonly slope?: (saved: Tensor, attrs: Attrs) => Tensor;
}

interface UnaryAttrs extends Attrs {
  readonly name: string;
  readonly row: Row;
}

const unaryOp = defineOp<UnaryAttrs>({
  name: 'unary',
  output([x], { name, row }) {
    const dtypes = Object.keys(row.codes) as Dtype[];
    expectDtype(name, 'x', x, ...dtypes, ...(dtypes.includes('f32') ? (['f16'] as const) : []));
    return { shape: x.shape, dtype: row.output ?? x.dtype };
  },
  forward([x], [y], { name, row, alpha, beta }) {
    const OP = row.codes[hostDtype(x.dtype)]!;
    const windows = flatWindows(x.size);
    for (const { start, length } of windows) {
      run(unaryKernel, {
        bind: { x: elementsOf(x, start, length), y: elementsOf(y, start, length) },
        params: { n: length, alpha, beta },
        overrides: { OP },
        consts: { X: wgslType(x.dtype), Y: wgslType(y.dtype) },
        grid: ceilDiv(length, 256 * 4),
      });
    }
    if (name === 'relu' && windows.length === 1) offerRelu(x, y);
  },
  gradient({ inputs: [x], outputs: [y], dy: [dy], attrs }) {
    const { saves } = attrs.row;
    if (!saves || !isFloat(x.dtype)) return [null];
    return [() => unaryGradOp([saves === 'x' ? x : y, dy!], attrs)[0]];
  },
});

/** dx = dy · f′ in one dispatch. */
const unaryGradOp: Op<UnaryAttrs> = defineOp<UnaryAttrs>({
  name: 'unary-grad',
  output: ([s]) => s,
  forward([s, dy], [dx], { name, row, alpha, beta }) {
    const windows = flatWindows(s.size);
    for (const { start, length } of windows) {
      const part = (t: Tensor) => elementsOf(t, start, length);
      run(unaryGradKernel, {
        bind: { s: part(s), dy: part(dy), dx: part(dx) },
        params: { n: length, alpha, beta },
        overrides: { OP: row.codes.f32! },
        consts: { T: dx.dtype },
        grid: ceilDiv(length, 256 * 4),
      });
    }
    if (name === 'relu' && windows.length === 1) offerReluGradient(s, dy, dx);
  },
  gradient({ inputs: [s, dy], dy: [ddx], attrs }) {
    const { slope } = attrs.row;
    return [
      slope ? () => vjp((at) => slope(at, attrs), s, mul(dy, ddx!))! : null,
      () => unaryGradOp([s, ddx!], attrs)[0],
    ];
  },
});

function call(name: string, row: Row, x: TensorLike, alpha = 0, beta = 0): Tensor {
  return unaryOp([asTensor(x)], { name, row, alpha, beta })[0];
}

export interface Unary {
  (x: TensorLike): Tensor;
  /** dy · f′(x) in one dispatch, from what the derivative is computed from: x, or y = f(x) (relu, sigmoid, tanh …). */
  gradient(saved: Tensor, dy: Tensor): Tensor;
}

function unary(name: string, row: Row): Unary {
  const gradient = (saved: Tensor, dy: Tensor): Tensor => unaryGradOp([saved, dy], { name, row, alpha: 0, beta: 0 })[0];
  return Object.assign((x: TensorLike) => call(name, row, x), { gradient });
}

/** −x, of floats or i32. */
export const neg = unary('neg', { codes: { f32: 0, i32: 64 }, saves: 'x' });
/** |x|, of floats or i32. */
export const abs = unary('abs', { codes: { f32: 1, i32: 65 }, saves: 'x' });
/** −1, 0 or 1, of floats or i32; NaN stays. */
export const sign = unary('sign', { codes: { f32: 2, i32: 66 } });
/** eˣ. */
export const exp = unary('exp', { codes: { f32: 3 }, saves: 'y', slope: (y) => y });
/** eˣ − 1, accurate for small x. */
export const expm1 = unary('expm1', { codes: { f32: 4 }, saves: 'y', slope: (y) => add(y, 1) });
/** The natural logarithm; NaN below 0, −∞ at 0 and for the denormals that some devices take for 0. */
export const log = unary('log', { codes: { f32: 5 }, saves: 'x', slope: (x) => reciprocal(x) });
/** log(1 + x), accurate for small x. */
export const log1p = unary('log1p', { codes: { f32: 6 }, saves: 'x', slope: (x) => reciprocal(add(x, 1)) });
/** √x. */
export const sqrt = unary('sqrt', { codes: { f32: 7 }, saves: 'y', slope: (y) => div(0.5, y) });
/** 1/√x. */
export const rsqrt = unary('rsqrt', { codes: { f32: 8 }, saves: 'y', slope: (y) => mul(-0.5, mul(y, square(y))) });
/** x², of floats, i32 or u32. */
export const square = unary('square', { codes: { f32: 9, i32: 67, u32: 67 }, saves: 'x', slope: (x) => mul(2, x) });
/** 1/x. */
export const reciprocal = unary('reciprocal', { codes: { f32: 10 }, saves: 'y', slope: (y) => neg(square(y)) });
/** The sine of x in radians, accurate for |x| up to 10⁵. */
export const sin = unary('sin', { codes: { f32: 11 }, saves: 'x', slope: (x) => cos(x) });
/** The cosine of x in radians, accurate for |x| up to 10⁵. */
export const cos = unary('cos', { codes: { f32: 12 }, saves: 'x', slope: (x) => neg(sin(x)) });
/** Hyperbolic tangent. */
export const tanh = unary('tanh', { codes: { f32: 13 }, saves: 'y', slope: (y) => sub(1, square(y)) });
/** 1/(1 + e⁻ˣ). */
export const sigmoid = unary('sigmoid', { codes: { f32: 14 }, saves: 'y', slope: (y) => mul(y, sub(1, y)) });
/** max(x, 0); its derivative at 0 is 0. */
export const relu = unary('relu', { codes: { f32: 15 }, saves: 'y' });
/** min(max(x, 0), 6); its derivative at 0 and 6 is 0. */
export const relu6 = unary('relu6', { codes: { f32: 16 }, saves: 'y' });
const leakyReluRow: Row = { codes: { f32: 17 }, saves: 'x' };
/** x for x > 0, else `negativeSlope`·x; the slope at 0 is that of the left. */
export function leakyRelu(x: TensorLike, negativeSlope = 0.2): Tensor {
  return call('leakyRelu', leakyReluRow, x, negativeSlope);
}
const eluRow: Row = {
  codes: { f32: 18 },
  saves: 'x',
  slope: (x, { alpha }) => where(less(x, 0), mul(alpha, exp(x)), 1),
};
/** x for x > 0, else alpha·(eˣ − 1). */
export function elu(x: TensorLike, alpha = 1): Tensor {
  return call('elu', eluRow, x, alpha);
}
/** The self-normalising elu (Klambauer et al. 2017): 1.0507·x for x > 0, else 1.0507·1.6733·(eˣ − 1). */
export const selu = unary('selu', {
  codes: { f32: 19 },
  saves: 'y',
  slope: (y) => where(less(y, 0), add(y, 1.0507009873554805 * 1.6732632423543772), 1.0507009873554805),
});
const geluRow: Row = {
  codes: { f32: 20 },
  saves: 'x',
  slope: (x) => add(mul(0.5, add(1, erf(mul(Math.SQRT1_2, x)))), mul(mul(x, exp(mul(-0.5, square(x)))), 1 / Math.sqrt(2 * Math.PI))),
};
const geluTanhRow: Row = {
  codes: { f32: 21 },
  saves: 'x',
  // p + x p′ for p = sigmoid(2u), u = √(2/π) (x + 0.044715 x³)
  slope(x) {
    const scale = 2 * Math.sqrt(2 / Math.PI);
    const p = sigmoid(mul(mul(scale, x), add(1, mul(0.044715, square(x)))));
    return add(p, mul(mul(x, mul(p, sub(1, p))), mul(scale, add(1, mul(3 * 0.044715, square(x))))));
  },
};
/**
 * x·Φ(x), Φ the standard normal distribution's function (Hendrycks & Gimpel 2016). `approximate` takes its tanh form, as
 * keras.ops.gelu does by default; the activation "gelu" of layers does not.
 */
export function gelu(x: TensorLike, approximate = false): Tensor {
  return approximate ? call('gelu', geluTanhRow, x) : call('gelu', geluRow, x);
}
/** x·sigmoid(x), also called swish. */
export const silu = unary('silu', {
  codes: { f32: 22 },
  saves: 'x',
  slope: (x) => mul(sigmoid(x), add(1, mul(x, sigmoid(neg(x))))),
});
/** log(1 + eˣ). */
export const softplus = unary('softplus', { codes: { f32: 23 }, saves: 'x', slope: (x) => sigmoid(x) });
/** x/(1 + |x|). */
export const softsign = unary('softsign', { codes: { f32: 24 }, saves: 'x', slope: (x) => reciprocal(square(add(1, abs(x)))) });
/** x·tanh(softplus(x)). */
export const mish = unary('mish', {
  codes: { f32: 25 },
  saves: 'x',
  slope(x) {
    const t = tanh(softplus(x));
    return add(t, mul(mul(x, sigmoid(x)), sub(1, square(t))));
  },
});
/** min(max(x/6 + 1/2, 0), 1). */
export const hardSigmoid = unary('hardSigmoid', { codes: { f32: 26 }, saves: 'x' });
/** The largest whole number ≤ x. */
export const floor = unary('floor', { codes: { f32: 27 } });
/** The smallest whole number ≥ x. */
export const ceil = unary('ceil', { codes: { f32: 28 } });
/** The nearest whole number; halves go to the even one. */
export const round = unary('round', { codes: { f32: 29 } });
const clipRow: Row = { codes: { f32: 30 }, saves: 'x' };
/** x bounded to [min, max]; its derivative is 1 from bound to bound, both included. Throws ValueError if min > max. */
export function clip(x: TensorLike, min: number, max: number): Tensor {
  if (!(min <= max)) throw new ValueError(`clip: the lower bound ${min} must not exceed the upper bound ${max}.`);
  return call('clip', clipRow, x, min, max);
}
/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf = unary('erf', { codes: { f32: 31 }, saves: 'x', slope: (x) => mul(2 / Math.sqrt(Math.PI), exp(neg(square(x)))) });
/** Whether x is NaN. */
export const isNan = unary('isNan', { codes: { f32: 32 }, output: 'bool' });
/** Whether x is neither NaN nor infinite. */
export const isFinite = unary('isFinite', { codes: { f32: 33 }, output: 'bool' });
/** Not x. */
export const logicalNot = unary('logicalNot', { codes: { bool: 68 } });
