/** The ops behind `sequence`: the kernels over all steps, and their gradient. */
import { defineOp, type Op } from '../../autodiff/op';
import { gradientUses } from '../../autodiff/tape';
import { ValueError } from '../../errors';
import { gpu } from '../../gpu/gpu';
import { ceilDiv } from '../../gpu/grid';
import { run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import { windowOf } from '../../gpu/storage';
import { empty, type Tensor, type TensorSpec, viewOf } from '../../tensor/tensor';
import { matmul } from '../matmul/matmul';
import { sum } from '../reduce/reduce';
import { reshape } from '../layout/reshape';
import { slice } from '../layout/slice';
import { transpose } from '../layout/transpose';
import type { Cell } from './cell';
import { type Layered, layoutOf } from './layout';
import { type RnnDevice, sharesByShuffles } from './plan';

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
  /** Whether xz may be overwritten. */
  readonly overwrite: boolean;
  /** How often the gradient can be asked for. */
  readonly uses: number;
  /** The true length, or IN_SLOT and where to find it. */
  readonly length: number;
  readonly scalars: readonly StepScalar[];
  readonly stepsPerDispatch: number;
  readonly device: RnnDevice;
  /** Whether measurements may choose another layout than the cost model. */
  readonly tunable: boolean;
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

/**
 * Outputs: y; the last states [states, batch, units]; the state before each time; what else the cell keeps; the gates, unless they
 * take the place of xz.
 */
export const sequenceOp: Op<SequenceAttrs> = defineOp<SequenceAttrs>({
  name: 'rnn',
  output([xz, wh], { cell, returnSequences, overwrite, uses }) {
    const [batch, time] = xz.shape;
    const units = wh.shape[0];
    const f32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'f32' });
    return [
      returnSequences ? f32(batch, time, units) : f32(batch, units),
      f32(cell.states, batch, units),
      f32(batch, time, units),
      ...(cell.kept ? [uses > 0 ? f32(batch, time, units) : f32(batch, units)] : []),
      ...(overwrite ? [] : [f32(...xz.shape)]),
    ];
  },
  forward(inputs, outputs, attrs) {
    const { states } = named(inputs, attrs);
    const { cell, overwrite } = attrs;
    const [, state, before] = outputs;
    const { gates } = savedBy(inputs, outputs, attrs);
    const [batch, , units] = before.shape;
    if (!overwrite) gpu().recorder.copy(inputs[0], gates);
    states.forEach((initial, i) => gpu().recorder.copy(initial, windowOf(state, i * initial.byteLength, initial.byteLength)));
    forwardKernel(inputs, outputs, attrs, layoutOf('forward', forwardKernel, [batch, units / 4, cell.gates, units / 4], inputs, outputs, attrs));
  },
  gradient({ inputs, outputs, dy: [dy, dState], attrs }) {
    const { wh, bias, mask, states } = named(inputs, attrs);
    const { gates, kept } = savedBy(inputs, outputs, attrs);
    const before = outputs[2];
    const [batch, time] = before.shape;
    let made: readonly Tensor[] | null = null;
    const parts = (): readonly Tensor[] => {
      if (made) return made;
      const rest = [...(kept ? [kept] : []), ...(mask ? [mask] : []), ...(dy ? [dy] : []), ...(dState ? [dState] : [])];
      const given = [gates, before, sharesByShuffles(attrs.device) ? wh : transpose(wh), ...rest];
      const how = { ...attrs, withDy: dy !== null, withState: dState !== null };
      // Others may ask again, or for the gradient of this gradient, which says that there is none.
      if (attrs.uses > 1 || gradientUses(given) > 0) return (made = gradientOp(given, how));
      // Nobody will look at the gates again: dz takes their place.
      const results = gradientSpecs(given, how).map((spec, i) => (i === 0 ? viewOf(gates, spec.shape) : empty(spec.shape)));
      recordGradient(given, results, how);
      return (made = results);
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

/** Records the kernel over all steps, laid out as `plan` says. */
const forwardKernel: Layered<SequenceAttrs> = (inputs, outputs, attrs, { product, consts }) => {
  const { wh, bias, mask } = named(inputs, attrs);
  const { cell, overrides, length, scalars, stepsPerDispatch } = attrs;
  const [y, state, before] = outputs;
  const { gates, kept } = savedBy(inputs, outputs, attrs);
  const [batch, time, units] = before.shape;
  for (let first = 0; first < time; first += stepsPerDispatch) {
    run(cell.kernels[product].forward, {
      bind: { gates, w: wh, bias: bias ?? wh, mask: mask ?? wh, state, h_before: before, y, ...(cell.kept && { [cell.kept]: kept! }) },
      params: { batch, time, units, first, last: Math.min(first + stepsPerDispatch, time), length, flags: flagsOf(attrs) },
      overrides,
      consts,
      scalars,
      grid: ceilDiv(batch, consts.ROWS),
      flops: productFlops(attrs, before, Math.min(stepsPerDispatch, time - first)),
    });
  }
};

/** Where the kernels keep what the gradient needs. */
function savedBy(inputs: readonly Tensor[], outputs: readonly Tensor[], { cell, overwrite }: SequenceAttrs) {
  return { gates: overwrite ? inputs[0] : outputs[outputs.length - 1], kept: cell.kept ? outputs[3] : null };
}

interface GradientAttrs extends SequenceAttrs {
  readonly withDy: boolean;
  readonly withState: boolean;
}

/** dz, what arrives at the initial states, and for cells with a bias of their own dq. */
function gradientSpecs([gates, { shape: [batch, , units] }]: readonly TensorSpec[], { cell }: GradientAttrs): TensorSpec[] {
  const dz: TensorSpec = { shape: gates.shape, dtype: 'f32' };
  return [dz, { shape: [cell.states, batch, units], dtype: 'f32' }, ...(cell.ownBias ? [dz] : [])];
}

/** Inputs: gates, before, wh or whᵀ, kept?, mask?, dy?, dState?; outputs as `gradientSpecs` has them, dz holding the gates. */
function recordGradient(inputs: readonly Tensor[], outputs: readonly Tensor[], attrs: GradientAttrs): void {
  const { cell, withState } = attrs;
  const [batch, , units] = inputs[1].shape;
  if (withState) gpu().recorder.copy(inputs[inputs.length - 1], outputs[1]);
  backwardKernel(inputs, outputs, attrs, layoutOf('backward', backwardKernel, [batch, units / 4, 1, (cell.gates * units) / 4], inputs, outputs, attrs));
}

const backwardKernel: Layered<GradientAttrs> = ([, before, w, ...rest], [dz, dState, dq], attrs, { product, consts }) => {
  const { cell, masked, initial, withDy, withState, overrides, length, scalars, stepsPerDispatch } = attrs;
  const [batch, time, units] = before.shape;
  const next = (present: boolean): Tensor => (present ? rest.shift()! : w);
  const kept = next(cell.kept !== null);
  const mask = next(masked);
  const dy = next(withDy);
  const flags = (flagsOf(attrs) & ~INITIAL) | (withState ? INITIAL : 0) | (withDy ? WITH_DY : 0);
  for (let last = time; last > 0; last -= stepsPerDispatch) {
    const steps = Math.min(last, stepsPerDispatch);
    run(cell.kernels[product].backward, {
      bind: { w, h_before: before, dy, mask, d_state: dState, dz, dq, ...(cell.kept && { [cell.kept]: kept }) },
      params: { batch, time, units, last, count: steps + (initial && steps === last ? 1 : 0), length, flags },
      overrides: product === 'shuffle' ? { ...overrides, TRANSPOSE: true } : overrides,
      consts,
      scalars,
      grid: ceilDiv(batch, consts.ROWS),
      flops: productFlops(attrs, before, steps),
    });
  }
};

const gradientOp: Op<GradientAttrs> = defineOp<GradientAttrs>({
  name: 'rnnGradient',
  output: gradientSpecs,
  forward(inputs, outputs, attrs) {
    gpu().recorder.copy(inputs[0], outputs[0]);
    recordGradient(inputs, outputs, attrs);
  },
  gradient(): never {
    throw new ValueError("rnn: the sequence kernels have no second derivatives. Use implementation: 'steps'.");
  },
});

/** Of the state's products, in so many steps; unknown where only the device knows how many count. */
function productFlops({ cell, length }: SequenceAttrs, before: Tensor, steps: number): number | undefined {
  const [batch, time, units] = before.shape;
  return length < time || length === IN_SLOT ? undefined : 2 * steps * batch * units * cell.gates * units;
}

function flagsOf({ initial, uses, returnSequences, masked, goBackwards }: SequenceAttrs): number {
  return (
    (initial ? INITIAL : 0) | (uses > 0 ? SAVE : 0) | (returnSequences ? SEQUENCE : 0) | (masked ? MASKED : 0) | (goBackwards ? BACKWARDS : 0)
  );
}
