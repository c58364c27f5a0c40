import type { StepScalar } from '../../engine/gpu/step-slots';
import { adadeltaUpdate } from '../../engine/ops/update/adadelta';
import type { ArenaRange } from '../../engine/step/arena';
import { Optimizer, type OptimizerConfig } from './optimizer';

export interface AdadeltaConfig extends OptimizerConfig {
  /** Decay of the running means of squares; default 0.95. */
  readonly rho?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** Adadelta (Zeiler 2012), whose rate is 1 there; default rate 0.001. https://keras.io/api/optimizers/adadelta/ */
export class Adadelta extends Optimizer {
  override readonly name = 'adadelta';
  private readonly config: Required<Pick<AdadeltaConfig, 'rho' | 'epsilon'>>;

  constructor(config: AdadeltaConfig = {}) {
    super(config, 0.001);
    const { rho = 0.95, epsilon = 1e-7 } = config;
    this.config = { rho, epsilon };
  }

  protected override get states(): readonly number[] {
    return [0, 0];
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    adadeltaUpdate(range, scalars, this.config);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.config };
  }
}
