/** Dynamic loss scaling, for gradients that half precision would lose: https://keras.io/api/optimizers/loss_scale_optimizer/ */
import { ValueError } from '../../engine/errors';

export interface LossScaling {
  /** What the loss is multiplied by at first; default 2¹⁵. */
  readonly initialScale?: number;
  /** After so many steps with finite gradients in a row the scale is doubled; default 2,000. */
  readonly dynamicGrowthSteps?: number;
}

export function checkedScaling({ initialScale = 2 ** 15, dynamicGrowthSteps = 2000 }: LossScaling): Required<LossScaling> {
  if (!(initialScale > 0 && initialScale <= 2 ** 126)) {
    throw new ValueError(`Loss scaling: initialScale is ${initialScale}; expected a number > 0, at most 2^126.`);
  }
  if (!Number.isInteger(dynamicGrowthSteps) || dynamicGrowthSteps < 1) {
    throw new ValueError(`Loss scaling: dynamicGrowthSteps is ${dynamicGrowthSteps}; expected a whole number of at least 1.`);
  }
  return { initialScale, dynamicGrowthSteps };
}
