import { ValueError } from '../../engine/errors';
import { add, clip, mul } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { Constraint, type NormAxis, normsOf, withNorms } from './constraint';

export interface MaxNormConfig {
  /** Default 2. */
  readonly maxValue?: number;
  /** Default 0: the weights into each unit of a dense layer. */
  readonly axis?: NormAxis;
}

/** Norms above `maxValue` are brought down to it (Srivastava et al. 2014). */
export class MaxNorm extends Constraint {
  private readonly config: Required<MaxNormConfig>;

  constructor({ maxValue = 2, axis = 0 }: MaxNormConfig = {}) {
    super();
    if (!(maxValue >= 0)) throw new ValueError(`MaxNorm: maxValue is ${maxValue}; expected a number ≥ 0.`);
    this.config = { maxValue, axis };
  }

  override call(weight: Tensor): Tensor {
    const norms = normsOf(weight, this.config.axis);
    return withNorms(weight, norms, clip(norms, 0, this.config.maxValue));
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.config };
  }
}

export interface MinMaxNormConfig {
  /** Default 0. */
  readonly minValue?: number;
  /** Default 1. */
  readonly maxValue?: number;
  /** How much of the way to the interval is gone at each update; default 1: all of it. */
  readonly rate?: number;
  /** Default 0. */
  readonly axis?: NormAxis;
}

/** Norms are moved into [minValue, maxValue]. */
export class MinMaxNorm extends Constraint {
  private readonly config: Required<MinMaxNormConfig>;

  constructor({ minValue = 0, maxValue = 1, rate = 1, axis = 0 }: MinMaxNormConfig = {}) {
    super();
    if (!(minValue >= 0 && maxValue >= minValue)) {
      throw new ValueError(`MinMaxNorm: minValue is ${minValue} and maxValue ${maxValue}; expected 0 ≤ minValue ≤ maxValue.`);
    }
    this.config = { minValue, maxValue, rate, axis };
  }

  override call(weight: Tensor): Tensor {
    const { minValue, maxValue, rate, axis } = this.config;
    const norms = normsOf(weight, axis);
    return withNorms(weight, norms, add(mul(rate, clip(norms, minValue, maxValue)), mul(1 - rate, norms)));
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.config };
  }
}

/** Norms are made 1. */
export class UnitNorm extends Constraint {
  private readonly axis: NormAxis;

  constructor({ axis = 0 }: { readonly axis?: NormAxis } = {}) {
    super();
    this.axis = axis;
  }

  override call(weight: Tensor): Tensor {
    return withNorms(weight, normsOf(weight, this.axis), 1);
  }

  override getConfig(): Record<string, unknown> {
    return { axis: this.axis };
  }
}
