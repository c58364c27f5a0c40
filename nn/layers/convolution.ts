/** Convolution with learnt filters. https://keras.io/api/layers/convolution_layers/ */
import { ShapeError, ValueError } from '../../engine/errors';
import { conv1d, conv2d } from '../../engine/ops/conv/conv';
import { checkConvPadding, convolvedShape, type ConvPadding } from '../../engine/ops/conv/conv-geometry';
import { type Sizes, sizesOf } from '../../engine/ops/pool/pool-geometry';
import { formatShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Variable } from '../../engine/tensor/variable';
import { activationFrom, type ActivationLike } from '../activations';
import type { ConstraintLike } from '../constraints';
import { checkDataFormat, checkSpatial, type DataFormat } from '../core/channels-last';
import { fuse } from '../core/fused-activation';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';
import type { InitializerLike } from '../initializers';
import type { RegularizerLike } from '../regularizers';

export interface ConvConfig extends LayerConfig {
  /** Channels of the output. */
  readonly filters: number;
  /** Size of the filters, or one for every axis. */
  readonly kernelSize: Sizes;
  /** Steps between results, or one for every axis; default 1. */
  readonly strides?: Sizes;
  /** `'valid'` (default): filters stay within the input; `'same'`: zeros around it, ceil(size / stride) results. Conv1D: `'causal'`, zeros before it. */
  readonly padding?: ConvPadding;
  readonly dataFormat?: DataFormat;
  /** Distance between the taps of a filter, or one for every axis; default 1. Not together with strides. */
  readonly dilationRate?: Sizes;
  /** Parts of the channels that are convolved apart, each with filters / groups filters; default 1. */
  readonly groups?: number;
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `'glorotUniform'`. */
  readonly kernelInitializer?: InitializerLike;
  /** Default `'zeros'`. */
  readonly biasInitializer?: InitializerLike;
  readonly kernelRegularizer?: RegularizerLike;
  readonly biasRegularizer?: RegularizerLike;
  readonly kernelConstraint?: ConstraintLike;
  readonly biasConstraint?: ConstraintLike;
}

/** What Conv1D and Conv2D share: y = activation(x ∗ kernel + bias), the kernel [kernel size…, channels / groups, filters]. */
abstract class Convolution extends Layer {
  override readonly halfInputs = 'any';
  kernel!: Variable;
  bias: Variable | null = null;
  private readonly kernelSize: readonly number[];
  private readonly strides: readonly number[];
  private readonly dilationRate: readonly number[];
  private readonly padding: ConvPadding;
  private readonly groups: number;

  constructor(private readonly config: ConvConfig, private readonly axes: 1 | 2) {
    super(config);
    const title = `Layer "${this.name}"`;
    const { filters, kernelSize, strides = 1, padding = 'valid', dilationRate = 1, groups = 1, dataFormat, activation } = config;
    for (const [name, value] of Object.entries({ filters, groups })) sizesOf(title, name, value, 1);
    if (filters % groups !== 0) throw new ValueError(`${title}: ${filters} filters cannot be shared out evenly among ${groups} groups.`);
    this.kernelSize = sizesOf(title, 'kernelSize', kernelSize, axes);
    this.strides = sizesOf(title, 'strides', strides, axes);
    this.dilationRate = sizesOf(title, 'dilationRate', dilationRate, axes);
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      throw new ValueError(`${title}: strides ${formatShape(this.strides)} and dilationRate ${formatShape(this.dilationRate)} cannot both be above 1, as in Keras.`);
    }
    checkConvPadding(padding, axes);
    this.padding = padding;
    this.groups = groups;
    checkDataFormat(this.name, dataFormat);
    activationFrom(activation);
  }

  override build(inputShape: PartialShape): void {
    checkSpatial(this.name, inputShape, this.axes);
    const channels = inputShape[this.axes + 1];
    const { groups, config } = this;
    if (channels === null || channels % groups !== 0) {
      throw new ShapeError(`Layer "${this.name}" needs channels that are known and can be parted into ${groups} groups; got ${formatShape(inputShape)}.`);
    }
    this.computeOutputShape(inputShape);
    const { filters, useBias = true, kernelInitializer = 'glorotUniform', biasInitializer = 'zeros' } = config;
    const { kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint } = config;
    const ofKernel = { initializer: kernelInitializer, regularizer: kernelRegularizer, constraint: kernelConstraint };
    this.kernel = this.addWeight({ name: 'kernel', shape: [...this.kernelSize, channels / groups, filters], ...ofKernel });
    const ofBias = { initializer: biasInitializer, regularizer: biasRegularizer, constraint: biasConstraint };
    if (useBias) this.bias = this.addWeight({ name: 'bias', shape: [filters], ...ofBias });
  }

  override call(x: Tensor): Tensor {
    const { strides, padding, dilationRate, bias } = this;
    const { fused, rest } = fuse(this.config.activation);
    return rest((this.axes === 1 ? conv1d : conv2d)(x, this.kernel, { bias, strides, padding, dilationRate, activation: fused, dtype: this.computeDtype }));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return convolvedShape(`Layer "${this.name}"`, inputShape, this.kernelSize, this.config.filters, this.strides, this.dilationRate, this.padding);
  }

  override getConfig(): Record<string, unknown> {
    const { kernelSize, strides, padding, dilationRate, groups } = this;
    return { ...this.config, ...super.getConfig(), kernelSize, strides, padding, dilationRate, groups, dataFormat: 'channels_last' };
  }
}

/**
 * Filters along time: [batch, steps, channels] → [batch, results, filters]. Kernel [size, channels / groups, filters].
 * https://keras.io/api/layers/convolution_layers/convolution1d/
 */
export class Conv1D extends Convolution {
  constructor(config: ConvConfig) {
    super(config, 1);
  }
}

/**
 * Filters over images: [batch, height, width, channels] → [batch, rows, columns, filters]. Kernel [height, width, channels / groups,
 * filters]. https://keras.io/api/layers/convolution_layers/convolution2d/
 */
export class Conv2D extends Convolution {
  constructor(config: ConvConfig) {
    super(config, 2);
  }
}
