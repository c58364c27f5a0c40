/** Other shapes of the same elements: views, never copies. */
import { defineOp } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, normalizeAxes, normalizeAxis, resolveShape, type Shape, sizeOf } from '../../tensor/shape';
import { type Tensor, viewOf } from '../../tensor/tensor';

const reshapeOp = defineOp<{ shape: Shape }>({
  name: 'reshape',
  output: ([x], { shape }) => ({ shape: resolveShape(shape, sizeOf(x.shape), 'reshape'), dtype: x.dtype }),
  view: ([x], { shape }) => viewOf(x, shape),
  forward: () => {},
  gradient: ({ inputs: [x], dy: [dy] }) => [() => reshape(dy!, x.shape)],
});

/** The elements of `x` in row-major order under another shape; one size may be −1 and follows from the others. */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  return reshapeOp([asTensor(x)], { shape })[0];
}

/** A new axis of size 1 at `axis` (−1: the last of the result). */
export function expandDims(x: TensorLike, axis: number): Tensor {
  const input = asTensor(x);
  const at = normalizeAxis(axis, input.rank + 1, 'expandDims');
  return reshape(input, input.shape.toSpliced(at, 0, 1));
}

/** Without the axes of size 1, or without the given ones, which must be of size 1. */
export function squeeze(x: TensorLike, axes?: number | readonly number[]): Tensor {
  const input = asTensor(x);
  const given = axes === undefined ? null : normalizeAxes(axes, input.rank, 'squeeze');
  const long = given?.find((axis) => input.shape[axis] !== 1);
  if (long !== undefined) {
    throw new ShapeError(
      `squeeze: axis ${long} of shape ${formatShape(input.shape)} has size ${input.shape[long]}; only axes of size 1 can go.`,
    );
  }
  return reshape(input, input.shape.filter((n, axis) => (given ? !given.includes(axis) : n !== 1)));
}

/** All axes from `startAxis` on as one; with 1, batches of whatever become batches of vectors. */
export function flatten(x: TensorLike, startAxis = 0): Tensor {
  const input = asTensor(x);
  const start = input.rank === 0 ? 0 : normalizeAxis(startAxis, input.rank, 'flatten');
  return reshape(input, [...input.shape.slice(0, start), sizeOf(input.shape.slice(start))]);
}
