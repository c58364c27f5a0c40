import type { StepScalar } from '../../engine/gpu/step-slots';
import { adamaxUpdate } from '../../engine/ops/update/adamax';
import type { ArenaRange } from '../../engine/step/arena';
import { Optimizer, type OptimizerConfig } from './optimizer';

export interface AdamaxConfig extends OptimizerConfig {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** Adam with the infinity norm (Kingma & Ba 2015, section 7.1); default rate 0.001. https://keras.io/api/optimizers/adamax/ */
export class Adamax extends Optimizer {
  override readonly name = 'adamax';
  private readonly config: Required<Pick<AdamaxConfig, 'beta1' | 'beta2' | 'epsilon'>>;

  constructor(config: AdamaxConfig = {}) {
    super(config, 0.001);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = config;
    this.config = { beta1, beta2, epsilon };
  }

  protected override get states(): readonly number[] {
    return [0, 0];
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    adamaxUpdate(range, scalars, this.config);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.config };
  }
}
