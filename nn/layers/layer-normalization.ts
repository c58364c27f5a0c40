import { ShapeError } from '../../engine/errors';
import { add, mean, mul, reshape, rsqrt, square, sub } from '../../engine/ops';
import { formatShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Variable } from '../../engine/tensor/variable';
import type { ConstraintLike } from '../constraints';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';
import type { InitializerLike } from '../initializers';
import type { RegularizerLike } from '../regularizers';

export interface LayerNormalizationConfig extends LayerConfig {
  /** The axes over which a sample is normalised; default −1. */
  readonly axis?: number | readonly number[];
  /** Default 0.001. */
  readonly epsilon?: number;
  /** Whether beta is added; default true. */
  readonly center?: boolean;
  /** Whether gamma multiplies; default true. */
  readonly scale?: boolean;
  /** Default `'zeros'`. */
  readonly betaInitializer?: InitializerLike;
  /** Default `'ones'`. */
  readonly gammaInitializer?: InitializerLike;
  readonly betaRegularizer?: RegularizerLike;
  readonly gammaRegularizer?: RegularizerLike;
  readonly betaConstraint?: ConstraintLike;
  readonly gammaConstraint?: ConstraintLike;
}

/**
 * y = γ·(x − mean)/√(variance + ε) + β, mean and variance over `axis` of each sample; γ and β have the sizes of these axes.
 * Ba, Kiros & Hinton 2016. https://keras.io/api/layers/normalization_layers/layer_normalization/
 */
export class LayerNormalization extends Layer {
  override readonly supportsMasking = true;
  gamma: Variable | null = null;
  beta: Variable | null = null;
  private axes: readonly number[] = [];

  constructor(private readonly config: LayerNormalizationConfig = {}) {
    super(config);
  }

  override build(inputShape: PartialShape): void {
    const { axis = -1, center = true, scale = true, ...rest } = this.config;
    const rank = inputShape.length;
    this.axes = [axis].flat().map((one) => (one < 0 ? one + rank : one)).sort((a, b) => a - b);
    const shape = this.axes.map((one) => inputShape[one]);
    if (!shape.every((n): n is number => typeof n === 'number') || this.axes[0] === 0) {
      throw new ShapeError(`Layer "${this.name}": the sizes of axis ${formatShape([axis].flat())} of ${formatShape(inputShape)} are not known.`);
    }
    const { gammaInitializer = 'ones', gammaRegularizer, gammaConstraint, betaInitializer = 'zeros', betaRegularizer, betaConstraint } = rest;
    const ofGamma = { initializer: gammaInitializer, regularizer: gammaRegularizer, constraint: gammaConstraint };
    if (scale) this.gamma = this.addWeight({ name: 'gamma', shape, ...ofGamma });
    const ofBeta = { initializer: betaInitializer, regularizer: betaRegularizer, constraint: betaConstraint };
    if (center) this.beta = this.addWeight({ name: 'beta', shape, ...ofBeta });
  }

  override call(x: Tensor): Tensor {
    const { epsilon = 0.001 } = this.config;
    const along = x.shape.map((n, i) => (this.axes.includes(i) ? n : 1));
    const centered = sub(x, mean(x, this.axes, true));
    let y = mul(centered, rsqrt(add(mean(square(centered), this.axes, true), epsilon)));
    if (this.gamma) y = mul(y, reshape(this.gamma, along));
    return this.beta ? add(y, reshape(this.beta, along)) : y;
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.config, ...super.getConfig() };
  }

  protected override fixedAxis(axis: number): boolean {
    return this.axes.includes(axis);
  }
}
