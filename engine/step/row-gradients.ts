/**
 * The few rows behind the gradient of a table. An optimizer that can goes back to them and leaves the table-sized gradient, nearly all
 * zeros, uncomputed (in a captured step; eager code has computed it already).
 */
import { gpu } from '../gpu/gpu';
import type { Tensor } from '../tensor/tensor';

export interface RowGradient {
  /** [1 + capacity] u32: how many rows have a gradient, and which. */
  readonly rows: Tensor;
  /** [capacity, width] f32: their gradients, in that order. */
  readonly values: Tensor;
}

const known = new WeakMap<Tensor, RowGradient>();

/** Notes the rows, while a step is captured: eager code may have let go of them when somebody asks. */
export function rememberRows(gradient: Tensor, rows: RowGradient): void {
  if (gpu().recorder.capturing) known.set(gradient, rows);
}

export function rowsBehind(gradient: Tensor): RowGradient | null {
  return known.get(gradient) ?? null;
}
