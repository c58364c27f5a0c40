/** The reverse walk. */
import { ShapeError } from '../errors';
import { add } from '../ops/elementwise/binary';
import { cast } from '../ops/elementwise/cast';
import { sumTo } from '../ops/reduce/reduce';
import { formatShape, sameShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Tape, TapeNode } from './tape';

/**
 * d(target·seed)/d(source) for each source; `null` where target does not depend on it, or where the tape did not watch it.
 * Sums over axes that an op broadcast are taken here, once for all ops; a gradient has the dtype of what it belongs to.
 */
export function backward(tape: Tape, target: Tensor, seed: Tensor, sources: readonly Tensor[]): (Tensor | null)[] {
  if (!sameShape(target.shape, seed.shape)) {
    throw new ShapeError(`gradient: the output gradient ${formatShape(seed.shape)} must have the target's shape ${formatShape(target.shape)}.`);
  }
  // What nobody watched is a constant, even beside a watched tensor.
  const watched = sources.filter((source) => tape.tracks(source));
  const wanted = reachable(tape.nodes, watched);
  const gradients = new Map<number, Tensor>([[target.id, cast(seed, target.dtype)]]);
  for (let i = tape.nodes.length - 1; i >= 0; i--) {
    const node = tape.nodes[i];
    const dy = node.outputs.map(({ id }) => gradients.get(id) ?? null);
    if (dy.every((g) => g === null) || !node.inputs.some(({ id }) => wanted.has(id))) continue;
    const thunks = node.gradient(dy);
    node.inputs.forEach((input, j) => {
      const thunk = thunks[j];
      if (!thunk || !wanted.has(input.id)) return;
      const part = cast(sumTo(thunk(), input.shape), input.dtype);
      const sum = gradients.get(input.id);
      gradients.set(input.id, sum ? add(sum, part) : part);
    });
    // What flowed through is of no further use, except for sources that were asked for.
    for (const { id } of node.outputs) if (!watched.some((source) => source.id === id)) gradients.delete(id);
  }
  return sources.map((source) => (watched.includes(source) ? (gradients.get(source.id) ?? null) : null));
}

/** Ids of the sources and of all that was computed from them. */
function reachable(nodes: readonly TapeNode[], sources: readonly Tensor[]): Set<number> {
  const ids = new Set(sources.map(({ id }) => id));
  for (const { inputs, outputs } of nodes) {
    if (inputs.some(({ id }) => ids.has(id))) for (const { id } of outputs) ids.add(id);
  }
  return ids;
}
