/** Activation functions by name: https://keras.io/api/layers/activations/ */
import type { Tensor } from '../engine/tensor/tensor';
import * as ops from '../engine/ops';
import { rememberLogits } from './core/logits';
import { lookUp } from './core/names';

export type Activation = (x: Tensor) => Tensor;
/** A name (`'relu'`, `'leaky_relu'`), a function of one's own, or nothing for the identity. */
export type ActivationLike = string | Activation | null | undefined;

/** The identity. */
export const linear: Activation = (x) => x;
/** Over the last axis, in single precision; a cross-entropy on it goes back to the logits. */
export const softmax: Activation = (x) => rememberLogits(ops.softmax(ops.cast(x, 'f32')), 'softmax', x);
/** A cross-entropy on it goes back to the logits. */
export const sigmoid: Activation = (x) => rememberLogits(ops.sigmoid(x), 'sigmoid', x);

export interface ReluOptions {
  /** The largest value; default: none. */
  readonly maxValue?: number | null;
  /** The slope below the threshold; default 0. */
  readonly negativeSlope?: number;
  /** Default 0. */
  readonly threshold?: number;
}

/** min(x, maxValue) above the threshold, else negativeSlope·(x − threshold). */
export function relu(x: Tensor, { maxValue = null, negativeSlope = 0, threshold = 0 }: ReluOptions = {}): Tensor {
  const positive = threshold === 0 ? ops.relu(x) : ops.where(ops.greater(x, threshold), x, 0);
  const bounded = maxValue === null ? positive : ops.minimum(positive, maxValue);
  return negativeSlope === 0 ? bounded : ops.sub(bounded, ops.mul(negativeSlope, ops.relu(ops.sub(threshold, x))));
}

/** x·hardSigmoid(x), also called hard swish. */
export const hardSilu: Activation = (x) => ops.mul(x, ops.hardSigmoid(x));
/** log(sigmoid(x)). */
export const logSigmoid: Activation = (x) => ops.neg(ops.softplus(ops.neg(x)));
/** max(x, 0) + min(alpha·(e^(x/alpha) − 1), 0); at 0 itself both parts pass the gradient on, as in Keras: 2 in place of 1. */
export const celu = (x: Tensor, alpha = 1): Tensor =>
  ops.add(ops.maximum(x, 0), ops.mul(alpha, ops.expm1(ops.div(ops.minimum(x, 0), alpha))));

const table: Readonly<Record<string, Activation>> = {
  linear,
  softmax,
  sigmoid,
  relu: ops.relu,
  relu6: ops.relu6,
  tanh: ops.tanh,
  elu: (x) => ops.elu(x),
  selu: ops.selu,
  gelu: (x) => ops.gelu(x),
  silu: ops.silu,
  swish: ops.silu,
  softplus: ops.softplus,
  softsign: ops.softsign,
  mish: ops.mish,
  exponential: ops.exp,
  hardSigmoid: ops.hardSigmoid,
  hardSilu,
  hardSwish: hardSilu,
  logSigmoid,
  celu: (x) => celu(x),
  leakyRelu: (x) => ops.leakyRelu(x),
  logSoftmax: (x) => ops.logSoftmax(ops.cast(x, 'f32')),
};

export function activationFrom(activation: ActivationLike): Activation {
  if (activation === null || activation === undefined) return linear;
  return typeof activation === 'function' ? activation : lookUp('activation', activation, table);
}

/** The name of one of the functions above, or `null` for a function of one's own. */
export function activationName(activation: Activation): string | null {
  return Object.keys(table).find((name) => table[name] === activation) ?? null;
}
