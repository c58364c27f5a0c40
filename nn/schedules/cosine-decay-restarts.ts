import { ValueError } from '../../engine/errors';
import { halfCosine } from './cosine-decay';
import { checkSteps, LearningRateSchedule } from './schedule';

export interface CosineDecayRestartsConfig {
  readonly initialLearningRate: number;
  /** Steps of the first period. */
  readonly firstDecaySteps: number;
  /** How many times longer each period is than the one before, at least 1; default 2. */
  readonly tMul?: number;
  /** What the highest rate of each period is multiplied by for the next; default 1. */
  readonly mMul?: number;
  /** The last rate, as a share of the first; default 0. */
  readonly alpha?: number;
  readonly name?: string;
}

/**
 * Half cosine waves, one after the other (SGDR, Loshchilov & Hutter 2016).
 * https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay_restarts/
 */
export class CosineDecayRestarts extends LearningRateSchedule {
  constructor(private readonly config: CosineDecayRestartsConfig) {
    super();
    const { firstDecaySteps, tMul = 2 } = config;
    checkSteps('CosineDecayRestarts', { firstDecaySteps });
    if (!(tMul >= 1)) throw new ValueError(`CosineDecayRestarts: tMul is ${tMul}; expected a number ≥ 1.`);
  }

  override rateAt(step: number): number {
    const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = this.config;
    let [start, length, period] = [0, firstDecaySteps, 0];
    if (tMul === 1) {
      period = Math.floor(step / length);
      start = period * length;
    } else {
      while (step >= start + length) [start, length, period] = [start + length, length * tMul, period + 1];
    }
    const decayed = mMul ** period * halfCosine((step - start) / length);
    return initialLearningRate * ((1 - alpha) * decayed + alpha);
  }

  override getConfig(): Record<string, unknown> {
    return { tMul: 2, mMul: 1, alpha: 0, name: 'SGDRDecay', ...this.config };
  }
}
