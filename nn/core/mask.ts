/** Masks travel with tensors, as in Keras: a layer that makes one sets it, the next layer finds it. */
import type { Tensor } from '../../engine/tensor/tensor';

const masks = new WeakMap<Tensor, Tensor>();

/** The mask (bool, [batch, time]) that came with `tensor`, or `null`. */
export function maskOf(tensor: Tensor): Tensor | null {
  return masks.get(tensor) ?? null;
}

export function setMask(tensor: Tensor, mask: Tensor | null): void {
  if (mask) masks.set(tensor, mask);
}
