/** Tensors larger than one binding are worked on in windows of whole 256-byte lines. */
import { ValueError } from '../errors';
import { BYTES_PER_ELEMENT, bytesOf, type Dtype } from '../tensor/dtype';
import { gpu } from './gpu';
import type { Bindable } from './storage';

export interface Window {
  /** First element (or row) and how many. */
  readonly start: number;
  readonly length: number;
}

/** What is bound element by element: f32 or others of four bytes, unless a dtype is told. Tensors are. */
export interface Elements extends Bindable {
  readonly dtype?: Dtype;
}

/** Elements from one place where a binding may start to the next, of any dtype: operands of several share their windows. */
export const LINE = 128;

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

/** An operand's element type in WGSL, for those that are floats; f32 for one that is not there. */
export function typeOf(operand: Elements | null | undefined): string {
  return operand?.dtype ?? 'f32';
}

/** `length` elements from `start` on, which lies on a line. */
export function elementsOf({ storage, byteOffset, dtype = 'f32' }: Elements, start: number, length: number): Elements {
  const bytes = bytesOf(dtype);
  return { storage, byteOffset: byteOffset + start * bytes, byteLength: length * bytes, dtype };
}

/**
 * Elements `first` to `first + length` of a tensor as something to bind. Bindings start on lines, so up to 127
 * elements that nobody asked for come before: `base` of them.
 */
export function lineWindow(whole: Elements, first: number, length: number): { readonly window: Elements; readonly base: number } {
  const base = first % LINE;
  return { window: elementsOf(whole, first - base, base + length), base };
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
