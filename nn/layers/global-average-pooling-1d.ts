import { cast, div, expandDims, mean, sum, where } from '../../engine/ops';
import { gatherMean } from '../../engine/ops/embedding/gather-mean';
import type { Tensor } from '../../engine/tensor/tensor';
import { lookupBehind } from '../core/gathered';
import type { CallContext } from '../core/layer';
import { maskOf } from '../core/mask';
import { GlobalPooling, type GlobalPoolingConfig } from './global-pooling';

/**
 * The mean over time, of unmasked steps only if there is a mask: [batch, time, features] → [batch, features].
 * Right after an Embedding, lookup and mean are one kernel. https://keras.io/api/layers/pooling_layers/global_average_pooling1d/
 */
export class GlobalAveragePooling1D extends GlobalPooling {
  constructor(config?: GlobalPoolingConfig) {
    super(config, [1]);
  }

  override call(x: Tensor, { mask }: CallContext): Tensor {
    const lookup = lookupBehind(x);
    // The kernel knows of no mask but that of the ids: 0 is padding, and so is what fills a bucket.
    if (lookup && lookup.ids.rank === 2 && mask === maskOf(x) && (lookup.maskZero || !mask)) {
      const y = gatherMean(lookup.table, lookup.ids, { skipZero: lookup.maskZero });
      return this.keepDims ? expandDims(y, 1) : y;
    }
    if (!mask) return mean(x, 1, this.keepDims);
    const steps = expandDims(mask, -1);
    return div(sum(where(steps, x, 0), 1, this.keepDims), sum(cast(steps, 'f32'), 1, this.keepDims));
  }
}
