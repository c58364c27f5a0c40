import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, stridesOf } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { reshape } from './reshape';
import { stridedPlace } from './strided';

/** `x` with `paddings[d]` = [before, after] elements of `value` added along each axis; the gradient is the slice of dy. */
export function pad(x: TensorLike, paddings: readonly (readonly [number, number])[], value = 0): Tensor {
  const input = asTensor(x);
  const valid = paddings.length === input.rank && paddings.every((pair) => pair.every((n) => Number.isInteger(n) && n >= 0));
  if (!valid) {
    throw new ShapeError(
      `pad: paddings [${paddings.map(formatShape).join(', ')}] do not fit shape ${formatShape(input.shape)}; ` +
        'expected [before, after] ≥ 0 for each axis.',
    );
  }
  if (paddings.every(([before, after]) => before + after === 0)) return reshape(input, input.shape);
  const shape = input.shape.map((n, d) => paddings[d][0] + n + paddings[d][1]);
  const strides = stridesOf(shape);
  const offset = strides.reduce((sum, stride, d) => sum + stride * paddings[d][0], 0);
  return stridedPlace([input], { shape, layout: { offset, strides }, value })[0];
}
