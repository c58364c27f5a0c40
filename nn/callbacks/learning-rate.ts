/** What callbacks do with the learning rate. */
import { ValueError } from '../../engine/errors';
import type { Optimizer } from '../optimizers';
import type { Logs } from './callback';

/** Adds the rate to an epoch's logs, as `learning_rate`. */
export function logRate(logs: Logs, optimizer: Optimizer): void {
  (logs as Record<string, number>).learning_rate = optimizer.currentLearningRate;
}

/** Sets a plain number as the rate; it must not take the place of a schedule. */
export function setRate(callback: string, optimizer: Optimizer, rate: number): void {
  if (typeof optimizer.learningRate !== 'number') {
    throw new ValueError(`${callback}: the optimizer's learningRate follows a schedule already. Give the optimizer a number to start from.`);
  }
  optimizer.learningRate = rate;
}
