import { host } from '#platform';
import { ValueError } from '../../../engine/errors';
import { Callback, type Logs } from '../callback';
import { EventFile } from './event-file';

export interface TensorBoardConfig {
  /** Default `'logs'`. */
  readonly logDir?: string;
  /** Besides every epoch: `'batch'` for every batch, n for every n-th. Each batch then waits for its logs. Default `'epoch'`. */
  readonly updateFreq?: 'epoch' | 'batch' | number;
  /** Whether to write how many steps are done in a second, per epoch; default false. */
  readonly writeStepsPerSecond?: boolean;
}

/** How long scalars of batches may wait to be written. */
const FLUSH_MS = 2000;

/**
 * Writes event files that TensorBoard shows while training goes on (`tensorboard --logdir logs`): for each epoch
 * `epoch_loss`, metrics and `epoch_learning_rate` in `train/`, `epoch_…` and `evaluation_…_vs_iterations` in
 * `validation/`; with `updateFreq`, `batch_…` too. https://keras.io/api/callbacks/tensorboard/
 */
export class TensorBoard extends Callback {
  private files: Partial<Record<'train' | 'validation', EventFile>> = {};
  /** Training batches so far, over all calls of `fit`. */
  private batches = 0;
  private flushed = 0;
  private epochBegan = { time: 0, iterations: 0 };

  constructor(private readonly config: TensorBoardConfig = {}) {
    super();
    if (!host.files) throw new ValueError('TensorBoard writes files, and there are none here (a browser).');
    const { updateFreq = 'epoch' } = config;
    if (updateFreq === 'epoch') return;
    const every = updateFreq === 'batch' ? 1 : updateFreq;
    if (!Number.isInteger(every) || every < 1) throw new ValueError(`TensorBoard: updateFreq is ${String(updateFreq)}; expected "epoch", "batch" or a whole number ≥ 1.`);
    // A hook that is not there costs training nothing.
    this.onTrainBatchEnd = (_batch, logs) => this.batchDone(every, logs);
  }

  override onTrainBegin(): void {
    this.files = {};
  }

  override onEpochBegin(): void {
    this.epochBegan = { time: performance.now(), iterations: this.model.optimizer.iterations };
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { optimizer } = this.model;
    const rates: Record<string, number> = { learning_rate: optimizer.currentLearningRate };
    if (this.config.writeStepsPerSecond) {
      const { time, iterations } = this.epochBegan;
      rates.steps_per_second = (1000 * (optimizer.iterations - iterations)) / (performance.now() - time);
    }
    for (const [name, value] of Object.entries({ ...logs, ...rates })) {
      const validation = name.startsWith('val_');
      this.file(validation ? 'validation' : 'train').add(`epoch_${validation ? name.slice(4) : name}`, value, epoch);
    }
    await this.flush();
  }

  override async onTestEnd(logs: Logs): Promise<void> {
    for (const [name, value] of Object.entries(logs)) {
      this.file('validation').add(`evaluation_${name}_vs_iterations`, value, this.model.optimizer.iterations);
    }
    await this.flush();
  }

  override onTrainEnd(): Promise<void> {
    return this.flush();
  }

  private async batchDone(every: number, logs: Logs): Promise<void> {
    if (++this.batches % every !== 0) return;
    for (const [name, value] of Object.entries(logs)) this.file('train').add(`batch_${name}`, value, this.batches);
    if (performance.now() - this.flushed > FLUSH_MS) await this.flush();
  }

  private file(name: 'train' | 'validation'): EventFile {
    return (this.files[name] ??= new EventFile(host.files!.join(this.config.logDir ?? 'logs', name)));
  }

  private async flush(): Promise<void> {
    this.flushed = performance.now();
    for (const file of Object.values(this.files)) await file.flush();
  }
}
