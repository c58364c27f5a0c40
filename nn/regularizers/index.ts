/** Regularisers, by name (`'l2'`: factor 0.01), as objects, or functions from a tensor to its penalty. */
import type { Tensor } from '../../engine/tensor/tensor';
import { lookUp } from '../core/names';
import { L1, L1L2, L2 } from './l1-l2';
import { type OrthogonalConfig, OrthogonalRegularizer } from './orthogonal';
import { Regularizer } from './regularizer';

export { L1, L1L2, L2, OrthogonalRegularizer, Regularizer };

/** `l1 · Σ|x|`; default factor 0.01. */
export const l1 = (factor?: number): L1 => new L1({ l1: factor });
/** `l2 · Σx²`; default factor 0.01. */
export const l2 = (factor?: number): L2 => new L2({ l2: factor });
/** Both; default factors 0.01. */
export const l1l2 = (factors: { readonly l1?: number; readonly l2?: number } = {}): L1L2 => new L1L2({ l1: 0.01, l2: 0.01, ...factors });
export const orthogonal = (config?: OrthogonalConfig): OrthogonalRegularizer => new OrthogonalRegularizer(config);

export type RegularizerLike = string | Regularizer | ((x: Tensor) => Tensor) | null;

const table: Readonly<Record<string, () => Regularizer>> = { l1, l2, l1l2, orthogonalRegularizer: orthogonal, orthogonal };

class FunctionRegularizer extends Regularizer {
  constructor(private readonly fn: (x: Tensor) => Tensor) {
    super();
  }

  override call(x: Tensor): Tensor {
    return this.fn(x);
  }

  override getConfig(): Record<string, unknown> {
    return {};
  }
}

export function regularizerFrom(regularizer: RegularizerLike | undefined): Regularizer | null {
  if (regularizer === null || regularizer === undefined) return null;
  if (regularizer instanceof Regularizer) return regularizer;
  return typeof regularizer === 'function' ? new FunctionRegularizer(regularizer) : lookUp('regularizer', regularizer, table)();
}
