import { cast, div, expandDims, mean, mul, sum } from '../../engine/ops';
import { gatherMean } from '../../engine/ops/gather-mean';
import type { Tensor } from '../../engine/tensor/tensor';
import { lookupBehind } from '../core/gathered';
import { type CallContext, Layer, type PartialShape } from '../core/layer';

/**
 * The mean over time, of unmasked steps only if there is a mask: [batch, time, features] → [batch, features].
 * Right after an Embedding, lookup and mean are one kernel. https://keras.io/api/layers/pooling_layers/global_average_pooling1d/
 */
export class GlobalAveragePooling1D extends Layer {
  override readonly supportsMasking = true;

  override call(x: Tensor, { mask }: CallContext): Tensor {
    const lookup = lookupBehind(x);
    if (lookup && lookup.ids.rank === 2 && lookup.maskZero === (mask !== null)) {
      return gatherMean(lookup.table, lookup.ids, { skipZero: lookup.maskZero });
    }
    if (!mask) return mean(x, 1);
    const weights = expandDims(cast(mask, 'f32'), -1);
    return div(sum(mul(x, weights), 1), sum(weights, 1));
  }

  override computeMask(): null {
    return null;
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [inputShape[0], inputShape[2]];
  }
}
