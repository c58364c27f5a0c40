/** Arrays of float64 and plain loops: what kernels are checked against. */
import { type Shape, sizeOf, stridesOf } from '../../engine/tensor/shape';

export interface Ref {
  readonly shape: Shape;
  readonly data: Float64Array;
  /** What rounding errors are relative to, element by element; the value itself unless given (a sum: of absolute values). */
  readonly scale?: Float64Array;
}

export function ref(shape: Shape, data?: ArrayLike<number>, scale?: Float64Array): Ref {
  return { shape, data: data ? Float64Array.from(data) : new Float64Array(sizeOf(shape)), scale };
}

/** The index along each axis of the element at a row-major position. */
export function indexAt(shape: Shape, position: number): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(position / stride) % shape[axis]);
}

/** The row-major position of an index. */
export function positionOf(shape: Shape, index: readonly number[]): number {
  return stridesOf(shape).reduce((sum, stride, axis) => sum + stride * index[axis], 0);
}

/** An array whose elements `f` gives by their index. */
export function build(shape: Shape, f: (index: number[]) => number): Ref {
  const result = ref(shape);
  for (let i = 0; i < result.data.length; i++) result.data[i] = f(indexAt(shape, i));
  return result;
}

/** The element of an array that broadcasting puts at `index` of a larger one. */
export function broadcastAt(x: Ref, index: readonly number[]): number {
  const lead = index.length - x.shape.length;
  return x.data[positionOf(x.shape, x.shape.map((n, axis) => (n === 1 ? 0 : index[lead + axis])))];
}

/** NumPy's broadcast shape of several. */
export function broadcastShape(...shapes: Shape[]): number[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((s) => s[i - rank + s.length] ?? 1);
    return sizes.find((n) => n !== 1) ?? 1;
  });
}

/** f applied element by element, with broadcasting; `scale` likewise gives what errors are relative to. */
export function elementwise(f: (...values: number[]) => number, scale?: (...values: number[]) => number): (...inputs: Ref[]) => Ref {
  return (...inputs) => {
    const shape = broadcastShape(...inputs.map((x) => x.shape));
    const each = (g: typeof f): Ref => build(shape, (index) => g(...inputs.map((x) => broadcastAt(x, index))));
    return scale ? { ...each(f), scale: each(scale).data } : each(f);
  };
}

/** How often broadcasting repeats each input. */
export function repeats(shapes: readonly Shape[]): number[] {
  const size = sizeOf(broadcastShape(...shapes));
  return shapes.map((shape) => (size === 0 ? 1 : size / sizeOf(shape)));
}

/** f of the elements along `axes`, in order. */
export function reduced(x: Ref, axes: readonly number[], keepDims: boolean, f: (values: number[]) => number): Ref {
  const kept = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const groups = Array.from({ length: sizeOf(kept) }, (): number[] => []);
  for (let i = 0; i < x.data.length; i++) {
    const index = indexAt(x.shape, i);
    groups[positionOf(kept, index.map((at, axis) => (axes.includes(axis) ? 0 : at)))].push(x.data[i]);
  }
  return ref(keepDims ? kept : kept.filter((_, axis) => !axes.includes(axis)), groups.map(f));
}
