import { ValueError } from '../../engine/errors';
import type { StepScalar } from '../../engine/gpu/step-slots';
import { ftrlUpdate } from '../../engine/ops/update/ftrl';
import type { ArenaRange } from '../../engine/step/arena';
import { Optimizer, type OptimizerConfig } from './optimizer';

export interface FtrlConfig extends OptimizerConfig {
  /** How the rate falls with the sum of squares, ≤ 0; default −0.5. */
  readonly learningRatePower?: number;
  /** What the sums of squares start from; default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Default 0. */
  readonly l1RegularizationStrength?: number;
  /** Default 0. */
  readonly l2RegularizationStrength?: number;
  /** Default 0. */
  readonly l2ShrinkageRegularizationStrength?: number;
  /** Default 0. */
  readonly beta?: number;
}

/** Follow the regularised leader (McMahan et al. 2013); default rate 0.001. https://keras.io/api/optimizers/ftrl/ */
export class Ftrl extends Optimizer {
  override readonly name = 'ftrl';
  private readonly config: Required<Omit<FtrlConfig, keyof OptimizerConfig>>;

  constructor(config: FtrlConfig = {}) {
    super(config, 0.001);
    const { learningRatePower = -0.5, initialAccumulatorValue = 0.1, beta = 0 } = config;
    const { l1RegularizationStrength = 0, l2RegularizationStrength = 0, l2ShrinkageRegularizationStrength = 0 } = config;
    this.config = {
      learningRatePower,
      initialAccumulatorValue,
      l1RegularizationStrength,
      l2RegularizationStrength,
      l2ShrinkageRegularizationStrength,
      beta,
    };
    if (!(learningRatePower <= 0)) throw new ValueError(`Ftrl: learningRatePower is ${learningRatePower}; expected a number ≤ 0.`);
  }

  protected override get states(): readonly number[] {
    return [this.config.initialAccumulatorValue, 0];
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    ftrlUpdate(range, scalars, {
      learningRatePower: this.config.learningRatePower,
      l1: this.config.l1RegularizationStrength,
      l2: this.config.l2RegularizationStrength,
      l2Shrinkage: this.config.l2ShrinkageRegularizationStrength,
      beta: this.config.beta,
    });
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.config };
  }
}
