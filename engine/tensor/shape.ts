/** Shapes are plain arrays of sizes, row-major, rank 0 to 6. All of this is pure and needs no device. */
import { ShapeError } from '../errors';

export type Shape = readonly number[];

export const MAX_RANK = 6;

/** Number of elements; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** `[2, 3]`, as shapes are written in every message. `null` is an unknown size. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((n) => n ?? 'null').join(', ')}]`;
}

export function checkShape(shape: Shape, op: string): void {
  if (shape.length > MAX_RANK) {
    throw new ShapeError(`${op}: shape ${formatShape(shape)} has rank ${shape.length}; at most ${MAX_RANK} is supported.`);
  }
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0) {
      throw new ShapeError(`${op}: shape ${formatShape(shape)} must hold whole numbers ≥ 0.`);
    }
  }
}

/** NumPy's rule: right-aligned, sizes equal or 1. */
export function broadcastShapes(a: Shape, b: Shape, op: string): number[] {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 0; i < rank; i++) {
    const m = a[a.length - rank + i] ?? 1;
    const n = b[b.length - rank + i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(
        `${op}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: ` +
          `axis ${i - rank} is ${m} against ${n}; sizes must be equal or 1.`,
      );
    }
    result[i] = m === 1 ? n : m;
  }
  return result;
}

/** Axes as given (negative ones count from the end; `null` means all), sorted and unique. */
export function normalizeAxes(axes: number | readonly number[] | null | undefined, rank: number, op: string): number[] {
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = typeof axes === 'number' ? [axes] : axes;
  const result = list.map((axis) => normalizeAxis(axis, rank, op));
  if (new Set(result).size !== result.length) {
    throw new ShapeError(`${op}: axes ${formatShape(list)} name an axis twice.`);
  }
  return result.sort((a, b) => a - b);
}

export function normalizeAxis(axis: number, rank: number, op: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(`${op}: axis ${axis} is out of range for rank ${rank} (${-rank} to ${rank - 1}).`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** Resolves one `-1` in a target shape of `size` elements. */
export function resolveShape(shape: Shape, size: number, op: string): number[] {
  const unknown = shape.filter((n) => n === -1).length;
  if (unknown > 1) throw new ShapeError(`${op}: shape ${formatShape(shape)} has more than one -1.`);
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const result = shape.map((n) => (n === -1 ? (known === 0 ? 0 : size / known) : n));
  if (sizeOf(result) !== size || result.some((n) => !Number.isInteger(n))) {
    throw new ShapeError(`${op}: ${size} elements do not fit shape ${formatShape(shape)}.`);
  }
  checkShape(result, op);
  return result;
}
