/** Recurrent layers over whole sequences: what simple-rnn.ts, lstm.ts and gru.ts have in common. */
import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { isRecorded } from '../../autodiff/tape';
import { ShapeError, ValueError } from '../../errors';
import { gpu } from '../../gpu/gpu';
import { ceilDiv } from '../../gpu/grid';
import { type Access, defineKernel, type Kernel, run } from '../../gpu/kernel';
import type { SourceFile } from '../../gpu/link';
import type { StepScalar } from '../../gpu/step-slots';
import { windowOf } from '../../gpu/storage';
import { BYTES_PER_ELEMENT } from '../../tensor/dtype';
import { formatShape, sameShape, type Shape } from '../../tensor/shape';
import type { Tensor, TensorSpec } from '../../tensor/tensor';
import { grid, math, step as stepLib } from '../../../shaders/lib';
import activationSource from '../../../shaders/rnn/activation.wgsl';
import productShuffleSource from '../../../shaders/rnn/product-shuffle.wgsl';
import productSource from '../../../shaders/rnn/product.wgsl';
import sequenceSource from '../../../shaders/rnn/sequence.wgsl';
import { concat } from '../concat';
import { matmul } from '../matmul';
import { pad } from '../pad';
import { sum } from '../reduce';
import { reshape } from '../reshape';
import { slice } from '../slice';
import { transpose } from '../transpose';
import { type CellActivation, codeOf } from './activation';
import { planRnn, type RnnPlan } from './plan';

export interface SequenceOptions {
  /** Default `'tanh'`. */
  readonly activation?: CellActivation;
  /** Of the gates; default `'sigmoid'`. */
  readonly recurrentActivation?: CellActivation;
  /** bool [batch, time]: where it is false the state stays as it is. */
  readonly mask?: Tensor | null;
  /** From the last time to the first; y is in the order of processing. Default false. */
  readonly goBackwards?: boolean;
  /** Whether y has every step, [batch, time, units], or the last one only, [batch, units]. Default false. */
  readonly returnSequences?: boolean;
  /** [batch, units] for each state of the cell; default zeros. */
  readonly initialState?: readonly Tensor[] | null;
  /** Times from here on are padding, for the whole batch: the state stays, and next to nothing is computed. Default: all count. */
  readonly length?: StepScalar | number;
  /** Kernels for the whole sequence where they serve (the default), or one step after the other. */
  readonly implementation?: 'sequence' | 'steps';
  /** Most steps in one dispatch; default 256. Devices may end a dispatch that takes seconds. */
  readonly stepsPerDispatch?: number;
}

export interface Sequence {
  readonly y: Tensor;
  /** After the last step: h, and for an LSTM c; [batch, units] each. */
  readonly states: readonly Tensor[];
}

interface Kernels {
  readonly forward: Kernel;
  readonly backward: Kernel;
}

/** What tells the cells apart. */
export interface Cell {
  readonly name: string;
  readonly gates: number;
  readonly states: number;
  /** Numbers per unit and step that the gradient needs. */
  readonly kept: number;
  /** The state's product has a bias and gradients of its own. */
  readonly ownBias: boolean;
  readonly kernels: Readonly<Record<RnnPlan['product'], Kernels>>;
}

interface CellSources {
  readonly forward: string;
  readonly backward: string;
  /** Bindings before `mask`, and after it. */
  readonly bindings: { readonly forward: Readonly<Record<string, Access>>; readonly backward: Readonly<Record<string, Access>> };
  readonly overrides: Readonly<Record<string, number>>;
}

const shared = { batch: 'u32', time: 'u32', units: 'u32' } as const;
const products: Record<RnnPlan['product'], SourceFile> = {
  shuffle: { name: 'rnn/product-shuffle', source: productShuffleSource },
  plain: { name: 'rnn/product', source: productSource },
};

/** Both kernels of a cell, for each way to make products. */
export function cellKernels(name: string, { forward, backward, bindings, overrides }: CellSources): Cell['kernels'] {
  const make = (product: RnnPlan['product']): Kernels => {
    const lib = [
      { name: 'rnn/sequence', source: sequenceSource },
      { name: 'rnn/activation', source: activationSource },
      products[product],
      grid, math, stepLib,
    ];
    const consts = { ROWS: 16, LANES: 8, QUADS: 8, SLICES: 1 };
    return {
      forward: defineKernel({
        name: `rnn/${name}-forward`, source: forward, lib, consts, overrides, step: true, bindings: bindings.forward,
        params: { ...shared, first: 'u32', last: 'u32', length: 'u32', flags: 'u32' },
      }),
      backward: defineKernel({
        name: `rnn/${name}-backward`, source: backward, lib, consts, overrides, step: true, bindings: bindings.backward,
        params: { ...shared, last: 'u32', count: 'u32', length: 'u32', flags: 'u32' },
      }),
    };
  };
  return { shuffle: make('shuffle'), plain: make('plain') };
}

/** Bits of the kernels' `flags`. */
const INITIAL = 1;
const SAVE = 2;
const SEQUENCE = 4;
const MASKED = 8;
const BACKWARDS = 16;
const WITH_DY = 32;

const IN_SLOT = 0xffffffff;
const STEPS_PER_DISPATCH = 256;

interface Attrs {
  readonly cell: Cell;
  readonly overrides: Readonly<Record<string, number>>;
  readonly masked: boolean;
  readonly initial: boolean;
  readonly goBackwards: boolean;
  readonly returnSequences: boolean;
  readonly save: boolean;
  readonly length: number;
  readonly scalars: readonly StepScalar[];
  readonly stepsPerDispatch: number;
}

/** Inputs by name: [xz, wh, bias?, mask?, …initial states]. */
function named<T>(inputs: readonly T[], { cell, masked, initial }: Attrs) {
  let i = 2;
  return {
    xz: inputs[0],
    wh: inputs[1],
    bias: cell.ownBias ? inputs[i++] : null,
    mask: masked ? inputs[i++] : null,
    states: initial ? inputs.slice(i) : [],
  };
}

/** Whether the kernels know the activations, and what they call them. */
export function overridesOf(cell: Cell, { activation = 'tanh', recurrentActivation = 'sigmoid' }: SequenceOptions): Record<string, number> | null {
  const [ACTIVATION, RECURRENT] = [codeOf(activation), codeOf(recurrentActivation)];
  if (ACTIVATION === null || RECURRENT === null) return null;
  return cell.gates > 1 ? { ACTIVATION, RECURRENT } : { ACTIVATION };
}

/** Rows of a batch that fit a binding; 0 if not even one does. */
export function rowsPerPart(cell: Cell, time: number, units: number): number {
  const row = time * Math.max(cell.gates, cell.kept) * Math.ceil(units / 4) * 4;
  return Math.floor(gpu().maxBindingBytes / BYTES_PER_ELEMENT / row);
}

/**
 * The whole sequence in kernels. xz [batch, time, gates · units] is the inputs' product with its bias, wh
 * [units, gates · units], bias [gates · units] for cells with a bias of their own.
 */
export function sequence(cell: Cell, xz: Tensor, wh: Tensor, bias: Tensor | null, options: SequenceOptions): Sequence {
  const units = wh.shape[0];
  const rows = rowsPerPart(cell, xz.shape[1], units);
  if (rows < xz.shape[0]) return inParts(cell, xz, wh, bias, options, rows);
  if (units % 4 !== 0) return padded(cell, xz, wh, bias, options);
  const { mask, initialState, length, goBackwards = false, returnSequences = false, stepsPerDispatch = STEPS_PER_DISPATCH } = options;
  const inputs = [xz, wh, ...(bias ? [bias] : []), ...(mask ? [mask] : []), ...(initialState ?? [])];
  const fixed = typeof length === 'number' || length === undefined;
  const [y, state] = sequenceOp(inputs, {
    cell,
    overrides: overridesOf(cell, options)!,
    masked: Boolean(mask),
    initial: Boolean(initialState),
    goBackwards,
    returnSequences,
    save: isRecorded(inputs),
    length: fixed ? Math.min(length ?? xz.shape[1], xz.shape[1]) : IN_SLOT,
    scalars: fixed ? [] : gpu().recorder.ofThisStep([length]),
    stepsPerDispatch,
  });
  // Taken apart only for whoever asks.
  return {
    y,
    get states() {
      return cell.states === 1 ? [reshape(state, state.shape.slice(1))] : Array.from({ length: cell.states }, (_, i) => row(state, i));
    },
  };
}

/** x[i]. */
function row(x: Tensor, i: number): Tensor {
  return reshape(slice(x, [i], [1]), x.shape.slice(1));
}

/** More units than there are, so that they come in fours; what is added is 0, and feeds nothing. */
function padded(cell: Cell, xz: Tensor, wh: Tensor, bias: Tensor | null, options: SequenceOptions): Sequence {
  const units = wh.shape[0];
  const more = 4 - (units % 4);
  // Every gate's columns are padded by themselves.
  const columns = (x: Tensor): Tensor => {
    const outer = x.shape.slice(0, -1);
    const parts = reshape(x, [...outer, cell.gates, units]);
    return reshape(last(parts, more), [...outer, cell.gates * (units + more)]);
  };
  const rows = (x: Tensor): Tensor => pad(x, [[0, more], [0, 0]]);
  const cut = (x: Tensor): Tensor => slice(x, x.shape.map(() => 0), [...x.shape.slice(0, -1), units]);
  const initialState = options.initialState?.map((state) => last(state, more));
  const result = sequence(cell, columns(xz), rows(columns(wh)), bias && columns(bias), { ...options, initialState });
  return {
    y: cut(result.y),
    get states() {
      return result.states.map(cut);
    },
  };
}

/** `more` zeros at the end of the last axis. */
function last(x: Tensor, more: number): Tensor {
  return pad(x, x.shape.map((_, d) => [0, d === x.rank - 1 ? more : 0] as const));
}

/** Some rows at a time, for batches that exceed a binding. */
function inParts(cell: Cell, xz: Tensor, wh: Tensor, bias: Tensor | null, options: SequenceOptions, rows: number): Sequence {
  const [batch] = xz.shape;
  const parts = Array.from({ length: ceilDiv(batch, rows) }, (_, i) => {
    const some = (x: Tensor): Tensor => slice(x, [i * rows], [Math.min(rows, batch - i * rows)]);
    const initialState = options.initialState?.map(some);
    return sequence(cell, some(xz), wh, bias, { ...options, mask: options.mask && some(options.mask), initialState });
  });
  return {
    y: concat(parts.map(({ y }) => y)),
    get states() {
      return Array.from({ length: cell.states }, (_, i) => concat(parts.map(({ states }) => states[i])));
    },
  };
}

/** Throws unless all shapes belong together. */
export function checkSequence(cell: Pick<Cell, 'name' | 'gates' | 'states'>, xz: TensorSpec, wh: TensorSpec, bias: TensorSpec | null, options: SequenceOptions): void {
  const { name, gates } = cell;
  const units = wh.shape[0];
  const expect = (what: string, given: TensorSpec, shape: Shape): void => {
    expectDtype(name, what, given, what === 'mask' ? 'bool' : 'f32');
    if (!sameShape(given.shape, shape)) throw new ShapeError(`${name}: ${what} has shape ${formatShape(given.shape)}; expected ${formatShape(shape)}.`);
  };
  expect('wh', wh, [units, gates * units]);
  const [batch, time] = xz.shape;
  expect('xz', xz, [batch, time, gates * units]);
  if (time === 0) throw new ShapeError(`${name}: xz ${formatShape(xz.shape)} has no steps; expected at least one.`);
  if (bias) expect('bias', bias, [gates * units]);
  if (options.mask) expect('mask', options.mask, [batch, time]);
  if (options.initialState && options.initialState.length !== cell.states) {
    throw new ValueError(`${name}: initialState holds ${options.initialState.length} tensors; expected ${cell.states}.`);
  }
  options.initialState?.forEach((state, i) => expect(`initialState[${i}]`, state, [batch, units]));
}

/** Outputs: y, the last states [states, batch, units], the state before each time, what the gradient needs. */
const sequenceOp: Op<Attrs> = defineOp<Attrs>({
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
    const { product, consts } = planFor(attrs.cell.gates, units / 4, batch, units);
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
      ...states.map((_, i) => () => row(parts()[1], i)),
    ];
  },
});

interface GradientAttrs extends Attrs {
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
    const { product, consts } = planFor(1, units / 4, batch, cell.gates * units);
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

function flagsOf({ initial, save, returnSequences, masked, goBackwards }: Attrs): number {
  return (
    (initial ? INITIAL : 0) | (save ? SAVE : 0) | (returnSequences ? SEQUENCE : 0) | (masked ? MASKED : 0) | (goBackwards ? BACKWARDS : 0)
  );
}

function planFor(gates: number, quads: number, batch: number, depth: number): RnnPlan {
  const { device, info } = gpu();
  const subgroup = device.features.has('subgroups') ? device.adapterInfo.subgroupMinSize : 0;
  const maxLanes = Math.min(device.limits.maxComputeInvocationsPerWorkgroup, device.limits.maxComputeWorkgroupSizeX);
  return planRnn(batch, quads, gates, depth / 4, { software: info.software, subgroup, maxLanes });
}
