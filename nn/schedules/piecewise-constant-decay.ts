import { ValueError } from '../../engine/errors';
import { LearningRateSchedule } from './schedule';

export interface PiecewiseConstantDecayConfig {
  /** The last step of each piece but the last, increasing. */
  readonly boundaries: readonly number[];
  /** The rate of each piece: one more than there are boundaries. */
  readonly values: readonly number[];
  readonly name?: string;
}

/**
 * values[0] up to and with step boundaries[0], then values[1], and so on.
 * https://keras.io/api/optimizers/learning_rate_schedules/piecewise_constant_decay/
 */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  constructor(private readonly config: PiecewiseConstantDecayConfig) {
    super();
    const { boundaries, values } = config;
    if (values.length !== boundaries.length + 1) {
      throw new ValueError(
        `PiecewiseConstantDecay: ${boundaries.length} boundaries and ${values.length} values; expected one value more than boundaries.`,
      );
    }
    const fallen = boundaries.findIndex((boundary, i) => i > 0 && !(boundary > boundaries[i - 1]));
    if (fallen > 0) {
      throw new ValueError(`PiecewiseConstantDecay: boundary ${boundaries[fallen]} comes after ${boundaries[fallen - 1]}; expected increasing steps.`);
    }
  }

  override rateAt(step: number): number {
    const { boundaries, values } = this.config;
    const piece = boundaries.findIndex((boundary) => step <= boundary);
    return values[piece < 0 ? values.length - 1 : piece];
  }

  override getConfig(): Record<string, unknown> {
    return { name: 'PiecewiseConstant', ...this.config };
  }
}
