/** Hooks into training: https://keras.io/api/callbacks/base_callback/ */
import type { Model } from '../models/model';

/** Names and values: `loss`, the metrics, after an epoch those with `val_`. */
export type Logs = Readonly<Record<string, number>>;

/**
 * Override what you need. A hook may be asynchronous; training waits for it. Logs of a batch cost a read of
 * the device, so only callbacks that override `onTrainBatchEnd` (or the test and predict ones) pay for it.
 */
export class Callback {
  /** The model in training; set before the first hook. */
  model!: Model;
  /** `epochs`, `steps` and `verbose` of the run; set before the first hook. */
  params: Readonly<Record<string, number>> = {};

  onTrainBegin(): void | Promise<void> {}
  onTrainEnd(_logs: Logs): void | Promise<void> {}
  onEpochBegin(_epoch: number): void | Promise<void> {}
  onEpochEnd(_epoch: number, _logs: Logs): void | Promise<void> {}
  onTrainBatchBegin(_batch: number): void | Promise<void> {}
  onTrainBatchEnd(_batch: number, _logs: Logs): void | Promise<void> {}
  onTestBegin(): void | Promise<void> {}
  onTestEnd(_logs: Logs): void | Promise<void> {}
  onTestBatchBegin(_batch: number): void | Promise<void> {}
  onTestBatchEnd(_batch: number, _logs: Logs): void | Promise<void> {}
  onPredictBegin(): void | Promise<void> {}
  onPredictEnd(): void | Promise<void> {}
}

type Hook = Exclude<keyof Callback, 'model' | 'params'>;

/** A callback or any object with some of its hooks. */
export type CallbackLike = Partial<Callback>;

/** Several callbacks as one. */
export class CallbackList {
  constructor(private readonly callbacks: readonly CallbackLike[], model: Model, params: Readonly<Record<string, number>>) {
    for (const callback of callbacks) Object.assign(callback, { model, params });
  }

  /** Whether any of them wants this hook. */
  wants(hook: Hook): boolean {
    return this.callbacks.some((callback) => overrides(callback, hook));
  }

  async call<H extends Hook>(hook: H, ...args: Parameters<Callback[H]>): Promise<void> {
    for (const callback of this.callbacks) {
      if (overrides(callback, hook)) await (callback as unknown as Record<Hook, (...args: unknown[]) => unknown>)[hook](...args);
    }
  }
}

function overrides(callback: CallbackLike, hook: Hook): boolean {
  return callback[hook] !== undefined && callback[hook] !== Callback.prototype[hook];
}
