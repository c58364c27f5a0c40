/** Activations inside recurrent cells: those that the kernels know by name (shaders/rnn/activation.wgsl), or any function. */
import type { Tensor } from '../../tensor/tensor';
import { hardSigmoid, relu, sigmoid, tanh } from '../elementwise/unary';

/** What the kernels know has a derivative that follows from its value alone: nothing else is saved. */
const known = {
  linear: { code: 0, apply: (x: Tensor): Tensor => x },
  relu: { code: 1, apply: relu },
  tanh: { code: 2, apply: tanh },
  sigmoid: { code: 3, apply: sigmoid },
  hardSigmoid: { code: 4, apply: hardSigmoid },
};

export type KnownActivation = keyof typeof known;
/** A name, or a function written with ops, with which a sequence is computed step by step. */
export type CellActivation = KnownActivation | ((x: Tensor) => Tensor);

export function isKnownActivation(activation: unknown): activation is KnownActivation {
  return typeof activation === 'string' && activation in known;
}

/** The kernels' code of an activation, or `null` if they do not know it. */
export function codeOf(activation: CellActivation): number | null {
  return typeof activation === 'string' ? known[activation].code : null;
}

export function applyOf(activation: CellActivation): (x: Tensor) => Tensor {
  return typeof activation === 'string' ? known[activation].apply : activation;
}
