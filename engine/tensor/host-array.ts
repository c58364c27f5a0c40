/** Arrays on the host: what data sets load into and `predict` returns. Only batches of them become tensors. */
import { DtypeError, ShapeError } from '../errors';
import { type HostDtype, holdsDtype, newTypedArray, type TypedArray } from './dtype';
import { checkShape, formatShape, normalizeAxis, resolveShape, type Shape, sizeOf } from './shape';

/** Numbers, nested to any depth, as a person writes a small array down. */
export type NestedArray = number | readonly NestedArray[];

/** A dense row-major array in ordinary memory. `slice`, `reshape` and `expandDims` share the data. */
export class HostArray {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype: HostDtype;

  constructor(data: TypedArray, shape: Shape, dtype: HostDtype = dtypeOf(data)) {
    checkShape(shape, 'HostArray');
    if (data.length !== sizeOf(shape)) {
      throw new ShapeError(`HostArray: ${data.length} values do not fill shape ${formatShape(shape)}, which takes ${sizeOf(shape)}.`);
    }
    if (!holdsDtype(data, dtype)) throw new DtypeError(`HostArray: ${data.constructor.name} does not hold ${dtype}.`);
    this.data = data;
    this.shape = [...shape];
    this.dtype = dtype;
  }

  /** From nested arrays of equal lengths; `f32` unless told. */
  static from(values: NestedArray, dtype: HostDtype = 'f32'): HostArray {
    const shape: number[] = [];
    for (let v: NestedArray = values; typeof v !== 'number'; v = v[0]) {
      checkNested(v);
      shape.push(v.length);
      if (v.length === 0) break;
    }
    const data = newTypedArray(dtype, sizeOf(shape));
    let next = 0;
    const fill = (v: NestedArray, axis: number): void => {
      if (typeof v === 'number') {
        if (axis !== shape.length) throw ragged(shape);
        data[next++] = v;
      } else {
        checkNested(v);
        if (v.length !== shape[axis]) throw ragged(shape);
        for (const inner of v) fill(inner, axis + 1);
      }
    };
    fill(values, 0);
    return new HostArray(data, shape, dtype);
  }

  /** Number of rows (the first axis). */
  get length(): number {
    return this.shape[0] ?? 1;
  }

  get size(): number {
    return this.data.length;
  }

  /** Every element times `factor` (`x.scale(1 / 255)`), as `f32`. */
  scale(factor: number): HostArray {
    // A plain loop: a data set has tens of millions of elements.
    const { data } = this;
    const out = new Float32Array(data.length);
    for (let i = 0; i < out.length; i++) out[i] = data[i] * factor;
    return new HostArray(out, this.shape);
  }

  /** `fn` of every element. */
  map(fn: (value: number, index: number) => number, dtype: HostDtype = 'f32'): HostArray {
    const out = newTypedArray(dtype, this.size);
    for (let i = 0; i < out.length; i++) out[i] = fn(this.data[i], i);
    return new HostArray(out, this.shape, dtype);
  }

  /** The same values as another element type. */
  cast(dtype: HostDtype): HostArray {
    return dtype === this.dtype ? this : this.map((v) => v, dtype);
  }

  /** Rows `start` to `end` (excluded); negative numbers count from the end, as in `Array.slice`. */
  slice(start: number, end?: number): HostArray {
    if (this.shape.length === 0) throw new ShapeError('HostArray.slice: a scalar has no rows.');
    const row = sizeOf(this.shape.slice(1));
    const clamp = (i: number): number => Math.min(Math.max(i < 0 ? i + this.length : i, 0), this.length);
    const from = clamp(start);
    const to = Math.max(clamp(end ?? this.length), from);
    return new HostArray(this.data.subarray(from * row, to * row), [to - from, ...this.shape.slice(1)], this.dtype);
  }

  /** The rows at `indices`, in that order, as a copy: in the first elements of `into`, if that is given. */
  take(indices: ArrayLike<number>, into?: TypedArray): HostArray {
    if (this.shape.length === 0) throw new ShapeError('HostArray.take: a scalar has no rows.');
    const row = sizeOf(this.shape.slice(1));
    const out = into?.subarray(0, indices.length * row) ?? newTypedArray(this.dtype, indices.length * row);
    for (let i = 0; i < indices.length; i++) {
      const from = indices[i];
      if (!(from >= 0 && from < this.length)) {
        throw new ShapeError(`HostArray.take: row ${from} is out of range for ${this.length} rows.`);
      }
      out.set(this.data.subarray(from * row, (from + 1) * row), i * row);
    }
    return new HostArray(out, [indices.length, ...this.shape.slice(1)], this.dtype);
  }

  /** The same data under another shape; one size may be -1. */
  reshape(shape: Shape): HostArray {
    return new HostArray(this.data, resolveShape(shape, this.size, 'HostArray.reshape'), this.dtype);
  }

  /** A new axis of size 1 at `axis` (`x.expandDims(-1)` gives images their channel). */
  expandDims(axis: number): HostArray {
    const at = normalizeAxis(axis, this.shape.length + 1, 'HostArray.expandDims');
    return new HostArray(this.data, [...this.shape.slice(0, at), 1, ...this.shape.slice(at)], this.dtype);
  }

  /** The element at these indices. */
  at(...indices: number[]): number {
    if (indices.length !== this.shape.length) {
      throw new ShapeError(`HostArray.at: ${indices.length} indices for shape ${formatShape(this.shape)}.`);
    }
    let offset = 0;
    indices.forEach((index, axis) => {
      const n = this.shape[axis];
      const i = index < 0 ? index + n : index;
      if (!(i >= 0 && i < n)) throw new ShapeError(`HostArray.at: index ${index} is out of range for axis ${axis} of size ${n}.`);
      offset = offset * n + i;
    });
    return this.data[offset];
  }

  /** As nested plain arrays. */
  toArray(): NestedArray {
    const build = (axis: number, offset: number, stride: number): NestedArray => {
      if (axis === this.shape.length) return this.data[offset];
      const inner = this.shape[axis] === 0 ? 0 : stride / this.shape[axis];
      return Array.from({ length: this.shape[axis] }, (_, i) => build(axis + 1, offset + i * inner, inner));
    };
    return build(0, 0, this.size);
  }
}

/** What is no number must be a list: a string, `true` or `undefined` has no place among the values. */
function checkNested(value: unknown): void {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return;
  throw new DtypeError(`HostArray.from: ${JSON.stringify(value) ?? String(value)} among the values; expected numbers, nested in arrays.`);
}

function ragged(shape: Shape): ShapeError {
  return new ShapeError(`HostArray.from: the nested arrays are ragged; the first entries suggest shape ${formatShape(shape)}. padSequences makes sequences equally long.`);
}

function dtypeOf(data: TypedArray): HostDtype {
  if (data instanceof Float32Array) return 'f32';
  if (data instanceof Int32Array) return 'i32';
  return data instanceof Uint32Array ? 'u32' : 'u8';
}
