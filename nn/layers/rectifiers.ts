/** Rectifiers as layers: https://keras.io/api/layers/activation_layers/ */
import { ValueError } from '../../engine/errors';
import { elu, leakyRelu, mul, neg, relu as plainRelu, sub } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Variable } from '../../engine/tensor/variable';
import { relu, type ReluOptions } from '../activations';
import type { ConstraintLike } from '../constraints';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';
import type { InitializerLike } from '../initializers';
import type { RegularizerLike } from '../regularizers';

export interface ReluConfig extends LayerConfig, ReluOptions {}

/** max(x, 0), or with options as `activations.relu`. */
export class ReLU extends Layer {
  override readonly supportsMasking = true;
  override readonly halfInputs = 'kept';

  constructor(private readonly config: ReluConfig = {}) {
    super(config);
    const { maxValue = null } = config;
    if (maxValue !== null && !(maxValue >= 0)) throw new ValueError(`ReLU: maxValue is ${maxValue}; expected a number ≥ 0, or null.`);
  }

  override call(x: Tensor): Tensor {
    return relu(x, this.config);
  }

  override getConfig(): Record<string, unknown> {
    const { maxValue = null, negativeSlope = 0, threshold = 0 } = this.config;
    return { ...super.getConfig(), maxValue, negativeSlope, threshold };
  }
}

export interface LeakyReluConfig extends LayerConfig {
  /** Default 0.3. */
  readonly negativeSlope?: number;
}

/** x for x > 0, else negativeSlope·x. */
export class LeakyReLU extends Layer {
  override readonly supportsMasking = true;
  override readonly halfInputs = 'kept';
  private readonly negativeSlope: number;

  constructor(config: LeakyReluConfig = {}) {
    super(config);
    this.negativeSlope = config.negativeSlope ?? 0.3;
  }

  override call(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), negativeSlope: this.negativeSlope };
  }
}

export interface EluConfig extends LayerConfig {
  /** Default 1. */
  readonly alpha?: number;
}

/** x for x > 0, else alpha·(eˣ − 1). */
export class ELU extends Layer {
  override readonly supportsMasking = true;
  override readonly halfInputs = 'kept';
  private readonly alpha: number;

  constructor(config: EluConfig = {}) {
    super(config);
    this.alpha = config.alpha ?? 1;
  }

  override call(x: Tensor): Tensor {
    return elu(x, this.alpha);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), alpha: this.alpha };
  }
}

export interface PreluConfig extends LayerConfig {
  /** Default `'zeros'`. */
  readonly alphaInitializer?: InitializerLike;
  readonly alphaRegularizer?: RegularizerLike;
  readonly alphaConstraint?: ConstraintLike;
  /** Axes (from 1) along which the slopes are the same; default: none. */
  readonly sharedAxes?: readonly number[] | null;
}

/** x for x > 0, else alpha·x with slopes that are learned (He et al. 2015): alpha has the shape of a sample, 1 along shared axes. */
export class PReLU extends Layer {
  override readonly supportsMasking = true;
  alpha!: Variable;

  constructor(private readonly config: PreluConfig = {}) {
    super(config);
  }

  override build(inputShape: PartialShape): void {
    const { alphaInitializer: initializer = 'zeros', alphaRegularizer: regularizer, alphaConstraint: constraint, sharedAxes } = this.config;
    const shape = inputShape.slice(1).map((n, i) => (sharedAxes?.includes(i + 1) ? 1 : n));
    if (!shape.every((n): n is number => n !== null)) {
      throw new ValueError(`Layer "${this.name}": PReLU learns a slope along an axis of unknown size; name it in sharedAxes.`);
    }
    this.alpha = this.addWeight({ name: 'alpha', shape, initializer, regularizer, constraint });
  }

  override call(x: Tensor): Tensor {
    return sub(plainRelu(x), mul(this.alpha, plainRelu(neg(x))));
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.config, ...super.getConfig() };
  }

  protected override fixedAxis(axis: number): boolean {
    return axis > 0 && !this.config.sharedAxes?.includes(axis);
  }
}
