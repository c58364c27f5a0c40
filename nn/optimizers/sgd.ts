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

  constructor(private readonly config: SgdConfig = {}) {
    super(config, 0.01);
  }

  protected override get states(): number {
    return this.config.momentum ? 1 : 0;
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    const { momentum = 0, nesterov = false } = this.config;
    sgdUpdate(range, scalars, { momentum, nesterov });
  }
}
