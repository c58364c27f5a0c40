/**
 * Sequences whose length differs from batch to batch are padded to one of a few lengths, so that a few recorded
 * steps serve them all. The true length goes along, and what lies beyond it is masked: it changes no bit of the loss.
 */
import { arange, broadcastTo, less, reshape } from '../../engine/ops';
import { newTypedArray } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { setMask } from '../core/mask';

const SHORTEST = 32;
const RATIO = 1.5;
/** Lengths are whole multiples of this. */
const MULTIPLE = 8;

/** The least bucket that holds `length` steps: each is about half as long again as the one before. */
export function bucketOf(length: number): number {
  let bucket = SHORTEST;
  while (bucket < length) bucket = Math.ceil((bucket * RATIO) / MULTIPLE) * MULTIPLE;
  return bucket;
}

/** `x` [batch, time, …] with zeros after the last step, up to its bucket. */
export function padToBucket(x: HostArray): HostArray {
  const [batch, time, ...rest] = x.shape;
  const bucket = bucketOf(time);
  if (bucket === time) return x;
  const row = time * sizeOf(rest);
  const padded = newTypedArray(x.dtype, batch * bucket * sizeOf(rest));
  for (let b = 0; b < batch; b++) padded.set(x.data.subarray(b * row, (b + 1) * row), b * bucket * sizeOf(rest));
  return new HostArray(padded, [batch, bucket, ...rest], x.dtype);
}

/** The number of steps of `x`, as an input of a recorded step. */
export function lengthOf(x: HostArray): HostArray {
  return new HostArray(Int32Array.of(x.shape[1]), [1]);
}

/** Masks the steps of `x` [batch, time, …] from `length` (i32, one element) on. */
export function maskFrom(x: Tensor, length: Tensor): Tensor {
  const [batch, time] = x.shape;
  setMask(x, broadcastTo(less(arange(time), reshape(length, [])), [batch, time]));
  return x;
}
