import { maximum } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { Constraint } from './constraint';

/** Negative weights become 0. */
export class NonNeg extends Constraint {
  override call(weight: Tensor): Tensor {
    return maximum(weight, 0);
  }

  override getConfig(): Record<string, unknown> {
    return {};
  }
}
