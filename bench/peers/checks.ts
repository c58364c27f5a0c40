/** Whether a peer trained the model that the others trained. */
import type { Model } from './protocol';

/** From the same weights on the same batch all must lose the same: relative to ours, the most over the first steps. */
export function lossDeviation(theirs: readonly number[], ours: readonly number[]): number {
  return Math.max(...theirs.slice(0, ours.length).map((loss, i) => Math.abs(loss - ours[i]) / Math.abs(ours[i])));
}

/** Rounding, carried through three steps of Adam, costs less. */
const TOLERANCE = 5e-3;

/** What is not a training step of this model needs no comparison. */
export function whyWrong(model: Model, losses: readonly number[], deviation: number | undefined): string | undefined {
  if (!losses.every(Number.isFinite)) return `the losses are ${losses}`;
  // A second step may overshoot.
  if (model.family !== 'matmul' && losses.length > 2 && !(losses[losses.length - 1] < losses[0])) return `it does not learn: the losses are ${losses}`;
  if (deviation !== undefined && deviation > TOLERANCE) return `it trains something else: the losses are ${losses}`;
  return undefined;
}
