/**
 * In which precision layers keep their results: https://keras.io/api/mixed_precision/. With `mixed_float16` those of dense layers,
 * convolutions and what follows them (activations, dropout, pooling, …) take half the memory, and so do their gradients. Weights,
 * moments, sums inside kernels and losses stay in single precision; where Keras rounds weights to half precision as well, wgrad
 * reads them as they are. A layer without half-precision kernels gets single precision, and gives it.
 */
import { ValueError } from '../../engine/errors';
import { cast } from '../../engine/ops';
import type { FloatDtype } from '../../engine/tensor/dtype';
import type { Tensor } from '../../engine/tensor/tensor';
import { carryLogits } from './logits';
import { maskOf, setMask } from './mask';

const POLICIES = ['float32', 'mixed_float16'] as const;
export type DtypePolicy = (typeof POLICIES)[number];

let current: DtypePolicy = 'float32';

/** Of layers that are given no `dtype`. */
export function globalPolicy(): DtypePolicy {
  return current;
}

/** For the layers that are made from now on. Default: `'float32'`. */
export function setGlobalPolicy(policy: DtypePolicy): void {
  current = checkedPolicy(policy, 'setGlobalPolicy');
}

export function checkedPolicy(policy: DtypePolicy, what: string): DtypePolicy {
  if (POLICIES.includes(policy)) return policy;
  throw new ValueError(`${what}: the dtype policy is ${JSON.stringify(policy)}; expected ${POLICIES.map((known) => `"${known}"`).join(' or ')}.`);
}

/** What results are kept in. */
export function computeDtype(policy: DtypePolicy): FloatDtype {
  return policy === 'mixed_float16' ? 'f16' : 'f32';
}

/** All in single precision, unless none of them is. */
export function alike(inputs: readonly Tensor[]): readonly Tensor[] {
  return inputs.every(({ dtype }) => dtype === 'f16') ? inputs : inputs.map(widened);
}

/** `x` in single precision, with its mask and the logits behind it. */
export function widened(x: Tensor): Tensor {
  if (x.dtype !== 'f16') return x;
  const wide = cast(x, 'f32');
  setMask(wide, maskOf(x));
  carryLogits(x, wide);
  return wide;
}
