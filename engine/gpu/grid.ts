/** Workgroup counts under the device's limit per dimension. Pure. */
import { KernelError } from '../errors';

export type Grid = readonly [number, number, number];

export function ceilDiv(a: number, b: number): number {
  return Math.ceil(a / b);
}

export function roundUp(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}

/**
 * Folds `count` workgroups into x and y. Kernels undo it with `flat_group` (shaders/lib/grid.wgsl)
 * and must ignore groups past their own count: the fold may add up to x − 1 of them.
 */
export function foldGrid(count: number, limit: number): Grid {
  if (count <= limit) return [count, 1, 1];
  const rows = ceilDiv(count, limit);
  if (rows > limit) throw new KernelError(`A dispatch of ${count} workgroups exceeds ${limit} × ${limit}.`);
  return [ceilDiv(count, rows), rows, 1];
}

/** Workgroups for lanes that take one item after the other, as many as it needs for `items` but no more than keep a device busy. */
export function stridedGroups(items: number, lanes: number): number {
  return Math.min(ceilDiv(items, lanes), 1024);
}
