/**
 * How many steps go into one submit. A submit costs about a millisecond on a software adapter, more than a
 * small model's step; too many steps per submit make the bar and Ctrl-C slow to answer.
 */
import { gpu } from '../../engine/gpu/gpu';

const TARGET_MS = 50;
const MAX_STEPS = 16;
/** Submits that may be unfinished while the host prepares the next one. */
const AHEAD = 2;

export class Pacer {
  private stepsPerSubmit = 1;
  private pending = 0;
  private last = 0;

  /** After each recorded step: submits and waits when it is time to. True if it did. */
  async step(): Promise<boolean> {
    if (++this.pending < this.stepsPerSubmit) return false;
    const steps = this.pending;
    this.pending = 0;
    await gpu().throttle(AHEAD);
    // Once submits are queued up, the time between two returns is the device's time for one of them.
    const now = performance.now();
    if (this.last > 0) {
      const perStep = (now - this.last) / steps;
      this.stepsPerSubmit = Math.min(MAX_STEPS, Math.max(1, Math.min(2 * this.stepsPerSubmit, Math.floor(TARGET_MS / perStep))));
    }
    this.last = now;
    return true;
  }

  /** Submits what is left and waits for all of it. */
  async finish(): Promise<void> {
    this.pending = this.last = 0;
    await gpu().throttle(0);
  }
}
