import { checkSteps, LearningRateSchedule } from './schedule';

export interface ExponentialDecayConfig {
  readonly initialLearningRate: number;
  /** Steps in which the rate is multiplied by `decayRate` once. */
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Whether the rate falls once in `decaySteps` instead of a little at every step; default false. */
  readonly staircase?: boolean;
  readonly name?: string;
}

/** initial · decayRate^(step/decaySteps). https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/ */
export class ExponentialDecay extends LearningRateSchedule {
  constructor(private readonly config: ExponentialDecayConfig) {
    super();
    checkSteps('ExponentialDecay', { decaySteps: config.decaySteps });
  }

  override rateAt(step: number): number {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.config;
    const periods = step / decaySteps;
    return initialLearningRate * decayRate ** (staircase ? Math.floor(periods) : periods);
  }

  override getConfig(): Record<string, unknown> {
    return { staircase: false, name: 'ExponentialDecay', ...this.config };
  }
}
