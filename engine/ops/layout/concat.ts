import { defineOp } from '../../autodiff/op';
import { DtypeError, ShapeError, ValueError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, normalizeAxis, stridesOf } from '../../tensor/shape';
import type { Tensor, TensorSpec } from '../../tensor/tensor';
import { expandDims, reshape } from './reshape';
import { slice } from './slice';
import { copyStrided, denseLayout } from './strided-copy';

const concatOp = defineOp<{ axis: number }>({
  name: 'concat',
  output: (inputs, { axis }) => {
    inputs.forEach((input, i) => checkFits(inputs[0], input, i, axis));
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis], 0);
    return { shape: inputs[0].shape.with(axis, total), dtype: inputs[0].dtype };
  },
  // Each input goes to its own part of the result.
  forward: (inputs, [y], { axis }) => {
    const strides = stridesOf(y.shape);
    starts(inputs, axis).forEach((start, i) => {
      const x = inputs[i];
      copyStrided(x, y, x.shape, denseLayout(x.shape), { offset: start * strides[axis], strides });
    });
  },
  gradient: ({ inputs, dy: [dy], attrs: { axis } }) => {
    const from = starts(inputs, axis);
    return inputs.map(({ shape }, i) => () => slice(dy!, shape.map((_, d) => (d === axis ? from[i] : 0)), shape));
  },
});

/** The inputs one after the other along `axis`; their other sizes must be equal. */
export function concat(inputs: readonly TensorLike[], axis = 0): Tensor {
  if (inputs.length === 0) throw new ValueError('concat: there is nothing to join; expected one tensor or more.');
  const tensors = inputs.map(asTensor);
  const at = normalizeAxis(axis, tensors[0].rank, 'concat');
  return tensors.length === 1 ? reshape(tensors[0], tensors[0].shape) : concatOp(tensors, { axis: at })[0];
}

/** Tensors of one shape side by side along a new `axis`. */
export function stack(inputs: readonly TensorLike[], axis = 0): Tensor {
  return concat(inputs.map((input) => expandDims(input, axis)), axis);
}

/** Where each input begins along the axis. */
function starts(inputs: readonly TensorSpec[], axis: number): number[] {
  let next = 0;
  return inputs.map(({ shape }) => (next += shape[axis]) - shape[axis]);
}

function checkFits(first: TensorSpec, input: TensorSpec, i: number, axis: number): void {
  const fits = input.shape.length === first.shape.length && input.shape.every((n, d) => d === axis || n === first.shape[d]);
  if (!fits) {
    throw new ShapeError(
      `concat: input ${i} of shape ${formatShape(input.shape)} does not fit the first, ${formatShape(first.shape)}: ` +
        `sizes may differ along axis ${axis} only.`,
    );
  }
  if (input.dtype !== first.dtype) {
    throw new DtypeError(`concat: input ${i} is ${input.dtype}, the first ${first.dtype}. Convert it with cast.`);
  }
}
