import { host } from '#platform';
import { ValueError } from '../../engine/errors';
import { Callback, type Logs } from './callback';
import { logRate, setRate } from './learning-rate';

/** The rate for an epoch (from 0), from the rate so far. */
export type EpochSchedule = (epoch: number, rate: number) => number;

/** Sets the learning rate before every epoch; `verbose: 1` tells. https://keras.io/api/callbacks/learning_rate_scheduler/ */
export class LearningRateScheduler extends Callback {
  constructor(private readonly schedule: EpochSchedule, private readonly config: { readonly verbose?: 0 | 1 } = {}) {
    super();
  }

  override onEpochBegin(epoch: number): void {
    const { optimizer } = this.model;
    const rate = this.schedule(epoch, optimizer.currentLearningRate);
    if (typeof rate !== 'number' || !(rate >= 0)) {
      throw new ValueError(`LearningRateScheduler: the schedule gave ${String(rate)} for epoch ${epoch}; expected a number ≥ 0.`);
    }
    setRate('LearningRateScheduler', optimizer, rate);
    if (this.config.verbose) host.terminal.write(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.\n`);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logRate(logs, this.model.optimizer);
  }
}
