/**
 * The lookup behind a tensor of rows. A layer that only sums the rows (pooling) or projects them (a recurrent layer)
 * may go back to table and ids and leave the rows, often the largest tensor of the model, uncomputed.
 */
import type { Tensor } from '../../engine/tensor/tensor';

export interface Lookup {
  readonly table: Tensor;
  readonly ids: Tensor;
  /** Whether id 0 is padding. */
  readonly maskZero: boolean;
}

const lookups = new WeakMap<Tensor, Lookup>();

export function rememberLookup(rows: Tensor, lookup: Lookup): Tensor {
  lookups.set(rows, lookup);
  return rows;
}

export function lookupBehind(rows: Tensor): Lookup | null {
  return lookups.get(rows) ?? null;
}
