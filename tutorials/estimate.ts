/** How long training will take, told when that can be known. */
import { Callback } from 'wgrad';
import { host } from '#platform';

/** The first step, which compiles, is not counted. */
const STEPS = 20;

/** A validation step is a forward pass only. */
const VALIDATION_SHARE = 1 / 3;

/**
 * A callback for `fit` that prints, after 20 steps, about how long all epochs will take. `validationSteps` are those
 * after each epoch.
 */
export function estimate({ validationSteps = 0, now = () => performance.now() } = {}): Callback {
  return new Estimate(validationSteps, now);
}

class Estimate extends Callback {
  private seen = 0;
  private began = 0;

  constructor(private readonly validationSteps: number, private readonly now: () => number) {
    super();
  }

  override onTrainBatchBegin(): void {
    if (++this.seen === 2) this.began = this.now();
    if (this.seen !== STEPS + 2) return;
    const { epochs, steps = NaN } = this.params;
    const all = epochs * (steps + VALIDATION_SHARE * this.validationSteps);
    const seconds = ((this.now() - this.began) / STEPS / 1000) * (all - this.seen);
    // A bar on the line is cleared; it draws itself again below.
    if (seconds > 0) host.terminal.write(`${host.terminal.interactive ? '\r\x1b[2K' : ''}This run will take about ${inWords(seconds)} more.\n`);
  }
}

function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
