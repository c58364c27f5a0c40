/**
 * The lookup behind a tensor of rows. A layer that only sums the rows (pooling) or projects them (a recurrent layer)
 * may go back to table and ids and leave the rows, often the largest tensor of the model, uncomputed.
 */
import { isWatched } from '../../engine/autodiff/tape';
import { gpu } from '../../engine/gpu/gpu';
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

/**
 * The lookup that `rows` came from, where going back to it pays: in a compiled step, as eager code has computed the rows
 * already, and not if a tape watches the rows themselves, whose gradient would pass them by.
 */
export function lookupBehind(rows: Tensor): Lookup | null {
  return gpu().recorder.capturing && !isWatched(rows) ? lookups.get(rows) ?? null : null;
}
