import { checkSteps, LearningRateSchedule } from './schedule';

export interface PolynomialDecayConfig {
  readonly initialLearningRate: number;
  /** Steps to the end. */
  readonly decaySteps: number;
  /** Default 0.0001. */
  readonly endLearningRate?: number;
  /** Default 1: a straight line. */
  readonly power?: number;
  /** Whether the decay is stretched to the next multiple of `decaySteps` once it is over; default false: the rate stays at its end. */
  readonly cycle?: boolean;
  readonly name?: string;
}

/** (initial − end) · (1 − step/decaySteps)^power + end. https://keras.io/api/optimizers/learning_rate_schedules/polynomial_decay/ */
export class PolynomialDecay extends LearningRateSchedule {
  constructor(private readonly config: PolynomialDecayConfig) {
    super();
    checkSteps('PolynomialDecay', { decaySteps: config.decaySteps });
  }

  override rateAt(step: number): number {
    const { initialLearningRate, decaySteps, endLearningRate = 0.0001, power = 1, cycle } = this.config;
    const length = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    const done = Math.min(step / length, 1);
    return (initialLearningRate - endLearningRate) * (1 - done) ** power + endLearningRate;
  }

  override getConfig(): Record<string, unknown> {
    return { endLearningRate: 0.0001, power: 1, cycle: false, name: 'PolynomialDecay', ...this.config };
  }
}
