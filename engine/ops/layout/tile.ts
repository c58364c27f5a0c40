/** Repetition: a new axis, broadcast, and merged with the one it follows. */
import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import { normalizeAxis, sizeOf } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { broadcastTo } from './broadcast-to';
import { reshape } from './reshape';

/** `x` as a whole, `repeats[d]` times along each axis; fewer `repeats` belong to the last axes, more make new first ones. */
export function tile(x: TensorLike, repeats: readonly number[]): Tensor {
  const input = asTensor(x);
  const added = Math.max(0, repeats.length - input.rank);
  const first = Math.max(0, input.rank - repeats.length);
  const start = reshape(input, [...new Array<number>(added).fill(1), ...input.shape]);
  return repeats.reduce((result, times, i) => repeatBlocks(result, first + i, first + i, times, 'tile'), start);
}

/** Each element `times` times in a row along `axis`. */
export function repeat(x: TensorLike, times: number, axis: number): Tensor {
  const input = asTensor(x);
  const at = normalizeAxis(axis, input.rank, 'repeat');
  return repeatBlocks(input, at + 1, at, times, 'repeat');
}

/** Each block of the axes from `start` on `times` times in a row; `axis` grows by it. */
function repeatBlocks(x: Tensor, start: number, axis: number, times: number, op: string): Tensor {
  if (!Number.isInteger(times) || times < 0) throw new ShapeError(`${op}: ${times} repetitions; expected a whole number ≥ 0.`);
  const outer = sizeOf(x.shape.slice(0, start));
  const block = sizeOf(x.shape.slice(start));
  const repeated = broadcastTo(reshape(x, [outer, 1, block]), [outer, times, block]);
  return reshape(repeated, x.shape.with(axis, x.shape[axis] * times));
}
