/** How the kernels that work on rows (softmax, cross-entropy; see shaders/lib/rows.wgsl) share them out. */
import { ceilDiv } from '../gpu/grid';
import type { Bindable } from '../gpu/storage';
import { LINE, lineWindow, rowWindows } from '../gpu/windows';

/** Rows up to this long are walked by one lane each, longer ones by a whole workgroup. */
const ONE_LANE = 128;
const GROUP = 64;

/** Some rows of [rows, n] tensors, to be worked on in one dispatch. */
export interface RowPart {
  /** How many rows, of how many elements, and how many elements come before the first of them in what is bound. */
  readonly params: { readonly rows: number; readonly n: number; readonly matrix_base: number; readonly vector_base: number };
  /** What to bind of a [rows, n] tensor. */
  matrix(tensor: Bindable): Bindable;
  /** What to bind of a [rows] tensor. */
  vector(tensor: Bindable): Bindable;
  readonly overrides: { readonly LANES: number };
  readonly grid: number;
}

/** The parameters of a kernel that works on rows. */
export const ROW_PARAMS = { rows: 'u32', n: 'u32', matrix_base: 'u32', vector_base: 'u32' } as const;

/** All rows, in parts that fit a binding. */
export function rowParts(op: string, rows: number, n: number): RowPart[] {
  const LANES = n <= ONE_LANE ? 1 : GROUP;
  return rowWindows(op, rows, n).map(({ start, length }) => ({
    params: { rows: length, n, matrix_base: (start * n) % LINE, vector_base: start % LINE },
    matrix: (tensor) => lineWindow(tensor, start * n, length * n).window,
    vector: (tensor) => lineWindow(tensor, start, length).window,
    overrides: { LANES },
    grid: ceilDiv(length * LANES, GROUP),
  }));
}
