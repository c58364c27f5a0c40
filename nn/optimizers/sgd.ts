import type { StepScalar } from '../../engine/gpu/step-slots';
import { sgdUpdate } from '../../engine/ops/update/sgd';
import type { ArenaRange } from '../../engine/step/arena';
import { Optimizer, type OptimizerConfig } from './optimizer';

export interface SgdConfig extends OptimizerConfig {
  /** Default 0. */
  readonly momentum?: number;
  /** Default false. */
  readonly nesterov?: boolean;
}

/** Gradient descent, with momentum if asked for; default rate 0.01. https://keras.io/api/optimizers/sgd/ */
export class SGD extends Optimizer {
  override readonly name = 'sgd';
  private readonly config: Required<Pick<SgdConfig, 'momentum' | 'nesterov'>>;

  constructor(config: SgdConfig = {}) {
    super(config, 0.01);
    const { momentum = 0, nesterov = false } = config;
    this.config = { momentum, nesterov };
  }

  protected override get states(): readonly number[] {
    return this.config.momentum ? [0] : [];
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    sgdUpdate(range, scalars, this.config);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.config };
  }
}
