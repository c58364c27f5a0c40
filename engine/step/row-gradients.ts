/**
 * The few rows behind the gradient of a table. An optimizer that can goes back to them and leaves the table-sized gradient, nearly all
 * zeros, uncomputed (in a captured step; eager code has computed it already).
 */
import { gpu } from '../gpu/gpu';
import type { Tensor } from '../tensor/tensor';
import type { Variable } from '../tensor/variable';

export interface RowGradient {
  /** [1 + capacity] u32: how many rows have a gradient, and which. */
  readonly rows: Tensor;
  /** [capacity, width] f32: their gradients, in that order. */
  readonly values: Tensor;
}

const tables = new WeakSet<Variable>();

/** Declares that a batch names few rows of a table, a weight [rows, width], as its gradients tell. */
export function expectRowGradients(table: Variable): void {
  tables.add(table);
}

export function expectsRowGradients(table: Variable): boolean {
  return tables.has(table);
}

const known = new WeakMap<Tensor, RowGradient>();

/** Notes the rows, while a step is captured: eager code may have let go of them when somebody asks. */
export function rememberRows(gradient: Tensor, rows: RowGradient): void {
  if (gpu().recorder.capturing) known.set(gradient, rows);
}

export function rowsBehind(gradient: Tensor): RowGradient | null {
  return known.get(gradient) ?? null;
}
