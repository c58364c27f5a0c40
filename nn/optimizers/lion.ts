import type { StepScalar } from '../../engine/gpu/step-slots';
import { lionUpdate } from '../../engine/ops/update/lion';
import type { ArenaRange } from '../../engine/step/arena';
import { Optimizer, type OptimizerConfig } from './optimizer';

export interface LionConfig extends OptimizerConfig {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.99. */
  readonly beta2?: number;
}

/** Lion (Chen et al. 2023); default rate 0.001. https://keras.io/api/optimizers/lion/ */
export class Lion extends Optimizer {
  override readonly name = 'lion';
  private readonly config: Required<Pick<LionConfig, 'beta1' | 'beta2'>>;

  constructor(config: LionConfig = {}) {
    super(config, 0.001);
    const { beta1 = 0.9, beta2 = 0.99 } = config;
    this.config = { beta1, beta2 };
  }

  protected override get states(): readonly number[] {
    return [0];
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    lionUpdate(range, scalars, this.config);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.config };
  }
}
