/**
 * Sequences whose length differs from batch to batch are padded to one of a few lengths, so that a few recorded
 * steps serve them all. The true length goes along, and what lies beyond it is masked: it changes no bit of the loss.
 */
import type { StepScalar } from '../../engine/gpu/step-slots';
import { arange, broadcastTo, less } from '../../engine/ops';
import { stepValue } from '../../engine/ops/layout/step-value';
import { type CompiledStep, compileStep, type StepOptions } from '../../engine/step/compile-step';
import type { TensorLike } from '../../engine/tensor/create';
import { newTypedArray } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { setMask, setPadding } from '../core/mask';

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

/** `x` [batch, time, …] with zeros after the last step, up to `most` steps. */
function padTo(most: number, x: HostArray): HostArray {
  const [batch, time, ...rest] = x.shape;
  if (most === time) return x;
  const row = time * sizeOf(rest);
  const padded = newTypedArray(x.dtype, batch * most * sizeOf(rest));
  for (let b = 0; b < batch; b++) padded.set(x.data.subarray(b * row, (b + 1) * row), b * most * sizeOf(rest));
  return new HostArray(padded, [batch, most, ...rest], x.dtype);
}

/**
 * A compiled step whose first input is a batch [batch, time, …] of any length. `fn` gets it padded, with a mask that ends at
 * the true length: a word of the step slot, so that what is recorded for a bucket serves all lengths in it.
 */
export function compilePadded<R>(fn: (x: Tensor, ...others: Tensor[]) => R, options: StepOptions = {}, bucket = bucketOf): PaddedStep<R> {
  let length = 0;
  const scalar: StepScalar = { dtype: 'u32', next: () => length };
  const step = compileStep((x: Tensor, ...others: Tensor[]) => {
    setMask(x, lengthMask(x.shape, scalar));
    return fn(x, ...others);
  }, options);
  const padded = (x: HostArray, ...others: TensorLike[]): R => {
    length = x.shape[1];
    return step(padTo(bucket(length), x), ...others);
  };
  return Object.defineProperties(padded, {
    dispatches: { get: () => step.dispatches },
    dispose: { value: () => step.dispose() },
  }) as PaddedStep<R>;
}

export interface PaddedStep<R> extends Pick<CompiledStep<R>, 'dispatches' | 'dispose'> {
  (x: HostArray, ...others: TensorLike[]): R;
}

/** Masks the times of [batch, time, …] from `length` on. */
export function lengthMask([batch, time]: Shape, length: StepScalar): Tensor {
  const mask = broadcastTo(less(arange(time), stepValue(length, 'i32')), [batch, time]);
  return setPadding(mask, { length, only: true });
}
