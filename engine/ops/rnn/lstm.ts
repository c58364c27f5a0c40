import { asTensor, type TensorLike } from '../../tensor/create';
import forwardSource from '../../../shaders/rnn/lstm-forward.wgsl';
import backwardSource from '../../../shaders/rnn/lstm-backward.wgsl';
import { add, mul } from '../elementwise/binary';
import { matmul } from '../matmul/matmul';
import { split } from '../layout/slice';
import { applyOf } from './activation';
import { type Cell, cellKernels } from './cell';
import { checkSequence, kernelsServe, type Sequence, sequence, type SequenceOptions } from './sequence';
import { type Step, steps } from './steps';

const cell: Cell = {
  name: 'lstm',
  gates: 4,
  states: 2,
  kept: 'c_before',
  ownBias: false,
  kernels: cellKernels(
    'lstm',
    {
      source: forwardSource,
      bindings: { gates: 'readwrite', w: 'read', mask: 'read', state: 'readwrite', h_before: 'readwrite', y: 'write', c_before: 'write' },
    },
    {
      source: backwardSource,
      bindings: { w: 'read', c_before: 'read', dy: 'read', mask: 'read', d_state: 'readwrite', dz: 'readwrite' },
    },
    { ACTIVATION: 2, RECURRENT: 3 },
  ),
};

/** i, f, o = σ(x + h·wh), g = φ(x + h·wh), c = f·c + i·g, h = o·φ(c), with x the input's share [batch, 4 · units]. */
export function lstmStep(wh: TensorLike, { activation = 'tanh', recurrentActivation = 'sigmoid' }: SequenceOptions = {}): Step {
  const [phi, sigma] = [applyOf(activation), applyOf(recurrentActivation)];
  return (x, [h, c]) => {
    const [i, f, g, o] = split(add(x, matmul(h, wh)), 4, 1);
    const next = add(mul(sigma(f), c), mul(sigma(i), phi(g)));
    return [mul(sigma(o), phi(next)), next];
  };
}

/**
 * An LSTM over sequences: xz [batch, time, 4 · units] = x·Wx + b, wh [units, 4 · units], gates i, f, g, o side by side.
 * States: h and c.
 */
export function lstm(xz: TensorLike, wh: TensorLike, options: SequenceOptions = {}): Sequence {
  const [x, w] = [asTensor(xz), asTensor(wh)];
  checkSequence(cell, x, w, null, options);
  return kernelsServe(cell, x, w, options) ? sequence(cell, x, w, null, options) : steps(x, w.shape[0], 2, lstmStep(w, options), options);
}
