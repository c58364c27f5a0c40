/** The ops behind `sequence`: the kernels over all steps, and their gradient. */
import { defineOp, type Op } from '../../autodiff/op';
import { ValueError } from '../../errors';
import { gpu } from '../../gpu/gpu';
import { ceilDiv } from '../../gpu/grid';
import { run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import { windowOf } from '../../gpu/storage';
import type { Tensor, TensorSpec } from '../../tensor/tensor';
import { matmul } from '../matmul';
import { sum } from '../reduce';
import { reshape } from '../reshape';
import { slice } from '../slice';
import { transpose } from '../transpose';
import type { Cell } from './cell';
import { planRnn, type RnnDevice } from './plan';

/** Bits of the kernels' `flags`. */
const INITIAL = 1;
const SAVE = 2;
const SEQUENCE = 4;
const MASKED = 8;
const BACKWARDS = 16;
const WITH_DY = 32;

/** A length that is found in the step slot. */
export const IN_SLOT = 0xffffffff;

export interface SequenceAttrs {
  readonly cell: Cell;
  readonly overrides: Readonly<Record<string, number>>;
  readonly masked: boolean;
  readonly initial: boolean;
  readonly goBackwards: boolean;
  readonly returnSequences: boolean;
  /** Whether a gradient will be asked for. */
  readonly save: boolean;
  /** The true length, or IN_SLOT and where to find it. */
  readonly length: number;
  readonly scalars: readonly StepScalar[];
  readonly stepsPerDispatch: number;
  readonly device: RnnDevice;
}

/** Inputs by name: [xz, wh, bias?, mask?, …initial states]. */
function named<T>(inputs: readonly T[], { cell, masked, initial }: SequenceAttrs) {
  let i = 2;
  return {
    xz: inputs[0],
    wh: inputs[1],
    bias: cell.ownBias ? inputs[i++] : null,
    mask: masked ? inputs[i++] : null,
    states: initial ? inputs.slice(i) : [],
  };
}

/** x[i]. */
export function item(x: Tensor, i: number): Tensor {
  return reshape(slice(x, [i], [1]), x.shape.slice(1));
}

/** Outputs: y, the last states [states, batch, units], the state before each time, what the gradient needs. */
export const sequenceOp: Op<SequenceAttrs> = defineOp<SequenceAttrs>({
  name: 'rnn',
  output([xz, wh], { cell, returnSequences, save }) {
    const [batch, time] = xz.shape;
    const units = wh.shape[0];
    const f32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'f32' });
    return [
      returnSequences ? f32(batch, time, units) : f32(batch, units),
      f32(cell.states, batch, units),
      f32(batch, time, units),
      save ? f32(batch, time, cell.kept * units) : f32(batch, cell.kept * units),
    ];
  },
  forward(inputs, [y, state, before, saved], attrs) {
    const { xz, wh, bias, mask, states } = named(inputs, attrs);
    const [batch, time] = xz.shape;
    const units = wh.shape[0];
    states.forEach((initial, i) => gpu().recorder.copy(initial, windowOf(state, i * initial.byteLength, initial.byteLength)));
    const { product, consts } = planRnn(batch, units / 4, attrs.cell.gates, units / 4, attrs.device);
    for (let first = 0; first < time; first += attrs.stepsPerDispatch) {
      run(attrs.cell.kernels[product].forward, {
        bind: { xz, w: wh, bias: bias ?? wh, mask: mask ?? wh, state, h_before: before, y, saved },
        params: { batch, time, units, first, last: Math.min(first + attrs.stepsPerDispatch, time), length: attrs.length, flags: flagsOf(attrs) },
        overrides: attrs.overrides,
        consts,
        scalars: attrs.scalars,
        grid: ceilDiv(batch, consts.ROWS),
      });
    }
  },
  gradient({ inputs, outputs: [, , before, saved], dy: [dy, dState], attrs }) {
    const { wh, bias, mask, states } = named(inputs, attrs);
    const [batch, time] = before.shape;
    let made: Tensor[] | null = null;
    const parts = (): Tensor[] => {
      const rest = [...(mask ? [mask] : []), ...(dy ? [dy] : []), ...(dState ? [dState] : [])];
      return (made ??= gradientOp([before, saved, transpose(wh), ...rest], { ...attrs, withDy: dy !== null, withState: dState !== null }));
    };
    const flat = (x: Tensor): Tensor => reshape(x, [batch * time, x.shape[2]]);
    // Cells with a bias of their own also have other gradients at the state's product than at the inputs'.
    const atState = (): Tensor => flat(parts()[attrs.cell.ownBias ? 2 : 0]);
    return [
      () => parts()[0],
      () => matmul(flat(before), atState(), { transposeA: true }),
      ...(bias ? [() => sum(atState(), 0)] : []),
      ...(mask ? [null] : []),
      ...states.map((_, i) => () => item(parts()[1], i)),
    ];
  },
});

interface GradientAttrs extends SequenceAttrs {
  readonly withDy: boolean;
  readonly withState: boolean;
}

/** Inputs: before, saved, whᵀ, mask?, dy?, dState?. Outputs: dz, what arrives at the initial states, dq for cells with a bias. */
const gradientOp: Op<GradientAttrs> = defineOp<GradientAttrs>({
  name: 'rnnGradient',
  output([{ shape: [batch, time, units] }], { cell }) {
    const dz: TensorSpec = { shape: [batch, time, cell.gates * units], dtype: 'f32' };
    return [dz, { shape: [cell.states, batch, units], dtype: 'f32' }, ...(cell.ownBias ? [dz] : [])];
  },
  forward([before, saved, w, ...rest], [dz, dState, dq], attrs) {
    const { cell, masked, initial, withDy, withState, stepsPerDispatch } = attrs;
    const [batch, time, units] = before.shape;
    const mask = masked ? rest.shift()! : w;
    const dy = withDy ? rest.shift()! : w;
    if (withState) gpu().recorder.copy(rest.shift()!, dState);
    const { product, consts } = planRnn(batch, units / 4, 1, (cell.gates * units) / 4, attrs.device);
    const flags = (flagsOf(attrs) & ~INITIAL) | (withState ? INITIAL : 0) | (withDy ? WITH_DY : 0);
    for (let last = time; last > 0; last -= stepsPerDispatch) {
      const steps = Math.min(last, stepsPerDispatch);
      run(cell.kernels[product].backward, {
        bind: { w, saved, h_before: before, dy, mask, d_state: dState, dz, dq },
        params: { batch, time, units, last, count: steps + (initial && steps === last ? 1 : 0), length: attrs.length, flags },
        overrides: attrs.overrides,
        consts,
        scalars: attrs.scalars,
        grid: ceilDiv(batch, consts.ROWS),
      });
    }
  },
  gradient(): never {
    throw new ValueError("rnn: the sequence kernels have no second derivatives. Use implementation: 'steps'.");
  },
});

function flagsOf({ initial, save, returnSequences, masked, goBackwards }: SequenceAttrs): number {
  return (
    (initial ? INITIAL : 0) | (save ? SAVE : 0) | (returnSequences ? SEQUENCE : 0) | (masked ? MASKED : 0) | (goBackwards ? BACKWARDS : 0)
  );
}
