/**
 * Which predictions are right, where a loss's kernel has found it on its way: accuracy need not look again. Only in a compiled
 * step, as eager code may have disposed of it since.
 */
import { gpu } from '../../engine/gpu/gpu';
import type { Tensor } from '../../engine/tensor/tensor';

/** `class`: the largest output is the label's; `binary`: the output is on the label's side of one half. */
export type MatchKind = 'class' | 'binary';

const known = new WeakMap<Tensor, { kind: MatchKind; yTrue: Tensor; matches: Tensor }>();

export function rememberMatches(yTrue: Tensor, yPred: Tensor, kind: MatchKind, matches: Tensor): void {
  if (gpu().recorder.capturing) known.set(yPred, { kind, yTrue, matches });
}

export function matchesOf(yTrue: Tensor, yPred: Tensor, kind: MatchKind): Tensor | null {
  const found = gpu().recorder.capturing ? known.get(yPred) : undefined;
  return found?.kind === kind && found.yTrue === yTrue ? found.matches : null;
}
