/** Layers of any recurrent cell, asked for alike. */
import { gru, lstm, type Sequence, type SequenceOptions, simpleRnn } from '../../engine/ops/rnn';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Shape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { type CellName, GATES, STATES } from './rnn-reference';

export const cells: readonly CellName[] = ['simpleRnn', 'lstm', 'gru'];

/** Whether a bias of the state's product comes after the weights. */
export function hasBias(cell: CellName, resetAfter = true): boolean {
  return cell === 'gru' && resetAfter;
}

export function layer(cell: CellName, [xz, wh, bias]: readonly Tensor[], options: SequenceOptions & { resetAfter?: boolean }): Sequence {
  if (cell === 'gru') return gru(xz, wh, bias ?? null, options);
  return cell === 'lstm' ? lstm(xz, wh, options) : simpleRnn(xz, wh, options);
}

/** Shapes of a layer's inputs: xz, wh, a bias where there is one, initial states. */
export function shapesOf(cell: CellName, batch: number, time: number, units: number, initial: boolean, resetAfter = true): Shape[] {
  const gates = GATES[cell] * units;
  const states = initial ? Array.from({ length: STATES[cell] }, () => [batch, units]) : [];
  return [[batch, time, gates], [units, gates], ...(hasBias(cell, resetAfter) ? [[gates]] : []), ...states];
}

export function maskTensor(mask: readonly boolean[], batch: number, time: number): Tensor {
  return tensor(new HostArray(Uint32Array.from(mask, Number), [batch, time], 'bool'));
}
