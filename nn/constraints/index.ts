/** Constraints, by name (`'nonNeg'`), as objects, or functions from a weight to the one that satisfies them. */
import type { Tensor } from '../../engine/tensor/tensor';
import { lookUp } from '../core/names';
import { Constraint } from './constraint';
import { NonNeg } from './non-neg';
import { MaxNorm, type MaxNormConfig, MinMaxNorm, type MinMaxNormConfig, UnitNorm } from './norms';

export { Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm };

export const maxNorm = (config?: MaxNormConfig | number): MaxNorm => new MaxNorm(typeof config === 'number' ? { maxValue: config } : config);
export const minMaxNorm = (config?: MinMaxNormConfig): MinMaxNorm => new MinMaxNorm(config);
export const nonNeg = (): NonNeg => new NonNeg();
export const unitNorm = (config?: ConstructorParameters<typeof UnitNorm>[0]): UnitNorm => new UnitNorm(config);

export type ConstraintLike = string | Constraint | ((weight: Tensor) => Tensor) | null;

const table: Readonly<Record<string, () => Constraint>> = { maxNorm, minMaxNorm, nonNeg, unitNorm };

class FunctionConstraint extends Constraint {
  constructor(private readonly fn: (weight: Tensor) => Tensor) {
    super();
  }

  override call(weight: Tensor): Tensor {
    return this.fn(weight);
  }

  override getConfig(): Record<string, unknown> {
    return {};
  }
}

export function constraintFrom(constraint: ConstraintLike | undefined): Constraint | null {
  if (constraint === null || constraint === undefined) return null;
  if (constraint instanceof Constraint) return constraint;
  return typeof constraint === 'function' ? new FunctionConstraint(constraint) : lookUp('constraint', constraint, table)();
}
