import { checkSteps, LearningRateSchedule } from './schedule';

export interface InverseTimeDecayConfig {
  readonly initialLearningRate: number;
  /** Steps in which the divisor grows by `decayRate`. */
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Whether the rate falls once in `decaySteps` instead of a little at every step; default false. */
  readonly staircase?: boolean;
  readonly name?: string;
}

/** initial / (1 + decayRate · step/decaySteps). https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/ */
export class InverseTimeDecay extends LearningRateSchedule {
  constructor(private readonly config: InverseTimeDecayConfig) {
    super();
    checkSteps('InverseTimeDecay', { decaySteps: config.decaySteps });
  }

  override rateAt(step: number): number {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.config;
    const periods = step / decaySteps;
    return initialLearningRate / (1 + decayRate * (staircase ? Math.floor(periods) : periods));
  }

  override getConfig(): Record<string, unknown> {
    return { staircase: false, name: 'InverseTimeDecay', ...this.config };
  }
}
