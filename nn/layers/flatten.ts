import { reshape } from '../../engine/ops/layout/reshape';
import type { Tensor } from '../../engine/tensor/tensor';
import { Layer, type PartialShape, sampleSize } from '../core/layer';

/** [batch, …] → [batch, product of the rest]. No weights, no copy. https://keras.io/api/layers/reshaping_layers/flatten/ */
export class Flatten extends Layer {
  override readonly halfInputs = 'kept';

  override call(x: Tensor): Tensor {
    return reshape(x, [x.shape[0] ?? 1, x.shape.slice(1).reduce((size, n) => size * n, 1)]);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [inputShape[0], sampleSize(inputShape)];
  }
}
