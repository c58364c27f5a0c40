import { host } from '#platform';
import { ValueError } from '../../engine/errors';
import type { Logs } from './callback';
import { logRate, setRate } from './learning-rate';
import { MonitorCallback, type MonitorConfig } from './monitor';

export interface ReduceLROnPlateauConfig extends MonitorConfig {
  /** What the rate is multiplied by; default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement after which the rate falls; default 10. */
  readonly patience?: number;
  /** Epochs after a fall in which none are counted; default 0. */
  readonly cooldown?: number;
  /** The rate does not fall below it; default 0. */
  readonly minLr?: number;
  /** 1 tells when the rate falls; default 0. */
  readonly verbose?: 0 | 1;
}

/**
 * Lowers the learning rate when the watched log no longer gets better; minDelta is 1e-4 by default.
 * https://keras.io/api/callbacks/reduce_lr_on_plateau/
 */
export class ReduceLROnPlateau extends MonitorCallback {
  private best: number | null = null;
  private wait = 0;
  private resting = 0;

  constructor(private readonly config: ReduceLROnPlateauConfig = {}) {
    super({ minDelta: 1e-4, ...config });
    const { factor = 0.1 } = config;
    if (!(factor >= 0 && factor < 1)) throw new ValueError(`ReduceLROnPlateau: factor is ${factor}; expected a number from 0 up to 1.`);
  }

  override onTrainBegin(): void {
    this.best = null;
    this.wait = this.resting = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const { patience = 10, cooldown = 0 } = this.config;
    const { optimizer } = this.model;
    logRate(logs, optimizer);
    const value = this.valueIn(logs);
    if (this.resting > 0) {
      this.resting--;
      this.wait = 0;
    }
    if (this.isBetter(value, this.best)) {
      this.best = value;
      this.wait = 0;
    } else if (this.resting === 0 && ++this.wait >= patience && this.reduce(epoch)) {
      this.resting = cooldown;
      this.wait = 0;
    }
  }

  /** Whether the rate could fall any further. */
  private reduce(epoch: number): boolean {
    const { factor = 0.1, minLr = 0, verbose = 0 } = this.config;
    const { optimizer } = this.model;
    const before = optimizer.currentLearningRate;
    if (before <= minLr) return false;
    const rate = Math.max(before * factor, minLr);
    setRate('ReduceLROnPlateau', optimizer, rate);
    if (verbose) host.terminal.write(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${rate}.\n`);
    return true;
  }
}
