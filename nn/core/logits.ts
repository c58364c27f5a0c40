/**
 * The logits behind probabilities. A cross-entropy on the output of softmax or sigmoid is computed from the
 * logits, as Keras does: exact where the probabilities have already rounded to 0 or 1.
 */
import { cast } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';

export type LogitsKind = 'softmax' | 'sigmoid';

const origins = new WeakMap<Tensor, { kind: LogitsKind; logits: Tensor }>();

export function rememberLogits(probabilities: Tensor, kind: LogitsKind, logits: Tensor): Tensor {
  origins.set(probabilities, { kind, logits });
  return probabilities;
}

/** The logits of which `probabilities` is the softmax (or sigmoid), if that is how it came about; in single precision. */
export function logitsBehind(probabilities: Tensor, kind: LogitsKind): Tensor | null {
  const origin = origins.get(probabilities);
  return origin?.kind === kind ? cast(origin.logits, 'f32') : null;
}

/** What is known of `from` holds for `to`, too. */
export function carryLogits(from: Tensor, to: Tensor): void {
  const origin = origins.get(from);
  if (origin) origins.set(to, origin);
}
