import { ShapeError, ValueError } from '../../engine/errors';
import { broadcastTo, expandDims } from '../../engine/ops';
import { formatShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';

export interface RepeatVectorConfig extends LayerConfig {
  /** How often. */
  readonly n: number;
}

/** The same vector at every step: [batch, features] → [batch, n, features]. https://keras.io/api/layers/reshaping_layers/repeat_vector/ */
export class RepeatVector extends Layer {
  override readonly halfInputs = 'kept';
  private readonly n: number;

  constructor(config: RepeatVectorConfig) {
    super(config);
    this.n = config.n;
    if (!Number.isInteger(this.n) || this.n < 1) throw new ValueError(`RepeatVector: n is ${this.n}; expected a whole number of at least 1.`);
  }

  override build(inputShape: PartialShape): void {
    if (inputShape.length !== 2) throw new ShapeError(`Layer "${this.name}" takes [batch, features]; got ${formatShape(inputShape)}.`);
  }

  override call(x: Tensor): Tensor {
    return broadcastTo(expandDims(x, 1), [x.shape[0], this.n, x.shape[1]]);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [inputShape[0], this.n, inputShape[1]];
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), n: this.n };
  }
}
