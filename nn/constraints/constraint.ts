/** What weights are made to satisfy after every update: https://keras.io/api/layers/constraints/ */
import { add, div, mul, sqrt, square, sum } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';

export abstract class Constraint {
  /** The nearest values, in some sense, that satisfy the constraint. */
  abstract call(weight: Tensor): Tensor;

  /** What makes the constraint again. */
  abstract getConfig(): Record<string, unknown>;
}

/** The axes that a norm is taken over: 0 for a kernel [inputs, units], all but the last for convolutions. */
export type NormAxis = number | readonly number[];

/** Norms over `axis`, with the axis kept. */
export function normsOf(weight: Tensor, axis: NormAxis): Tensor {
  return sqrt(sum(square(weight), axis, true));
}

/** Keras's guard against a division by 0. */
const EPSILON = 1e-7;

/** The weight with its norms turned into others. */
export function withNorms(weight: Tensor, norms: Tensor, wanted: Tensor | number): Tensor {
  return mul(weight, div(wanted, add(norms, EPSILON)));
}
