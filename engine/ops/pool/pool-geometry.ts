/** How windows lie over the axes that a pooling reduces. Pure. */
import { ShapeError, unknownName, ValueError } from '../../errors';
import { formatShape, type Shape } from '../../tensor/shape';

/**
 * `'valid'`: only windows that lie within the input. `'same'`: as many windows as strides fit into the input, with the padding
 * this takes shared out evenly, the odd one at the end.
 */
export type Padding = 'valid' | 'same';

/** A size for every pooled axis, or one for all. */
export type Sizes = number | readonly number[];

export interface PoolOptions {
  /** Steps between windows; default the size of the windows. */
  readonly strides?: Sizes;
  /** Default `'valid'`. */
  readonly padding?: Padding;
}

/** One axis: window w covers `pool` elements from w · `stride` − `pad` on, as far as they exist. */
export interface WindowAxis {
  readonly size: number;
  readonly pool: number;
  readonly stride: number;
  readonly pad: number;
  readonly windows: number;
}

/** The sizes along `count` axes; an error that names `name` unless they are whole numbers of at least 1. */
export function sizesOf(op: string, name: string, sizes: Sizes, count: number): readonly number[] {
  const list = typeof sizes === 'number' ? Array.from({ length: count }, () => sizes) : sizes;
  if (list.length === count && list.every((n) => Number.isInteger(n) && n >= 1)) return list;
  const given = typeof sizes === 'number' ? String(sizes) : formatShape(sizes);
  throw new ValueError(`${op}: ${name} is ${given}; expected a whole number of at least 1${count > 1 ? `, or ${count} of them` : ''}.`);
}

export function checkPadding(padding: string): void {
  if (padding !== 'valid' && padding !== 'same') throw unknownName('padding', padding, ['valid', 'same']);
}

/** The shape that pooling gives for one of [batch, …pooled axes, channels]; unknown sizes stay unknown. */
export function pooledShape<N extends number | null>(
  op: string,
  shape: readonly N[],
  pool: readonly number[],
  strides: readonly number[],
  padding: Padding,
): N[] {
  return shape.map((size, i) => {
    if (size === null || i === 0 || i === shape.length - 1) return size;
    const windows = padding === 'same' ? Math.ceil(size / strides[i - 1]) : Math.floor((size - pool[i - 1]) / strides[i - 1]) + 1;
    if (windows >= 1 || padding === 'same') return windows as N;
    throw new ShapeError(
      `${op}: a window of ${pool[i - 1]} does not fit into axis ${i} of shape ${formatShape(shape)}. ` +
        `Make the pool smaller, or use padding 'same'.`,
    );
  });
}

/** The windows along each pooled axis of `shape`. */
export function windowAxes(shape: Shape, pooled: Shape, pool: readonly number[], strides: readonly number[]): WindowAxis[] {
  return pool.map((size, i) => {
    const [n, stride, windows] = [shape[i + 1], strides[i], pooled[i + 1]];
    // Where all windows fit, this is 0.
    const missing = Math.max(0, (windows - 1) * stride + size - n);
    return { size: n, pool: size, stride, pad: Math.floor(missing / 2), windows };
  });
}

/** Which elements the windows from `from` to `to` cover: the first, and the one after the last. */
export function covered({ size, pool, stride, pad }: WindowAxis, from: number, to: number): [number, number] {
  return [Math.max(0, from * stride - pad), Math.min((to - 1) * stride + pool - pad, size)];
}

/** Which windows cover any of the elements from `from` to `to`: the first, and the one after the last. */
export function covering({ pool, stride, pad, windows }: WindowAxis, from: number, to: number): [number, number] {
  return [Math.max(0, Math.ceil((from + pad - pool + 1) / stride)), Math.min(Math.floor((to - 1 + pad) / stride) + 1, windows)];
}
