import { ValueError } from '../../engine/errors';
import { checkSteps, LearningRateSchedule } from './schedule';

export interface CosineDecayConfig {
  /** The first rate; with a warm-up, the one that it starts from. */
  readonly initialLearningRate: number;
  /** Steps of the decay, warm-up excluded. */
  readonly decaySteps: number;
  /** The last rate, as a share of the highest; default 0. */
  readonly alpha?: number;
  /** The rate at which the warm-up ends; default: no warm-up. */
  readonly warmupTarget?: number | null;
  /** Steps of the warm-up, in which the rate rises in a straight line; default 0. */
  readonly warmupSteps?: number;
  readonly name?: string;
}

/** (1 + cos(π·done))/2, from 1 down to 0. */
export function halfCosine(done: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * done));
}

/**
 * Half a cosine wave from the highest rate to its share `alpha` (Loshchilov & Hutter 2016).
 * https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/
 */
export class CosineDecay extends LearningRateSchedule {
  constructor(private readonly config: CosineDecayConfig) {
    super();
    const { warmupSteps = 0, warmupTarget = null } = config;
    checkSteps('CosineDecay', { decaySteps: config.decaySteps });
    if (!(warmupSteps >= 0)) throw new ValueError(`CosineDecay: warmupSteps is ${warmupSteps}; expected a number of steps ≥ 0.`);
    if (warmupSteps > 0 && warmupTarget === null) {
      throw new ValueError(`CosineDecay: warmupSteps is ${warmupSteps}, but there is no warmupTarget, the rate at which the warm-up ends.`);
    }
  }

  override rateAt(step: number): number {
    const { initialLearningRate, decaySteps, alpha = 0, warmupTarget = null, warmupSteps = 0 } = this.config;
    if (warmupTarget !== null && step < warmupSteps) {
      return initialLearningRate + (warmupTarget - initialLearningRate) * (step / warmupSteps);
    }
    const done = Math.min((warmupTarget === null ? step : step - warmupSteps) / decaySteps, 1);
    return (warmupTarget ?? initialLearningRate) * ((1 - alpha) * halfCosine(done) + alpha);
  }

  override getConfig(): Record<string, unknown> {
    return { alpha: 0, name: 'CosineDecay', warmupTarget: null, warmupSteps: 0, ...this.config };
  }
}
