import { ValueError } from '../../errors';
import { asTensor, type TensorLike, zeros } from '../../tensor/create';
import forwardSource from '../../../shaders/rnn/gru-forward.wgsl';
import backwardSource from '../../../shaders/rnn/gru-backward.wgsl';
import type { Tensor } from '../../tensor/tensor';
import { add, mul, sub } from '../elementwise/binary';
import { matmul } from '../matmul/matmul';
import { slice, split } from '../layout/slice';
import { applyOf } from './activation';
import { type Cell, cellKernels } from './cell';
import { checkSequence, kernelsServe, type Sequence, sequence, type SequenceOptions } from './sequence';
import { type Step, steps } from './steps';

const cell: Cell = {
  name: 'gru',
  gates: 3,
  states: 1,
  kept: 'q',
  ownBias: true,
  kernels: cellKernels(
    'gru',
    {
      source: forwardSource,
      bindings: { gates: 'readwrite', w: 'read', bias: 'read', mask: 'read', state: 'readwrite', h_before: 'readwrite', y: 'write', q: 'readwrite' },
    },
    {
      source: backwardSource,
      bindings: { w: 'read', q: 'read', h_before: 'read', dy: 'read', mask: 'read', d_state: 'readwrite', dz: 'readwrite', dq: 'readwrite' },
    },
    { ACTIVATION: 2, RECURRENT: 3 },
  ),
};

export interface GruOptions extends SequenceOptions {
  /** Whether the reset gate comes after the state's product (as in cuDNN) or before it (Cho et al. 2014). Default true. */
  readonly resetAfter?: boolean;
}

/**
 * z, r = σ(x + h·wh + bias), g = φ(x + r·(h·wh + bias)) or, with the reset before, φ(x + (r·h)·wh), h = z·h + (1 − z)·g, with x
 * the input's share [batch, 3 · units].
 */
export function gruStep(wh: TensorLike, bias: TensorLike | null, options: GruOptions = {}): Step {
  const { activation = 'tanh', recurrentActivation = 'sigmoid', resetAfter = true } = options;
  const [phi, sigma] = [applyOf(activation), applyOf(recurrentActivation)];
  const w = asTensor(wh);
  const units = w.shape[0];
  return (x, [h]) => {
    const [xz, xr, xg] = split(x, 3, 1);
    const mix = (z: Tensor, g: Tensor): Tensor[] => [add(mul(z, h), mul(sub(1, z), g))];
    if (resetAfter) {
      const product = matmul(h, w);
      const [hz, hr, hg] = split(bias ? add(product, bias) : product, 3, 1);
      return mix(sigma(add(xz, hz)), phi(add(xg, mul(sigma(add(xr, hr)), hg))));
    }
    const [hz, hr] = split(matmul(h, slice(w, [0, 0], [-1, 2 * units])), 2, 1);
    const reset = mul(sigma(add(xr, hr)), h);
    return mix(sigma(add(xz, hz)), phi(add(xg, matmul(reset, slice(w, [0, 2 * units])))));
  };
}

/**
 * A GRU over sequences: xz [batch, time, 3 · units] = x·Wx + bx, wh [units, 3 · units], bias [3 · units] of the state's product
 * (none with the reset before it), gates z, r, g side by side. State: h.
 */
export function gru(xz: TensorLike, wh: TensorLike, bias: TensorLike | null, options: GruOptions = {}): Sequence {
  const [x, w, b] = [asTensor(xz), asTensor(wh), bias ? asTensor(bias) : null];
  checkSequence(cell, x, w, b, options);
  if (b && options.resetAfter === false) throw new ValueError('gru: with resetAfter: false there is no bias at the state: add it to xz.');
  const units = w.shape[0];
  if ((options.resetAfter ?? true) && kernelsServe(cell, x, w, options)) return sequence(cell, x, w, b ?? zeros([3 * units]), options);
  return steps(x, units, 1, gruStep(w, b, options), options);
}
