/** Activations that products apply to their own sums. */
import { type Activation, activationFrom, type ActivationLike } from '../activations';

const FUSED = ['relu', 'tanh'] as const;
type Fused = (typeof FUSED)[number];

/** The part of an activation that a product's kernel does, and what is left to do after it. */
export function fuse(activation: ActivationLike): { fused: Fused | undefined; rest: Activation } {
  const fused = FUSED.find((name) => name === activation);
  return { fused, rest: activationFrom(fused ? undefined : activation) };
}
