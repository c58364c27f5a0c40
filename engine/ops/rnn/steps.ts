/**
 * A recurrent layer as its equations read: one step after the other, in ops. What the sequence kernels must equal, and
 * what serves where they cannot: other activations, dropout of the state, one row that exceeds a binding.
 */
import type { StepScalar } from '../../gpu/step-slots';
import type { Tensor } from '../../tensor/tensor';
import { zeros } from '../../tensor/create';
import { arange } from '../layout/arange';
import { logicalAnd, less } from '../elementwise/compare';
import { stack } from '../layout/concat';
import { expandDims, reshape } from '../layout/reshape';
import { slice } from '../layout/slice';
import { stepValue } from '../layout/step-value';
import { where } from '../elementwise/where';
import type { Sequence, SequenceOptions } from './sequence';

/** New states of a cell from its share of the inputs' product [batch, gates · units] and its states; the first is the output. */
export type Step = (x: Tensor, states: readonly Tensor[]) => Tensor[];

/** `step` over all times of x [batch, time, …]; its states have `units` columns. */
export function steps(x: Tensor, units: number, stateCount: number, step: Step, options: SequenceOptions): Sequence {
  const { goBackwards = false, returnSequences = false, initialState } = options;
  const [batch, time] = x.shape;
  const updates = updatedSteps(time, options.mask ?? null, options.length);
  let states = initialState ?? Array.from({ length: stateCount }, () => zeros([batch, units]));
  const outputs: Tensor[] = [];
  for (let s = 0; s < time; s++) {
    const t = goBackwards ? time - 1 - s : s;
    const next = step(at(x, t), states);
    const updated = updates && expandDims(at(updates, t), -1);
    states = updated ? next.map((state, i) => where(updated, state, states[i])) : next;
    outputs.push(states[0]);
  }
  return { y: returnSequences ? stack(goBackwards ? outputs.reverse() : outputs, 1) : states[0], states };
}

/** x[:, t]. */
function at(x: Tensor, t: number): Tensor {
  const rest = x.shape.slice(2);
  const part = slice(x, [0, t], [-1, 1]);
  return reshape(part, [part.shape[0], ...rest]);
}

/** Which steps change the state, bool [batch or 1, time]: those that are neither masked nor beyond the true length. */
function updatedSteps(time: number, mask: Tensor | null, length: StepScalar | number | undefined): Tensor | null {
  if (length === undefined) return mask;
  const bound = typeof length === 'number' ? length : stepValue(length, 'i32');
  const within = reshape(less(arange(time), bound), [1, time]);
  return mask ? logicalAnd(mask, within) : within;
}
