import type { StepScalar } from '../../engine/gpu/step-slots';
import { adamUpdate } from '../../engine/ops/update/adam';
import { adamRowsUpdate } from '../../engine/ops/update/adam-rows';
import type { ArenaRange, RowRange } from '../../engine/step/arena';
import { Optimizer, type OptimizerConfig } from './optimizer';

export interface AdamConfig extends OptimizerConfig {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** The "epsilon hat" of the paper's section 2.1; default 1e-7. */
  readonly epsilon?: number;
  /** Divides by the largest second moment so far (Reddi et al. 2018); default false. */
  readonly amsgrad?: boolean;
}

/** Adam (Kingma & Ba 2015), in Keras's form; default rate 0.001. https://keras.io/api/optimizers/adam/ */
export class Adam extends Optimizer {
  override readonly name: string = 'adam';
  private readonly config: Required<Pick<AdamConfig, 'beta1' | 'beta2' | 'epsilon' | 'amsgrad'>>;

  constructor(config: AdamConfig = {}) {
    super(config, 0.001);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = config;
    this.config = { beta1, beta2, epsilon, amsgrad };
  }

  protected override get states(): readonly number[] {
    return this.config.amsgrad ? [0, 0, 0] : [0, 0];
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    adamUpdate(range, scalars, this.config);
  }

  protected override get updatesRows(): boolean {
    return !this.config.amsgrad;
  }

  protected override get takesTable(): boolean {
    return !this.config.amsgrad;
  }

  protected override updateRows(table: RowRange, scalars: readonly StepScalar[]): void {
    adamRowsUpdate(table, scalars, this.config);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.config };
  }
}
