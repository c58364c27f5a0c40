import { ShapeError } from '../../engine/errors';
import { reshape } from '../../engine/ops/layout/reshape';
import { formatShape, resolveShape, type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { Layer, type LayerConfig, type PartialShape, sampleSize } from '../core/layer';

export interface ReshapeConfig extends LayerConfig {
  /** The shape of a sample, without the batch; one size may be −1 and follows from the others. */
  readonly targetShape: Shape;
}

/** The elements of each sample under another shape. No weights, no copy. https://keras.io/api/layers/reshaping_layers/reshape/ */
export class Reshape extends Layer {
  override readonly halfInputs = 'kept';
  private readonly targetShape: Shape;

  constructor(config: ReshapeConfig) {
    super(config);
    this.targetShape = config.targetShape;
    if (this.targetShape.every((n) => Number.isInteger(n) && n >= -1) && this.targetShape.filter((n) => n === -1).length <= 1) return;
    throw new ShapeError(`Reshape: targetShape is ${formatShape(this.targetShape)}; expected whole numbers, of which one may be -1.`);
  }

  override call(x: Tensor): Tensor {
    const [batch, ...sample] = x.shape;
    return reshape(x, [batch, ...this.resolve(sizeOf(sample))]);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const size = sampleSize(inputShape);
    return [inputShape[0], ...(size === null ? this.targetShape.map((n) => (n === -1 ? null : n)) : this.resolve(size))];
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), targetShape: this.targetShape };
  }

  private resolve(size: number): Shape {
    return resolveShape(this.targetShape, size, `Layer "${this.name}"`);
  }
}
