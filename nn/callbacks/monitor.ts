/** Callbacks that watch one of the logs. */
import { unknownName, ValueError } from '../../engine/errors';
import { Callback, type Logs } from './callback';

export type MonitorMode = 'auto' | 'min' | 'max';

export interface MonitorConfig {
  /** The log to watch; default `'val_loss'`. */
  readonly monitor?: string;
  /** Whether less or more is better; default `'auto'`: by the name of the log. */
  readonly mode?: MonitorMode;
  /** Changes smaller than this do not count as better; default 0. */
  readonly minDelta?: number;
}

const MORE_IS_BETTER = /acc|auc|precision|recall|cosine_similarity|f1|iou|r2/i;
const LESS_IS_BETTER = /loss|error|crossentropy|bce|mse|mae|mape|msle|hinge|poisson|divergence|huber|log_?cosh/i;

export abstract class MonitorCallback extends Callback {
  protected readonly monitor: string;
  protected readonly minDelta: number;
  private readonly mode: 'min' | 'max';

  constructor({ monitor = 'val_loss', mode = 'auto', minDelta = 0 }: MonitorConfig) {
    super();
    this.monitor = monitor;
    this.mode = this.direction(mode);
    this.minDelta = Math.abs(minDelta);
  }

  /** Whether `value` is better than `reference` by more than `minDelta`; anything is better than none, nothing is with NaN. */
  protected isBetter(value: number, reference: number | null): boolean {
    if (reference === null) return true;
    return this.mode === 'min' ? value + this.minDelta < reference : value - this.minDelta > reference;
  }

  /** The watched log. */
  protected valueIn(logs: Logs): number {
    const value = logs[this.monitor];
    if (value === undefined) throw unknownName(`log for ${this.constructor.name}'s monitor`, this.monitor, Object.keys(logs));
    return value;
  }

  private direction(mode: MonitorMode): 'min' | 'max' {
    if (mode === 'min' || mode === 'max') return mode;
    if (mode !== 'auto') throw new ValueError(`${this.constructor.name}: mode is ${String(mode)}; expected 'auto', 'min' or 'max'.`);
    if (MORE_IS_BETTER.test(this.monitor)) return 'max';
    if (LESS_IS_BETTER.test(this.monitor)) return 'min';
    throw new ValueError(`${this.constructor.name}: does more or less of "${this.monitor}" mean better? Say so with mode: 'max' or 'min'.`);
  }
}
