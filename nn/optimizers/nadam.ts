import type { StepScalar } from '../../engine/gpu/step-slots';
import { nadamUpdate } from '../../engine/ops/update/nadam';
import type { ArenaRange } from '../../engine/step/arena';
import { Optimizer, type OptimizerConfig } from './optimizer';

export interface NadamConfig extends OptimizerConfig {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** Adam with Nesterov's momentum (Dozat 2016); default rate 0.001. https://keras.io/api/optimizers/nadam/ */
export class Nadam extends Optimizer {
  override readonly name = 'nadam';
  private readonly config: Required<Pick<NadamConfig, 'beta1' | 'beta2' | 'epsilon'>>;

  constructor(config: NadamConfig = {}) {
    super(config, 0.001);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = config;
    this.config = { beta1, beta2, epsilon };
  }

  protected override get states(): readonly number[] {
    return [0, 0];
  }

  /** The weights of momentum and gradient at step t: μₜ₊₁/(1 − Π μ₁…ₜ₊₁) and (1 − μₜ)/(1 − Π μ₁…ₜ). */
  protected override moreScalars(): readonly StepScalar[] {
    return [
      { dtype: 'f32', next: () => this.momentumAt(this.iterations + 1) / (1 - this.product(this.iterations + 1)) },
      { dtype: 'f32', next: () => (1 - this.momentumAt(this.iterations)) / (1 - this.product(this.iterations)) },
    ];
  }

  /** The product of the momenta of all steps taken, which Keras keeps. */
  get momentumProduct(): number {
    return this.product(this.iterations);
  }

  /** μₜ = β₁·(1 − 0.96ᵗ/2), t from 1. */
  private momentumAt(t: number): number {
    return this.config.beta1 * (1 - 0.5 * 0.96 ** t);
  }

  /** μ₁·μ₂·…·μₜ. */
  private product(t: number): number {
    let product = 1;
    // Products below f64's smallest number are 0.
    for (let i = 1; i <= t && product > 0; i++) product *= this.momentumAt(i);
    return product;
  }

  protected override update(range: ArenaRange, scalars: readonly StepScalar[]): void {
    nadamUpdate(range, scalars, this.config);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.config };
  }
}
