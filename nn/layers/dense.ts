import { ShapeError, ValueError } from '../../engine/errors';
import { dense } from '../../engine/ops/matmul/dense';
import { formatShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Variable } from '../../engine/tensor/variable';
import { activationFrom, type ActivationLike } from '../activations';
import type { ConstraintLike } from '../constraints';
import { fuse } from '../core/fused-activation';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';
import type { InitializerLike } from '../initializers';
import type { RegularizerLike } from '../regularizers';

export interface DenseConfig extends LayerConfig {
  /** Size of the output's last axis. */
  readonly units: number;
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

/**
 * y = activation(x·W + b) over the last axis: [batch, …, features] → [batch, …, units].
 * W is [features, units], b is [units]. https://keras.io/api/layers/core_layers/dense/
 */
export class Dense extends Layer {
  override readonly supportsMasking = true;
  override readonly halfInputs = 'any';
  kernel!: Variable;
  bias: Variable | null = null;

  constructor(private readonly config: DenseConfig) {
    super(config);
    if (!Number.isInteger(config.units) || config.units < 1) {
      throw new ValueError(`Dense: units is ${config.units}; expected a whole number of at least 1.`);
    }
    activationFrom(config.activation);
  }

  override build(inputShape: PartialShape): void {
    const features = inputShape[inputShape.length - 1];
    if (inputShape.length < 2 || features === null) {
      throw new ShapeError(
        `Layer "${this.name}": Dense needs [batch, …, features] with known features; got ${formatShape(inputShape)}. ` +
          'Images want a Flatten layer before it.',
      );
    }
    const { units, useBias = true, kernelInitializer = 'glorotUniform', biasInitializer = 'zeros', ...rules } = this.config;
    const { kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint } = rules;
    const ofKernel = { initializer: kernelInitializer, regularizer: kernelRegularizer, constraint: kernelConstraint };
    this.kernel = this.addWeight({ name: 'kernel', shape: [features, units], ...ofKernel });
    const ofBias = { initializer: biasInitializer, regularizer: biasRegularizer, constraint: biasConstraint };
    if (useBias) this.bias = this.addWeight({ name: 'bias', shape: [units], ...ofBias });
  }

  override call(x: Tensor): Tensor {
    const { fused, rest } = fuse(this.config.activation);
    return rest(dense(x, this.kernel, this.bias, fused, { dtype: this.computeDtype }));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [...inputShape.slice(0, -1), this.config.units];
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.config, ...super.getConfig() };
  }
}
