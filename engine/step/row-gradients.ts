/**
 * The few rows behind the gradient of a table. An optimizer that can goes back to them and leaves the table-sized gradient, nearly all
 * zeros, uncomputed (in a captured step; eager code has computed it already). They are known by list, for tables of which most rows
 * never have a gradient, or by place, where all rows are updated anyway.
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

export interface PlacedGradient {
  /** [rows] u32: where a row's gradient stands in `values`; a row without one has a place past all of them. */
  readonly places: Tensor;
  /** [capacity, width] f32. */
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

const listed = new WeakMap<Tensor, RowGradient>();
const placed = new WeakMap<Tensor, PlacedGradient>();

/** Notes the rows, while a step is captured: eager code may have let go of them when somebody asks. */
export function rememberRows(gradient: Tensor, rows: RowGradient): void {
  if (gpu().recorder.capturing) listed.set(gradient, rows);
}

export function rowsBehind(gradient: Tensor): RowGradient | null {
  return listed.get(gradient) ?? null;
}

/** As `rememberRows`. */
export function rememberPlaces(gradient: Tensor, rows: PlacedGradient): void {
  if (gpu().recorder.capturing) placed.set(gradient, rows);
}

export function placesBehind(gradient: Tensor): PlacedGradient | null {
  return placed.get(gradient) ?? null;
}
