import { ValueError } from '../../engine/errors';
import { pad } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkDataFormat, checkSpatial, type DataFormat } from '../core/channels-last';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';

/** Of all sides, of [height, width], or of [[top, bottom], [left, right]]. */
export type Padding2D = number | readonly [number, number] | readonly [readonly [number, number], readonly [number, number]];

export interface ZeroPadding2DConfig extends LayerConfig {
  /** Rows and columns of zeros; default 1. */
  readonly padding?: Padding2D;
  readonly dataFormat?: DataFormat;
}

/** Zeros around images [batch, height, width, channels]. https://keras.io/api/layers/reshaping_layers/zero_padding2d/ */
export class ZeroPadding2D extends Layer {
  override readonly halfInputs = 'kept';
  private readonly padding: readonly (readonly [number, number])[];

  constructor(config: ZeroPadding2DConfig = {}) {
    super(config);
    const { padding = 1, dataFormat } = config;
    const ofAxis = (axis: 0 | 1): readonly [number, number] => {
      const sides = typeof padding === 'number' ? padding : padding[axis];
      return typeof sides === 'number' ? [sides, sides] : sides;
    };
    this.padding = [ofAxis(0), ofAxis(1)];
    if (!this.padding.flat().every((n) => Number.isInteger(n) && n >= 0)) {
      throw new ValueError(`ZeroPadding2D: padding is ${JSON.stringify(padding)}; expected whole numbers ≥ 0.`);
    }
    checkDataFormat(this.name, dataFormat);
  }

  override build(inputShape: PartialShape): void {
    checkSpatial(this.name, inputShape, 2);
  }

  override call(x: Tensor): Tensor {
    return pad(x, [[0, 0], ...this.padding, [0, 0]]);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const padded = (axis: number): number | null => {
      const [size, [before, after]] = [inputShape[axis], this.padding[axis - 1]];
      return size === null ? null : size + before + after;
    };
    return [inputShape[0], padded(1), padded(2), inputShape[3]];
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), padding: this.padding, dataFormat: 'channels_last' };
  }
}
