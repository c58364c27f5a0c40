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
/** Over the last axis; a cross-entropy on it goes back to the logits. */
export const softmax: Activation = (x) => rememberLogits(ops.softmax(x), 'softmax', x);
/** A cross-entropy on it goes back to the logits. */
export const sigmoid: Activation = (x) => rememberLogits(ops.sigmoid(x), 'sigmoid', x);

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
  leakyRelu: (x) => ops.leakyRelu(x),
  logSoftmax: (x) => ops.logSoftmax(x),
};

export function activationFrom(activation: ActivationLike): Activation {
  if (activation === null || activation === undefined) return linear;
  return typeof activation === 'function' ? activation : lookUp('activation', activation, table);
}

/** The name of one of the functions above, or `null` for a function of one's own. */
export function activationName(activation: Activation): string | null {
  return Object.keys(table).find((name) => table[name] === activation) ?? null;
}
