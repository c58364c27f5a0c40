/**
 * Two linear ops, each the other's gradient, that everything moving elements without repeating them is made
 * of: `stridedRead` picks the elements of a layout (slice, reverse, transpose), `stridedPlace` puts elements
 * where a layout says (pad).
 */
import { defineOp, type Op } from '../../autodiff/op';
import { bytesOf } from '../../tensor/dtype';
import type { Shape } from '../../tensor/shape';
import { viewOf } from '../../tensor/tensor';
import { fillWith } from '../elementwise/fill';
import { copyStrided, denseLayout, isDense, type Layout } from './strided-copy';

export interface ReadAttrs {
  /** Of the result. */
  readonly shape: Shape;
  /** Where each of its elements lies in the input; no two at one place. */
  readonly layout: Layout;
}

/** y[i] = x[layout(i)] */
export const stridedRead: Op<ReadAttrs> = defineOp<ReadAttrs>({
  name: 'stridedRead',
  output: ([{ dtype }], { shape }) => ({ shape, dtype }),
  // Bindings start on lines of 256 bytes.
  view: ([x], { dtype }, { shape, layout }) =>
    (layout.offset * bytesOf(dtype)) % 256 === 0 && isDense(shape, layout) ? viewOf(x, shape, dtype, layout.offset) : null,
  forward: ([x], [y], { shape, layout }) => copyStrided(x, y, shape, layout, denseLayout(shape)),
  gradient: ({ inputs: [x], dy: [dy], attrs: { layout } }) => [() => stridedPlace([dy!], { shape: x.shape, layout, value: 0 })[0]],
});

export interface PlaceAttrs {
  /** Of the result. */
  readonly shape: Shape;
  /** Where each element of the input goes; no two to one place. */
  readonly layout: Layout;
  /** What the other elements are. */
  readonly value: number;
}

/** y[layout(i)] = x[i], `value` elsewhere */
export const stridedPlace: Op<PlaceAttrs> = defineOp<PlaceAttrs>({
  name: 'stridedPlace',
  output: ([{ dtype }], { shape }) => ({ shape, dtype }),
  forward: ([x], [y], { layout, value }) => {
    if (x.size < y.size) fillWith(y, value);
    copyStrided(x, y, x.shape, denseLayout(x.shape), layout);
  },
  gradient: ({ inputs: [x], dy: [dy], attrs: { layout } }) => [() => stridedRead([dy!], { shape: x.shape, layout })[0]],
});
