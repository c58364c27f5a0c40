/** Learning rates that depend on the step: https://keras.io/api/optimizers/learning_rate_schedules/ */
import { ValueError } from '../../engine/errors';

/** A learning rate for each step. Steps already compiled follow it too: it is asked before every one of them. */
export abstract class LearningRateSchedule {
  /** The rate of step `step`, counted from 0. */
  abstract rateAt(step: number): number;

  /** What makes the schedule again, with Keras's names in camelCase. */
  abstract getConfig(): Record<string, unknown>;
}

/** Throws unless the options that count steps are positive. */
export function checkSteps(schedule: string, steps: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(steps)) {
    if (!(value > 0)) throw new ValueError(`${schedule}: ${name} is ${value}; expected a number of steps > 0.`);
  }
}
