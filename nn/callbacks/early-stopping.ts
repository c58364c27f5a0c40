import { host } from '#platform';
import { ValueError } from '../../engine/errors';
import type { HostArray } from '../../engine/tensor/host-array';
import type { Logs } from './callback';
import { MonitorCallback, type MonitorConfig } from './monitor';

export interface EarlyStoppingConfig extends MonitorConfig {
  /** Epochs without improvement after which training ends; default 0. */
  readonly patience?: number;
  /** What has to be beaten for an improvement to count; default: nothing. */
  readonly baseline?: number | null;
  /** Whether the weights of the best epoch come back when training ends; default false. */
  readonly restoreBestWeights?: boolean;
  /** The first epoch that is looked at; default 0. */
  readonly startFromEpoch?: number;
  /** 1 tells when it stops training; default 0. */
  readonly verbose?: 0 | 1;
}

/** Ends training when the watched log no longer gets better. https://keras.io/api/callbacks/early_stopping/ */
export class EarlyStopping extends MonitorCallback {
  /** The epoch after which training was stopped; 0 if it was not. */
  stoppedEpoch = 0;
  bestEpoch = 0;
  best: number | null = null;
  private wait = 0;
  private bestWeights: readonly HostArray[] | null = null;

  constructor(private readonly config: EarlyStoppingConfig = {}) {
    super(config);
    const { patience = 0, startFromEpoch = 0 } = config;
    if (!(patience >= 0)) throw new ValueError(`EarlyStopping: patience is ${patience}; expected a number of epochs ≥ 0.`);
    if (!(startFromEpoch >= 0)) throw new ValueError(`EarlyStopping: startFromEpoch is ${startFromEpoch}; expected an epoch ≥ 0.`);
  }

  override onTrainBegin(): void {
    this.wait = this.stoppedEpoch = this.bestEpoch = 0;
    this.best = this.bestWeights = null;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { patience = 0, baseline = null, restoreBestWeights = false, startFromEpoch = 0 } = this.config;
    const value = this.valueIn(logs);
    if (epoch < startFromEpoch) return;
    const improved = this.isBetter(value, this.best);
    if (restoreBestWeights && (improved || !this.bestWeights)) this.bestWeights = await this.model.getWeights();
    this.wait++;
    if (improved) {
      this.best = value;
      this.bestEpoch = epoch;
      // An improvement that does not reach the baseline does not buy more time.
      if (this.isBetter(value, baseline)) this.wait = 0;
    } else if (this.wait >= patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    const say = (text: string): void => void (this.config.verbose && host.terminal.write(`${text}\n`));
    if (this.stoppedEpoch > 0) say(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (!this.bestWeights) return;
    say(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`);
    this.model.setWeights(this.bestWeights);
  }
}
