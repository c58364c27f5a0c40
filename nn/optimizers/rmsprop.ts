import type { StepScalar } from '../../engine/gpu/step-slots';
import { rmspropUpdate } from '../../engine/ops/update/rmsprop';
import type { ArenaRange } from '../../engine/step/arena';
import { Optimizer, type OptimizerConfig } from './optimizer';

export interface RmspropConfig extends OptimizerConfig {
  /** Decay of the running mean of squares; default 0.9. */
  readonly rho?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
  /** Divides by the deviation in place of the root mean square; default false. */
  readonly centered?: boolean;
}

/** RMSprop; default rate 0.001. https://keras.io/api/optimizers/rmsprop/ */
export class RMSprop extends Optimizer {
  override readonly name = 'rmsprop';

  constructor(private readonly config: RmspropConfig = {}) {
    super(config, 0.001);
  }

  protected override get states(): number {
    return this.config.momentum || this.config.centered ? 3 : 1;
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = this.config;
    rmspropUpdate(range, scalars, { rho, momentum, epsilon, centered });
  }
}
