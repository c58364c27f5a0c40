/** Gradient clipping, before the update: https://keras.io/api/optimizers/#gradient-clipping */
import { ValueError } from '../../engine/errors';
import { clipNorm } from '../../engine/ops/update/clip-norm';
import { clipValue } from '../../engine/ops/update/clip-value';
import type { ArenaRange } from '../../engine/step/arena';

/** At most one of them. */
export interface Clipping {
  /** Each parameter's gradient is scaled down to this norm. */
  readonly clipnorm?: number | null;
  /** All gradients are scaled down together, so that their common norm is at most this. */
  readonly globalClipnorm?: number | null;
  /** Every entry of a gradient is bounded to ± this. */
  readonly clipvalue?: number | null;
}

const KINDS = ['clipnorm', 'globalClipnorm', 'clipvalue'] as const;

export function clips(options: Clipping): boolean {
  return KINDS.some((kind) => (options[kind] ?? null) !== null);
}

export function checkClipping(options: Clipping): void {
  const given = KINDS.filter((kind) => (options[kind] ?? null) !== null);
  if (given.length > 1) throw new ValueError(`Optimizer: ${given.join(' and ')} are given; expected only one of them.`);
  for (const kind of given) {
    if (!(options[kind]! > 0)) throw new ValueError(`Optimizer: ${kind} is ${options[kind]}; expected a number > 0, or null.`);
  }
}

/** The ranges with clipped gradients, which go to the last state of each. */
export function clipGradients(ranges: readonly ArenaRange[], { clipnorm, globalClipnorm, clipvalue }: Clipping): ArenaRange[] {
  const clipped = ranges.map(({ states }) => states[states.length - 1]);
  if (clipvalue) ranges.forEach((range, i) => clipValue(range, clipped[i], clipvalue));
  else clipNorm(ranges, clipped, (clipnorm ?? globalClipnorm)!, !clipnorm);
  return ranges.map((range, i) => ({ ...range, gradients: clipped[i], states: range.states.slice(0, -1) }));
}
