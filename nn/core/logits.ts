/**
 * The logits behind probabilities. A cross-entropy on the output of softmax or sigmoid is computed from the
 * logits, as Keras does: exact where the probabilities have already rounded to 0 or 1.
 */
import type { Tensor } from '../../engine/tensor/tensor';

export type LogitsKind = 'softmax' | 'sigmoid';

const origins = new WeakMap<Tensor, { kind: LogitsKind; logits: Tensor }>();

export function rememberLogits(probabilities: Tensor, kind: LogitsKind, logits: Tensor): Tensor {
  origins.set(probabilities, { kind, logits });
  return probabilities;
}

/** The logits of which `probabilities` is the softmax (or sigmoid), if that is how it came about. */
export function logitsBehind(probabilities: Tensor, kind: LogitsKind): Tensor | null {
  const origin = origins.get(probabilities);
  return origin?.kind === kind ? origin.logits : null;
}
