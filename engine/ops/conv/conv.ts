/** Convolutions of [batch, steps, channels] and [batch, height, width, channels]; as in deep learning, the filters are not flipped. */
import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import type { FloatDtype } from '../../tensor/dtype';
import { formatShape, type Shape } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { add } from '../elementwise/binary';
import { cast } from '../elementwise/cast';
import { broadcastTo } from '../layout/broadcast-to';
import { type Convolution, convolve, convolveBack } from './conv-dispatch';
import { filterGradients } from './conv-filters';
import { checkConvPadding, convAxis, convolvedShape, type ConvPadding } from './conv-geometry';
import { fusedActivations, once } from '../matmul/dense';
import type { FusedActivation } from '../matmul/gemm';
import { type Sizes, sizesOf } from '../pool/pool-geometry';
import { reshape } from '../layout/reshape';

export interface ConvOptions {
  /** [filters]; default none. */
  readonly bias?: TensorLike | null;
  /** Steps between results; default 1. */
  readonly strides?: Sizes;
  /** Default `'valid'`; `'causal'` in one dimension only. */
  readonly padding?: ConvPadding;
  /** Distance between the taps of a filter; default 1. */
  readonly dilationRate?: Sizes;
  /** Applied to the result; default linear. */
  readonly activation?: FusedActivation;
  /** Of the result; default that of x. */
  readonly dtype?: FloatDtype;
  /** The kernel that is to serve, for tests and benchmarks. */
  readonly variant?: Convolution['variant'];
  readonly device?: Convolution['device'];
}

interface Attrs extends Convolution {
  readonly activation: FusedActivation;
  /** Of the op's result: Y, or the gradient of x or of the filters. */
  readonly dtype: FloatDtype;
  /** Shapes of x, of the filters and of the result. */
  readonly shapes: { readonly x: Shape; readonly w: Shape; readonly y: Shape };
}

/**
 * y[b, i, j, k] = f(Σ x[b, i·s + r·d, j·s + c·d, l] · filters[r, c, l, k] + bias[k]) over the taps (r, c) and the channels l, with
 * strides s and dilation rates d: [batch, height, width, channels] and filters [high, wide, channels / groups, filters] →
 * [batch, rows, columns, filters]. Where the filters take fewer channels than x has, x and the filters are split into groups of
 * channels that are convolved apart. Each is f32 or f16; sums are f32. https://keras.io/api/ops/nn/#conv-function
 */
export function conv2d(x: TensorLike, filters: TensorLike, options: ConvOptions = {}): Tensor {
  const input = asTensor(x);
  const w = asTensor(filters);
  check('conv2d', input, w, 2, options.padding);
  return convolution('conv2d', input, w, options, 2);
}

/** `conv2d` in one dimension: [batch, steps, channels] and filters [wide, channels / groups, filters] → [batch, rows, filters]. */
export function conv1d(x: TensorLike, filters: TensorLike, options: ConvOptions = {}): Tensor {
  const input = asTensor(x);
  const w = asTensor(filters);
  check('conv1d', input, w, 1, options.padding);
  const y = convolution('conv1d', input, w, options, 1);
  return reshape(y, [y.shape[0], ...y.shape.slice(2)]);
}

function check(op: string, x: Tensor, w: Tensor, axes: number, padding: string = 'valid'): void {
  expectDtype(op, 'x', x, 'f32', 'f16');
  expectDtype(op, 'filters', w, 'f32', 'f16');
  checkConvPadding(padding, axes);
  const [inputs, outputs] = w.shape.slice(-2);
  const fits = x.rank === axes + 2 && w.rank === axes + 2 && w.shape.every((n) => n > 0) && x.shape[axes + 1] % inputs === 0;
  if (!fits || x.shape[axes + 1] === 0) {
    const places = axes === 1 ? ['steps', 'wide'] : ['height, width', 'high, wide'];
    throw new ShapeError(
      `${op}: x ${formatShape(x.shape)} and filters ${formatShape(w.shape)} do not fit; expected [batch, ${places[0]}, channels] ` +
        `and [${places[1]}, channels, filters], none of these 0.`,
    );
  }
  const groups = x.shape[axes + 1] / inputs;
  if (outputs % groups !== 0) {
    throw new ShapeError(`${op}: ${outputs} filters cannot be shared out evenly among ${groups} groups of ${inputs} of ${x.shape[axes + 1]} channels.`);
  }
}

function convolution(op: string, x: Tensor, w: Tensor, options: ConvOptions, axes: 1 | 2): Tensor {
  const { bias, strides = 1, padding = 'valid', dilationRate = 1, activation = 'linear', dtype = x.dtype as FloatDtype, variant, device } = options;
  const steps = sizesOf(op, 'strides', strides, axes);
  const dilation = sizesOf(op, 'dilationRate', dilationRate, axes);
  const outputs = w.shape[axes + 1];
  const given = bias ? asTensor(bias) : undefined;
  if (given) expectDtype(op, 'bias', given, 'f32', 'f16');
  if (given && (given.rank !== 1 || given.size !== outputs)) {
    throw new ShapeError(`${op}: bias ${formatShape(given.shape)} does not fit filters ${formatShape(w.shape)}; expected [${outputs}].`);
  }
  convolvedShape(op, x.shape, w.shape.slice(0, axes), outputs, steps, dilation, padding);
  // Time is the width of an image of one row: kernels walk along rows.
  const flat = <T>(list: readonly T[], one: T): T[] => (axes === 1 ? [one, ...list] : [...list]);
  const [batch, ...sizes] = x.shape;
  const [height, width, inputs] = flat(sizes, 1);
  const shape = flat(w.shape, 1);
  const [high, wide] = [height, width].map((size, i) => convAxis(size, shape[i], flat(steps, 1)[i], flat(dilation, 1)[i], padding));
  const shapes = { x: [batch, height, width, inputs], w: shape, y: [batch, high.windows, wide.windows, outputs] };
  const attrs: Attrs = { batch, high, wide, inputs, outputs, groups: inputs / shape[2], activation, dtype, shapes, variant, device };
  const operands = [reshape(x, shapes.x), reshape(w, shapes.w), ...(given ? [given] : [])];
  return convOp(operands, attrs)[0];
}

/** For an op whose result has the dtype of `tensor`. */
function likeOf({ dtype }: Tensor, attrs: Attrs): Attrs {
  return { ...attrs, dtype: dtype as FloatDtype };
}

const convOp: Op<Attrs> = defineOp<Attrs>({
  name: 'conv2d',
  output: (_, { shapes, dtype }) => ({ shape: shapes.y, dtype }),
  forward: ([x, w, bias], [y], attrs) => convolve(attrs, x, w, bias, y, attrs.activation),
  gradient({ inputs: [x, w, bias], outputs: [y], dy: [dy], attrs }) {
    // Shared by the thunks, computed when the first of them needs it.
    const dz = once(() => fusedActivations[attrs.activation]?.gradient(y, dy!) ?? dy!);
    const linear: Attrs = { ...attrs, activation: 'linear' };
    const both = once(() => filterGradientOp([x, dz()], { ...likeOf(w, linear), withBias: bias !== undefined }));
    return [() => inputGradientOp([dz(), w], likeOf(x, linear))[0], () => both()[0], ...(bias ? [() => both()[1]] : [])];
  },
});

/** dx from dy and the filters. */
const inputGradientOp: Op<Attrs> = defineOp<Attrs>({
  name: 'conv2dInputGradient',
  output: (_, { shapes, dtype }) => ({ shape: shapes.x, dtype }),
  forward: ([dy, w], [dx], attrs) => convolveBack(attrs, dy, w, dx),
  gradient: ({ inputs: [dy, w], dy: [ddx], attrs }) => [
    () => convOp([ddx!, w], likeOf(dy, attrs))[0],
    () => filterGradientOp([ddx!, dy], { ...likeOf(w, attrs), withBias: false })[0],
  ],
});

/** The filters' gradient from x and dy, and the bias's, f32, the sum of dy over batch, rows and columns. */
const filterGradientOp: Op<Attrs & { readonly withBias: boolean }> = defineOp<Attrs & { readonly withBias: boolean }>({
  name: 'conv2dFilterGradient',
  output: (_, { shapes, dtype, withBias }) => [{ shape: shapes.w, dtype }, ...(withBias ? [{ shape: [shapes.w[3]], dtype: 'f32' as const }] : [])],
  forward: ([x, dy], [dw, db], attrs) => filterGradients(attrs, x, dy, dw, db),
  gradient({ inputs: [x, dy], dy: [ddw, ddb], attrs }) {
    const fromW = ddw && (() => convOp([x, ddw], likeOf(dy, attrs))[0]);
    return [
      ddw && (() => inputGradientOp([dy, ddw], likeOf(x, attrs))[0]),
      () => (fromW && ddb ? add(fromW(), cast(ddb, dy.dtype)) : fromW ? fromW() : broadcastTo(ddb!, dy.shape)),
    ];
  },
});
