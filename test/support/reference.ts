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

/** For each position in `output`, row-major, the position in an array of `shape` that broadcasting puts there. */
function positions(shape: Shape, output: Shape): Int32Array {
  const key = `${shape}|${output}`;
  const known = cache.get(key);
  if (known) return known;
  if (cache.size >= 64) cache.clear();
  const lead = output.length - shape.length;
  const strides = output.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : stridesOf(shape)[axis - lead]));
  const index = output.map(() => 0);
  const result = new Int32Array(sizeOf(output));
  for (let i = 0, at = 0; i < result.length; i++) {
    result[i] = at;
    for (let axis = output.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < output[axis]) break;
      at -= strides[axis] * output[axis];
      index[axis] = 0;
    }
  }
  cache.set(key, result);
  return result;
}
// Gradient checks evaluate a reference many times at the same shapes.
const cache = new Map<string, Int32Array>();

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
    const at = inputs.map((x) => positions(x.shape, shape));
    const each = (g: typeof f): Ref => ref(shape, Float64Array.from({ length: sizeOf(shape) }, (_, i) => g(...inputs.map((x, j) => x.data[at[j][i]]))));
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
  const group = positions(kept, x.shape);
  x.data.forEach((value, i) => groups[group[i]].push(value));
  return ref(keepDims ? kept : kept.filter((_, axis) => !axes.includes(axis)), groups.map(f));
}

/** Whether `got` is the f32 nearest to `want`, or finite like it and no further away than `allowed`. NaN is close to NaN. */
export function isClose(got: number, want: number, allowed: number): boolean {
  const rounded = Math.fround(want);
  if (!Number.isFinite(rounded) || !Number.isFinite(got)) return Object.is(got, rounded);
  return got === rounded || Math.abs(got - want) <= allowed;
}
