import { defineOp } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, normalizeAxis, stridesOf } from '../../tensor/shape';
import { type Tensor, viewOf } from '../../tensor/tensor';
import { copyStrided, denseLayout, isDense, type Layout } from './strided-copy';

const transposeOp = defineOp<{ perm: readonly number[] }>({
  name: 'transpose',
  output: ([{ shape, dtype }], { perm }) => ({ shape: perm.map((axis) => shape[axis]), dtype }),
  // Moving only axes of size 1 leaves the elements where they are.
  view: ([x], { shape }, { perm }) => (isDense(shape, layoutOf(x, perm)) ? viewOf(x, shape) : null),
  forward: ([x], [y], { perm }) => copyStrided(x, y, y.shape, layoutOf(x, perm), denseLayout(y.shape)),
  gradient: ({ dy: [dy], attrs: { perm } }) => [() => transpose(dy!, perm.map((_, axis) => perm.indexOf(axis)))],
});

function layoutOf({ shape }: Tensor, perm: readonly number[]): Layout {
  const strides = stridesOf(shape);
  return { offset: 0, strides: perm.map((axis) => strides[axis]) };
}

/** Axes in another order: axis i of the result is axis `perm[i]` of `x`. Without `perm`, all axes reversed. */
export function transpose(x: TensorLike, perm?: readonly number[]): Tensor {
  const input = asTensor(x);
  const axes = (perm ?? input.shape.map((_, axis) => -1 - axis)).map((axis) => normalizeAxis(axis, input.rank, 'transpose'));
  if (axes.length !== input.rank || new Set(axes).size !== input.rank) {
    throw new ShapeError(
      `transpose: ${formatShape(perm ?? [])} does not order the ${input.rank} axes of shape ${formatShape(input.shape)}; expected each once.`,
    );
  }
  return transposeOp([input], { perm: axes })[0];
}

/** `x` with its axis `from` moved to `to`, the others in their order. */
export function moveAxis(x: TensorLike, from: number, to: number): Tensor {
  const input = asTensor(x);
  const source = normalizeAxis(from, input.rank, 'moveAxis');
  const others = input.shape.map((_, axis) => axis).filter((axis) => axis !== source);
  return transpose(input, others.toSpliced(normalizeAxis(to, input.rank, 'moveAxis'), 0, source));
}
