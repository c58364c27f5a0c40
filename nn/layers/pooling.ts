/** Pooling over windows. https://keras.io/api/layers/pooling_layers/ */
import { averagePool, maxPool } from '../../engine/ops/pool/pool';
import { checkPadding, type Padding, pooledShape, type Sizes, sizesOf } from '../../engine/ops/pool/pool-geometry';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkDataFormat, checkSpatial, type DataFormat } from '../core/channels-last';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';

export interface PoolingConfig extends LayerConfig {
  /** Size of a window, or one for every axis; default 2. */
  readonly poolSize?: Sizes;
  /** Steps between windows; default `poolSize`. */
  readonly strides?: Sizes | null;
  /** `'valid'` (default): only windows within the input; `'same'`: padded, to ceil(size / stride) windows. */
  readonly padding?: Padding;
  readonly dataFormat?: DataFormat;
}

abstract class Pooling extends Layer {
  override readonly halfInputs = 'kept';
  protected readonly poolSize: readonly number[];
  protected readonly strides: readonly number[];
  protected readonly padding: Padding;

  constructor(config: PoolingConfig = {}, private readonly axes: number) {
    super(config);
    const { poolSize = 2, strides, padding = 'valid', dataFormat } = config;
    this.poolSize = sizesOf(`Layer "${this.name}"`, 'poolSize', poolSize, axes);
    this.strides = sizesOf(`Layer "${this.name}"`, 'strides', strides ?? poolSize, axes);
    checkPadding(padding);
    this.padding = padding;
    checkDataFormat(this.name, dataFormat);
  }

  override build(inputShape: PartialShape): void {
    checkSpatial(this.name, inputShape, this.axes);
    this.computeOutputShape(inputShape);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return pooledShape(`Layer "${this.name}"`, inputShape, this.poolSize, this.strides, this.padding);
  }

  override getConfig(): Record<string, unknown> {
    const { poolSize, strides, padding } = this;
    return { ...super.getConfig(), poolSize, strides, padding, dataFormat: 'channels_last' };
  }
}

abstract class MaxPooling extends Pooling {
  override call(x: Tensor): Tensor {
    return maxPool(x, this.poolSize, { strides: this.strides, padding: this.padding });
  }
}

abstract class AveragePooling extends Pooling {
  override call(x: Tensor): Tensor {
    return averagePool(x, this.poolSize, { strides: this.strides, padding: this.padding });
  }
}

/** The maximum over windows in time: [batch, steps, channels] → [batch, windows, channels]. */
export class MaxPooling1D extends MaxPooling {
  constructor(config?: PoolingConfig) {
    super(config, 1);
  }
}

/** The maximum over windows of an image: [batch, height, width, channels] → [batch, rows, columns, channels]. */
export class MaxPooling2D extends MaxPooling {
  constructor(config?: PoolingConfig) {
    super(config, 2);
  }
}

/** The mean over windows in time: [batch, steps, channels] → [batch, windows, channels]. Padding does not count. */
export class AveragePooling1D extends AveragePooling {
  constructor(config?: PoolingConfig) {
    super(config, 1);
  }
}

/** The mean over windows of an image: [batch, height, width, channels] → [batch, rows, columns, channels]. Padding does not count. */
export class AveragePooling2D extends AveragePooling {
  constructor(config?: PoolingConfig) {
    super(config, 2);
  }
}
