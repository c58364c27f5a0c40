import { ShapeError, ValueError } from '../../engine/errors';
import { add, cast, div, mean, mul, reshape, rsqrt, square, sub, sum } from '../../engine/ops';
import { formatShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Variable } from '../../engine/tensor/variable';
import type { ConstraintLike } from '../constraints';
import { type CallContext, Layer, type LayerConfig, type PartialShape } from '../core/layer';
import type { InitializerLike } from '../initializers';
import type { RegularizerLike } from '../regularizers';

export interface BatchNormalizationConfig extends LayerConfig {
  /** The axis of the channels; default −1. */
  readonly axis?: number;
  /** How much of the moving averages stays at each step; default 0.99. */
  readonly momentum?: number;
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
  /** Default `'zeros'`. */
  readonly movingMeanInitializer?: InitializerLike;
  /** Default `'ones'`. */
  readonly movingVarianceInitializer?: InitializerLike;
  readonly betaRegularizer?: RegularizerLike;
  readonly gammaRegularizer?: RegularizerLike;
  readonly betaConstraint?: ConstraintLike;
  readonly gammaConstraint?: ConstraintLike;
}

/**
 * y = γ·(x − mean)/√(variance + ε) + β per channel: with the mean and variance of the batch in training (of its unmasked steps, if
 * there is a mask), else with their moving averages. Frozen, it never uses the batch. Ioffe & Szegedy 2015.
 * https://keras.io/api/layers/normalization_layers/batch_normalization/
 */
export class BatchNormalization extends Layer {
  override readonly supportsMasking = true;
  gamma: Variable | null = null;
  beta: Variable | null = null;
  movingMean!: Variable;
  movingVariance!: Variable;
  private channels = -1;

  constructor(private readonly config: BatchNormalizationConfig = {}) {
    super(config);
    const { momentum = 0.99 } = config;
    if (!(momentum >= 0 && momentum <= 1)) throw new ValueError(`BatchNormalization: momentum is ${momentum}; expected a number from 0 to 1.`);
  }

  override build(inputShape: PartialShape): void {
    const { axis = -1, center = true, scale = true, ...rest } = this.config;
    this.channels = axis < 0 ? axis + inputShape.length : axis;
    const size = inputShape[this.channels];
    if (typeof size !== 'number' || this.channels === 0) {
      throw new ShapeError(`Layer "${this.name}": axis ${axis} of ${formatShape(inputShape)} does not tell the number of channels.`);
    }
    const shape = [size];
    const { gammaInitializer = 'ones', gammaRegularizer, gammaConstraint, betaInitializer = 'zeros', betaRegularizer, betaConstraint } = rest;
    const ofGamma = { initializer: gammaInitializer, regularizer: gammaRegularizer, constraint: gammaConstraint };
    if (scale) this.gamma = this.addWeight({ name: 'gamma', shape, ...ofGamma });
    const ofBeta = { initializer: betaInitializer, regularizer: betaRegularizer, constraint: betaConstraint };
    if (center) this.beta = this.addWeight({ name: 'beta', shape, ...ofBeta });
    const { movingMeanInitializer = 'zeros', movingVarianceInitializer = 'ones' } = rest;
    this.movingMean = this.addWeight({ name: 'moving_mean', shape, initializer: movingMeanInitializer, trainable: false });
    this.movingVariance = this.addWeight({ name: 'moving_variance', shape, initializer: movingVarianceInitializer, trainable: false });
  }

  override call(x: Tensor, { training, mask }: CallContext): Tensor {
    const { epsilon = 0.001 } = this.config;
    const along = x.shape.map((n, i) => (i === this.channels ? n : 1));
    const spread = (perChannel: Tensor | Variable): Tensor => reshape(perChannel, along);
    const [average, variance] = training && this.trainable ? this.batchMoments(x, mask) : [spread(this.movingMean), spread(this.movingVariance)];
    const factor = rsqrt(add(variance, epsilon));
    const y = mul(sub(x, average), this.gamma ? mul(factor, spread(this.gamma)) : factor);
    return this.beta ? add(y, spread(this.beta)) : y;
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.config, ...super.getConfig() };
  }

  protected override fixedAxis(axis: number): boolean {
    return axis === this.channels;
  }

  /** Mean and variance per channel, which move the averages too. */
  private batchMoments(x: Tensor, mask: Tensor | null): [Tensor, Tensor] {
    const axes = x.shape.map((_, i) => i).filter((i) => i !== this.channels);
    const weights = mask && this.channels === x.rank - 1 && mask.rank < x.rank ? cast(mask, 'f32') : null;
    const kept = weights && reshape(weights, [...weights.shape, ...x.shape.slice(weights.rank).fill(1)]);
    // Each step that counts does so for all positions of it (height, width).
    const positions = weights ? x.shape.slice(weights.rank, -1).reduce((a, b) => a * b, 1) : 1;
    const averaged = (values: Tensor): Tensor =>
      kept ? div(sum(mul(values, kept), axes, true), mul(sum(kept), positions)) : mean(values, axes, true);
    const average = averaged(x);
    const variance = averaged(square(sub(x, average)));
    this.move(this.movingMean, average);
    this.move(this.movingVariance, variance);
    return [average, variance];
  }

  private move(moving: Variable, value: Tensor): void {
    const { momentum = 0.99 } = this.config;
    moving.assign(add(mul(moving, momentum), mul(reshape(value, moving.shape), 1 - momentum)));
  }
}
