import type { StepScalar } from '../../engine/gpu/step-slots';
import { adamUpdate } from '../../engine/ops/update/adam';
import type { ArenaRange } from '../../engine/step/arena';
import { Optimizer, type OptimizerConfig } from './optimizer';

export interface AdamConfig extends OptimizerConfig {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** The "epsilon hat" of the paper's section 2.1; default 1e-7. */
  readonly epsilon?: number;
}

/** Adam, in Keras's form; default rate 0.001. https://keras.io/api/optimizers/adam/ */
export class Adam extends Optimizer {
  override readonly name = 'adam';
  protected override readonly states = 2;

  constructor(private readonly config: AdamConfig = {}) {
    super(config, 0.001);
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = this.config;
    adamUpdate(range, scalars, { beta1, beta2, epsilon });
  }
}
