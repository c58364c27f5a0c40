import { ShapeError } from '../../engine/errors';
import { transpose } from '../../engine/ops/layout/transpose';
import { formatShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';

export interface PermuteConfig extends LayerConfig {
  /** The axes of a sample in their new order, counted from 1: the batch, axis 0, stays. */
  readonly dims: readonly number[];
}

/** The axes of each sample in another order: `dims: [2, 1]` swaps time and features. https://keras.io/api/layers/reshaping_layers/permute/ */
export class Permute extends Layer {
  override readonly halfInputs = 'kept';
  private readonly dims: readonly number[];

  constructor(config: PermuteConfig) {
    super(config);
    this.dims = config.dims;
    if ([...this.dims].sort((a, b) => a - b).every((dim, i) => dim === i + 1)) return;
    throw new ShapeError(`Permute: dims is ${formatShape(this.dims)}; expected each of 1 to ${this.dims.length} once.`);
  }

  override build(inputShape: PartialShape): void {
    if (inputShape.length === this.dims.length + 1) return;
    throw new ShapeError(`Layer "${this.name}" orders ${this.dims.length} axes and the batch; got ${formatShape(inputShape)}.`);
  }

  override call(x: Tensor): Tensor {
    return transpose(x, [0, ...this.dims]);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [0, ...this.dims].map((dim) => inputShape[dim]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), dims: this.dims };
  }
}
