import { host } from '#platform';
import { ValueError } from '../../engine/errors';
import type { Logs } from './callback';
import { MonitorCallback, type MonitorConfig } from './monitor';

export interface ModelCheckpointConfig extends MonitorConfig {
  /**
   * Ends in `.keras`; in `.weights.h5` or `.safetensors` with `saveWeightsOnly`. May have `{epoch}` (from 1) and logs by
   * name, with the digits that they take: `'run/{epoch:02d}-{val_loss:.2f}.keras'`.
   */
  readonly filepath: string;
  /** Save only what is better than all before by the watched log; default false: every epoch. */
  readonly saveBestOnly?: boolean;
  /** Default false: the whole model. */
  readonly saveWeightsOnly?: boolean;
  /** `'epoch'` (default), or the number of batches after which to save. */
  readonly saveFreq?: 'epoch' | number;
  /** With `saveBestOnly`: what has to be beaten at first; default: nothing. */
  readonly initialValueThreshold?: number | null;
  /** 1 tells what it does; default 0. */
  readonly verbose?: 0 | 1;
}

/**
 * Saves the model in training. A process that ends at any moment leaves the file before or the whole new one, and
 * `loadModel(path, { resume: true })` goes on from it. https://keras.io/api/callbacks/model_checkpoint/
 */
export class ModelCheckpoint extends MonitorCallback {
  /** The best value so far of the watched log. */
  best: number | null;
  private epoch = 0;
  private batches = 0;

  constructor(private readonly config: ModelCheckpointConfig) {
    // What is saved in any case needs no direction.
    super(config.saveBestOnly ? config : { ...config, mode: 'min' });
    const { filepath, saveWeightsOnly = false, saveFreq = 'epoch', initialValueThreshold = null } = config;
    const endings = saveWeightsOnly ? ['.weights.h5', '.safetensors'] : ['.keras'];
    if (!endings.some((ending) => filepath.endsWith(ending))) {
      throw new ValueError(`ModelCheckpoint: filepath is "${filepath}"; expected one that ends in ${endings.join(' or ')} (saveWeightsOnly is ${saveWeightsOnly}).`);
    }
    if (saveFreq !== 'epoch' && !(Number.isInteger(saveFreq) && saveFreq > 0)) {
      throw new ValueError(`ModelCheckpoint: saveFreq is ${String(saveFreq)}; expected 'epoch' or a number of batches.`);
    }
    this.best = initialValueThreshold;
    // Logs of a batch cost a read of the device: the hook is there only if it is wanted.
    if (saveFreq !== 'epoch') this.onTrainBatchEnd = (_batch, logs) => this.afterBatch(logs);
  }

  override onEpochBegin(epoch: number): void {
    this.epoch = epoch;
  }

  override async onEpochEnd(_epoch: number, logs: Logs): Promise<void> {
    if ((this.config.saveFreq ?? 'epoch') === 'epoch') await this.save(logs);
  }

  private async afterBatch(logs: Logs): Promise<void> {
    if (++this.batches % (this.config.saveFreq as number) === 0) await this.save(logs);
  }

  private async save(logs: Logs): Promise<void> {
    const { filepath, saveBestOnly = false, saveWeightsOnly = false, verbose = 0 } = this.config;
    const say = (text: string): void => void (verbose && host.terminal.write(`Epoch ${this.epoch + 1}: ${text}\n`));
    if (saveBestOnly) {
      const value = this.valueIn(logs);
      if (!this.isBetter(value, this.best)) return say(`${this.monitor} did not improve from ${this.best}`);
      say(`${this.monitor} improved from ${this.best} to ${value}`);
      this.best = value;
    }
    const path = formatPath(filepath, { ...logs, epoch: this.epoch + 1 });
    await (saveWeightsOnly ? this.model.saveWeights(path) : this.model.save(path));
    say(`saved to ${path}`);
  }
}

/** `{name}`, `{name:03d}`, `{name:.2f}` as Python formats them. */
function formatPath(pattern: string, values: Logs): string {
  return pattern.replace(/\{(\w+)(?::(0?)(\d*)(?:\.(\d+))?([dfeg]?))?\}/g, (field, name: string, zeros = '', width = '', digits?: string, kind = '') => {
    const value = values[name];
    if (value === undefined) throw new ValueError(`ModelCheckpoint: "${pattern}" has ${field}; known: ${Object.keys(values).join(', ')}.`);
    const places = Number(digits ?? 6);
    const text = kind === 'f' ? value.toFixed(places) : kind === 'e' ? value.toExponential(places) : kind === 'd' ? value.toFixed(0) : String(digits ? Number(value.toPrecision(places || 1)) : value);
    return text.padStart(Number(width || 0), zeros || ' ');
  });
}
