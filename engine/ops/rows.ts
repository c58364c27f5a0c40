/** How the kernels that work on rows (softmax, cross-entropy; see shaders/lib/rows.wgsl) share them out. */
import { ceilDiv } from '../gpu/grid';
import type { Bindable } from '../gpu/storage';
import { lineWindow, rowWindows } from '../gpu/windows';

/** Rows up to this long are walked by one lane each, longer ones by a whole workgroup. */
const ONE_LANE = 32;
const GROUP = 64;

/** Some rows of [rows, n] tensors, to be worked on in one dispatch. */
export interface RowPart {
  readonly rows: number;
  /** These rows of a [rows, n] tensor. */
  matrix(tensor: Bindable): Bindable;
  /** Their elements of a [rows] tensor, after `base` that are not theirs. */
  vector(tensor: Bindable): Bindable;
  readonly base: number;
  readonly overrides: { readonly LANES: number };
  readonly grid: number;
}

/** All rows, in parts that fit a binding. */
export function rowParts(rows: number, n: number): RowPart[] {
  const LANES = n <= ONE_LANE ? 1 : GROUP;
  return rowWindows(rows, n).map(({ start, length }) => ({
    rows: length,
    matrix: (tensor) => lineWindow(tensor, start * n, length * n).window,
    vector: (tensor) => lineWindow(tensor, start, length).window,
    base: start % 64,
    overrides: { LANES },
    grid: ceilDiv(length * LANES, GROUP),
  }));
}
