import { asTensor, type TensorLike } from '../../tensor/create';
import forwardSource from '../../../shaders/rnn/simple-rnn-forward.wgsl';
import backwardSource from '../../../shaders/rnn/simple-rnn-backward.wgsl';
import { add } from '../elementwise/binary';
import { matmul } from '../matmul/matmul';
import { applyOf } from './activation';
import { type Cell, cellKernels } from './cell';
import { checkSequence, kernelsServe, type Sequence, sequence, type SequenceOptions } from './sequence';
import { type Step, steps } from './steps';

const cell: Cell = {
  name: 'simpleRnn',
  gates: 1,
  states: 1,
  kept: null,
  ownBias: false,
  kernels: cellKernels(
    'simple-rnn',
    {
      source: forwardSource,
      bindings: { gates: 'readwrite', w: 'read', mask: 'read', state: 'readwrite', h_before: 'readwrite', y: 'write' },
    },
    {
      source: backwardSource,
      bindings: { w: 'read', dy: 'read', mask: 'read', d_state: 'readwrite', dz: 'readwrite' },
    },
    { ACTIVATION: 2 },
  ),
};

/** h = φ(x + h·wh), with x the input's share [batch, units]. */
export function simpleRnnStep(wh: TensorLike, { activation = 'tanh' }: SequenceOptions = {}): Step {
  return (x, [h]) => [applyOf(activation)(add(x, matmul(h, wh)))];
}

/** A SimpleRNN over sequences: xz [batch, time, units] = x·Wx + b, wh [units, units]. State: h. */
export function simpleRnn(xz: TensorLike, wh: TensorLike, options: SequenceOptions = {}): Sequence {
  const [x, w] = [asTensor(xz), asTensor(wh)];
  checkSequence(cell, x, w, null, options);
  return kernelsServe(cell, x, w, options) ? sequence(cell, x, w, null, options) : steps(x, w.shape[0], 1, simpleRnnStep(w, options), options);
}
