import { defineOp } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import { isFloat } from '../../tensor/dtype';
import { broadcastShapes, formatShape, sameShape, type Shape, sizeOf } from '../../tensor/shape';
import { type Tensor, viewOf } from '../../tensor/tensor';
import { broadcastStrides } from './broadcast';
import { copyStrided, denseLayout } from './strided-copy';

const broadcastOp = defineOp<Shape>({
  name: 'broadcastTo',
  output([x], shape) {
    if (!sameShape(broadcastShapes(x.shape, shape, 'broadcastTo'), shape)) {
      throw new ShapeError(`broadcastTo: shape ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}.`);
    }
    return { shape, dtype: x.dtype };
  },
  view: ([x], { shape, dtype }) => (x.size === sizeOf(shape) ? viewOf(x, shape, dtype) : null),
  forward: ([x], [y]) => copyStrided(x, y, y.shape, { offset: 0, strides: broadcastStrides(x.shape, y.shape) }, denseLayout(y.shape)),
  // The walk back sums over the broadcast axes.
  gradient: ({ inputs: [x], dy: [dy] }) => [isFloat(x.dtype) ? () => dy! : null],
});

/** x repeated along new leading axes and along axes of size 1; x itself if it has the shape. */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const t = asTensor(x);
  return sameShape(t.shape, shape) ? t : broadcastOp([t], shape)[0];
}
