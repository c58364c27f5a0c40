/** Pooling: the maximum or the mean over windows of [batch, time, channels] or [batch, height, width, channels]. */
import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, type Shape } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { arange } from '../layout/arange';
import { add, mul } from '../elementwise/binary';
import { cast } from '../elementwise/cast';
import { gather } from '../embedding/gather';
import { checkPadding, pooledShape, type PoolOptions, type Sizes, sizesOf, type WindowAxis, windowAxes } from './pool-geometry';
import { averagePoolGradKernel, averagePoolKernel, maxPoolGradKernel, maxPoolKernel, pool, type Windows } from './pool-kernels';
import { reshape } from '../layout/reshape';

interface Attrs extends Windows {
  readonly shape: Shape;
  readonly pooled: Shape;
}

/** Gives y, and `places`: in each sample, height and width as one axis, the index of the element that y is. */
const maxPoolOp = defineOp<Attrs>({
  name: 'maxPool',
  output: ([{ dtype }], { pooled }) => [{ shape: pooled, dtype }, { shape: pooled, dtype: 'i32' }],
  forward: ([x], [y, places], attrs) => pool(maxPoolKernel, attrs, 'forward', x.dtype, { x }, { y, places }),
  gradient: ({ outputs: [, places], dy: [dy], attrs }) => [() => maxPoolGradOp([dy!, places], attrs)[0]],
});

/** dy put to its places. */
const maxPoolGradOp: Op<Attrs> = defineOp<Attrs>({
  name: 'maxPoolGrad',
  output: ([{ dtype }], { shape }) => ({ shape, dtype }),
  forward: ([dy, places], [dx], attrs) => pool(maxPoolGradKernel, attrs, 'back', dy.dtype, { dy, places }, { dx }),
  gradient: ({ inputs: [, places], dy: [ddx], attrs }) => [() => atPlaces(ddx!, places, attrs), null],
});

/** x at the places, which are the same for all channels of x. */
function atPlaces(x: Tensor, places: Tensor, { batch, high, wide, channels }: Attrs): Tensor {
  const samples = reshape(mul(arange(batch), high.size * wide.size), [batch, ...places.shape.slice(1).fill(1)]);
  const elements = add(mul(add(places, samples), channels), arange(channels));
  return cast(reshape(gather(reshape(cast(x, 'f32'), [x.size, 1]), elements), places.shape), x.dtype);
}

const averagePoolOp: Op<Attrs> = defineOp<Attrs>({
  name: 'averagePool',
  output: ([{ dtype }], { pooled }) => ({ shape: pooled, dtype }),
  forward: ([x], [y], attrs) => pool(averagePoolKernel, attrs, 'forward', x.dtype, { x }, { y }),
  gradient: ({ dy: [dy], attrs }) => [() => averagePoolGradOp([dy!], attrs)[0]],
});

const averagePoolGradOp: Op<Attrs> = defineOp<Attrs>({
  name: 'averagePoolGrad',
  output: ([{ dtype }], { shape }) => ({ shape, dtype }),
  forward: ([dy], [dx], attrs) => pool(averagePoolGradKernel, attrs, 'back', dy.dtype, { dy }, { dx }),
  gradient: ({ dy: [ddx], attrs }) => [() => averagePoolOp([ddx!], attrs)[0]],
});

/**
 * The maximum over windows of `poolSize` (one size, or one per axis): [batch, time, channels] or [batch, height, width, channels]
 * keeps its batch and channels, and its dtype, f32 or f16. NaN if there is one in the window. The gradient goes to the first maximum
 * of each window, in row-major order, as in TensorFlow. https://keras.io/api/ops/nn/
 */
export function maxPool(x: TensorLike, poolSize: Sizes, options: PoolOptions = {}): Tensor {
  return apply('maxPool', maxPoolOp, x, poolSize, options);
}

/** The mean over windows, as `maxPool` takes the maximum; padding does not count. Sums run through a window in row-major order. */
export function averagePool(x: TensorLike, poolSize: Sizes, options: PoolOptions = {}): Tensor {
  return apply('averagePool', averagePoolOp, x, poolSize, options);
}

/** Windows along an axis of one element. */
const SINGLE: WindowAxis = { size: 1, pool: 1, stride: 1, pad: 0, windows: 1 };

function apply(name: string, op: Op<Attrs>, x: TensorLike, poolSize: Sizes, { strides = poolSize, padding = 'valid' }: PoolOptions): Tensor {
  const input = asTensor(x);
  const { shape, rank } = input;
  expectDtype(name, 'x', input, 'f32', 'f16');
  if (rank !== 3 && rank !== 4) {
    throw new ShapeError(`${name}: x has shape ${formatShape(shape)}; expected [batch, time, channels] or [batch, height, width, channels].`);
  }
  const sizes = sizesOf(name, 'poolSize', poolSize, rank - 2);
  const steps = sizesOf(name, 'strides', strides, rank - 2);
  checkPadding(padding);
  const pooled = pooledShape(name, shape, sizes, steps, padding);
  // Time is a height of width 1: rows are what large tensors are cut into.
  const [high, wide = SINGLE] = windowAxes(shape, pooled, sizes, steps);
  return op([input], { batch: shape[0], high, wide, channels: shape[rank - 1], shape, pooled })[0];
}
