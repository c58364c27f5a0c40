import { ShapeError } from '../../engine/errors';
import { reshape } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { type CallContext, Layer, type LayerConfig } from '../core/layer';
import { formatShapes, type PartialShape, single, singleShape } from '../core/structure';

export interface TimeDistributedConfig extends LayerConfig {
  readonly layer: Layer;
}

/** A layer applied to every step: [batch, time, …] → [batch, time, …]. https://keras.io/api/layers/recurrent_layers/time_distributed/ */
export class TimeDistributed extends Layer {
  override readonly supportsMasking = true;
  readonly layer: Layer;

  constructor({ layer, ...config }: TimeDistributedConfig) {
    super(config);
    this.layer = layer;
  }

  override build(inputShape: PartialShape): void {
    if (inputShape.length < 3) {
      throw new ShapeError(`Layer "${this.name}": TimeDistributed takes [batch, time, …]; got ${formatShapes(inputShape)}.`);
    }
    this.layer.ensureBuilt([inputShape[0], ...inputShape.slice(2)]);
  }

  override call(x: Tensor, { training }: CallContext): Tensor {
    const [batch, time, ...rest] = x.shape;
    const y = single(this.layer.apply(reshape(x, [batch * time, ...rest]), { training, mask: null }), `Layer "${this.name}"`);
    return reshape(y, [batch, time, ...y.shape.slice(1)]);
  }

  override computeOutputShape([batch, time, ...rest]: PartialShape): PartialShape {
    const [, ...inner] = singleShape(this.layer.computeOutputShape([batch, ...rest]), `Layer "${this.name}"`);
    return [batch, time, ...inner];
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), layer: { layer: this.layer.constructor.name, config: this.layer.getConfig() } };
  }
}
