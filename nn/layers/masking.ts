import { any, notEqual, where } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { Layer, type LayerConfig } from '../core/layer';

export interface MaskingConfig extends LayerConfig {
  /** Default 0. */
  readonly maskValue?: number;
}

/**
 * Masks the steps of [batch, time, features] whose features are all `maskValue`, and sets them to 0.
 * https://keras.io/api/layers/core_layers/masking/
 */
export class Masking extends Layer {
  override readonly supportsMasking = true;
  private readonly maskValue: number;

  constructor(config: MaskingConfig = {}) {
    super(config);
    this.maskValue = config.maskValue ?? 0;
  }

  override call(x: Tensor): Tensor {
    return where(any(notEqual(x, this.maskValue), -1, true), x, 0);
  }

  override computeMask(x: Tensor): Tensor {
    return any(notEqual(x, this.maskValue), -1);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), maskValue: this.maskValue };
  }
}
