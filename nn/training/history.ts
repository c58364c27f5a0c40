/** What `fit` returns: a callback that keeps the logs of every epoch. */
import { Callback, type Logs } from '../callbacks/callback';

/** How long things took, in the units of their names. */
export interface Timing {
  /** The whole of `fit`. */
  seconds: number;
  /** The first training step: capture, compilation, execution. */
  compileSeconds: number;
  /** Mean over the training steps after the first, validation excluded; of epochs shorter than 50 ms, over the first 200 or so. */
  msPerStep: number;
}

export class History extends Callback {
  /** Numbers of the epochs run, from `initialEpoch`. */
  readonly epoch: number[] = [];
  /** A list per log: `loss`, the metrics, and the same with `val_`. */
  readonly history: Record<string, number[]> = {};
  readonly timing: Timing = { seconds: 0, compileSeconds: 0, msPerStep: 0 };
  /** Whether Ctrl-C ended training early. */
  interrupted = false;

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}
