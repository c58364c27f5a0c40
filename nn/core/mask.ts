/** Masks travel with tensors, as in Keras: a layer that makes one sets it, the next layer finds it. */
import type { StepScalar } from '../../engine/gpu/step-slots';
import { logicalAnd } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';

/** What is known of a mask without looking: from time `length` on, it is false in all rows. */
export interface Padding {
  readonly length: StepScalar;
  /** Whether it is true everywhere before. */
  readonly only: boolean;
}

const masks = new WeakMap<Tensor, Tensor>();
const paddings = new WeakMap<Tensor, Padding>();

/** The mask (bool, [batch, time]) that came with `tensor`, or `null`. */
export function maskOf(tensor: Tensor): Tensor | null {
  return masks.get(tensor) ?? null;
}

export function setMask(tensor: Tensor, mask: Tensor | null): void {
  if (mask) masks.set(tensor, mask);
}

/** The padding at the end of `mask`, for layers that can leave it out; `null` where none is known. */
export function paddingOf(mask: Tensor | null): Padding | null {
  return (mask && paddings.get(mask)) ?? null;
}

/** Declares that `mask` ends at a length that may differ from step to step. */
export function setPadding(mask: Tensor, padding: Padding): Tensor {
  paddings.set(mask, padding);
  return mask;
}

/** True where both masks are; it ends where the second one does. */
export function bothMasks(a: Tensor, b: Tensor): Tensor {
  const both = logicalAnd(a, b);
  const padding = paddingOf(b);
  return padding ? setPadding(both, { ...padding, only: false }) : both;
}
