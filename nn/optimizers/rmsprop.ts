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
  private readonly config: Required<Pick<RmspropConfig, 'rho' | 'momentum' | 'epsilon' | 'centered'>>;

  constructor(config: RmspropConfig = {}) {
    super(config, 0.001);
    const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = config;
    this.config = { rho, momentum, epsilon, centered };
  }

  protected override get states(): readonly number[] {
    return this.config.momentum || this.config.centered ? [0, 0, 0] : [0];
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    rmspropUpdate(range, scalars, this.config);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.config };
  }
}
