/** Tensors larger than one binding are worked on in windows of whole 256-byte lines. */
import { ValueError } from '../errors';
import { BYTES_PER_ELEMENT } from '../tensor/dtype';
import { gpu } from './gpu';
import { type Bindable, windowOf } from './storage';

export interface Window {
  /** First element (or row) and how many. */
  readonly start: number;
  readonly length: number;
}

/** Elements from one place where a binding may start to the next. */
export const LINE = 256 / BYTES_PER_ELEMENT;

/** Windows over `n` elements, each within one binding. */
export function flatWindows(n: number): Window[] {
  return split(n, Math.floor(gpu().maxBindingBytes / BYTES_PER_ELEMENT / LINE) * LINE);
}

/** Windows over `rows` rows of `rowSize` elements, each within one binding when bound as a `lineWindow`. */
export function rowWindows(op: string, rows: number, rowSize: number): Window[] {
  if (rows * rowSize <= gpu().maxBindingBytes / BYTES_PER_ELEMENT) return rows > 0 ? [{ start: 0, length: rows }] : [];
  const fit = Math.floor(lineWindowLimit() / rowSize);
  if (fit === 0) {
    throw new ValueError(
      `${op}: a row of ${rowSize} elements exceeds a binding of this adapter (${gpu().maxBindingBytes} bytes). Split the rows.`,
    );
  }
  return split(rows, fit);
}

/**
 * Elements `first` to `first + length` of a tensor as something to bind. Bindings start on lines, so up to 63
 * elements that nobody asked for come before: `base` of them.
 */
export function lineWindow(whole: Bindable, first: number, length: number): { readonly window: Bindable; readonly base: number } {
  const base = first % LINE;
  return { window: windowOf(whole, (first - base) * BYTES_PER_ELEMENT, (base + length) * BYTES_PER_ELEMENT), base };
}

/** The most elements that one binding takes wherever they start. */
export function lineWindowLimit(): number {
  return Math.floor(gpu().maxBindingBytes / BYTES_PER_ELEMENT) - LINE;
}

function split(n: number, step: number): Window[] {
  const windows: Window[] = [];
  for (let start = 0; start < n; start += step) windows.push({ start, length: Math.min(step, n - start) });
  return windows;
}
