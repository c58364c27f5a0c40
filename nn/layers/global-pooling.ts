/** Pooling over all of time or of an image. https://keras.io/api/layers/pooling_layers/ */
import { max, mean } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkDataFormat, checkSpatial, type DataFormat } from '../core/channels-last';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';

export interface GlobalPoolingConfig extends LayerConfig {
  /** Whether the pooled axes stay, with size 1; default false. */
  readonly keepDims?: boolean;
  readonly dataFormat?: DataFormat;
}

export abstract class GlobalPooling extends Layer {
  protected readonly keepDims: boolean;

  /** `axes`: the pooled ones, those between batch and channels. */
  constructor(config: GlobalPoolingConfig = {}, protected readonly axes: readonly number[]) {
    super(config);
    this.keepDims = config.keepDims ?? false;
    checkDataFormat(this.name, config.dataFormat);
  }

  override build(inputShape: PartialShape): void {
    checkSpatial(this.name, inputShape, this.axes.length);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [inputShape[0], ...(this.keepDims ? this.axes.map(() => 1) : []), inputShape[inputShape.length - 1]];
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), keepDims: this.keepDims, dataFormat: 'channels_last' };
  }
}

/** The mean of every channel: [batch, height, width, channels] → [batch, channels]. */
export class GlobalAveragePooling2D extends GlobalPooling {
  constructor(config?: GlobalPoolingConfig) {
    super(config, [1, 2]);
  }

  override call(x: Tensor): Tensor {
    return mean(x, this.axes, this.keepDims);
  }
}

/** The maximum over time: [batch, steps, channels] → [batch, channels]. A mask is not looked at, as in Keras. */
export class GlobalMaxPooling1D extends GlobalPooling {
  constructor(config?: GlobalPoolingConfig) {
    super(config, [1]);
  }

  override call(x: Tensor): Tensor {
    return max(x, this.axes, this.keepDims);
  }
}

/** The maximum of every channel: [batch, height, width, channels] → [batch, channels]. */
export class GlobalMaxPooling2D extends GlobalPooling {
  constructor(config?: GlobalPoolingConfig) {
    super(config, [1, 2]);
  }

  override call(x: Tensor): Tensor {
    return max(x, this.axes, this.keepDims);
  }
}
