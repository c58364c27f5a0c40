import type { StepScalar } from '../../engine/gpu/step-slots';
import { adagradUpdate } from '../../engine/ops/update/adagrad';
import type { ArenaRange } from '../../engine/step/arena';
import { Optimizer, type OptimizerConfig } from './optimizer';

export interface AdagradConfig extends OptimizerConfig {
  /** What the sums of squares start from; default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** Adagrad (Duchi et al. 2011); default rate 0.001. https://keras.io/api/optimizers/adagrad/ */
export class Adagrad extends Optimizer {
  override readonly name = 'adagrad';
  private readonly config: Required<Pick<AdagradConfig, 'initialAccumulatorValue' | 'epsilon'>>;

  constructor(config: AdagradConfig = {}) {
    super(config, 0.001);
    const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = config;
    this.config = { initialAccumulatorValue, epsilon };
  }

  protected override get states(): readonly number[] {
    return [this.config.initialAccumulatorValue];
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    adagradUpdate(range, scalars, this.config);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.config };
  }
}
