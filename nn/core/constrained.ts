/** Which weights have to satisfy what: layers note it, optimizers see to it. */
import { scope } from '../../engine/tensor/scope';
import type { Variable } from '../../engine/tensor/variable';
import type { Constraint } from '../constraints/constraint';

const constraints = new WeakMap<Variable, Constraint>();

export function constrain(weight: Variable, constraint: Constraint): void {
  constraints.set(weight, constraint);
}

/** Makes weights satisfy their constraints; part of the step, where one is recorded. */
export function applyConstraints(weights: Iterable<Variable>): void {
  for (const weight of weights) {
    const constraint = constraints.get(weight);
    if (constraint) scope(() => weight.assign(constraint.call(weight.value)));
  }
}
