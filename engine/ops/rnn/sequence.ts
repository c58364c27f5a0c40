/** Recurrent layers over whole sequences: what simple-rnn.ts, lstm.ts and gru.ts have in common. */
import { expectDtype } from '../../autodiff/op';
import { gradientUses } from '../../autodiff/tape';
import { ShapeError, ValueError } from '../../errors';
import { gpu } from '../../gpu/gpu';
import { ceilDiv } from '../../gpu/grid';
import type { StepScalar } from '../../gpu/step-slots';
import { BYTES_PER_ELEMENT } from '../../tensor/dtype';
import { formatShape, sameShape, type Shape } from '../../tensor/shape';
import type { Tensor, TensorSpec } from '../../tensor/tensor';
import { concat } from '../layout/concat';
import { pad } from '../layout/pad';
import { reshape } from '../layout/reshape';
import { slice } from '../layout/slice';
import { type CellActivation, codeOf } from './activation';
import type { Cell } from './cell';
import type { RnnDevice } from './plan';
import { IN_SLOT, item, sequenceOp } from './sequence-op';

export interface SequenceOptions {
  /** Default `'tanh'`. */
  readonly activation?: CellActivation;
  /** Of the gates; default `'sigmoid'`. */
  readonly recurrentActivation?: CellActivation;
  /** bool [batch, time]: where it is false the state stays as it is. */
  readonly mask?: Tensor | null;
  /** From the last time to the first; y is in the order of time all the same. Default false. */
  readonly goBackwards?: boolean;
  /** Whether y has every step, [batch, time, units], or the last one only, [batch, units]. Default false. */
  readonly returnSequences?: boolean;
  /** [batch, units] for each state of the cell; default zeros. */
  readonly initialState?: readonly Tensor[] | null;
  /** Times from here on are padding, for the whole batch: the state stays, and next to nothing is computed. Default: all count. */
  readonly length?: StepScalar | number;
  /** Whether xz may be overwritten, since nobody looks at it any more: saves a copy. Default false. */
  readonly overwrite?: boolean;
  /** Kernels for the whole sequence where they serve (the default), or one step after the other. */
  readonly implementation?: 'sequence' | 'steps';
  /** Most steps in one dispatch; default 256. Devices may end a dispatch that takes seconds. */
  readonly stepsPerDispatch?: number;
  /** Lays the kernels out as for this device; default: the one there is. */
  readonly device?: RnnDevice;
}

export interface Sequence {
  readonly y: Tensor;
  /** After the last step: h, and for an LSTM c; [batch, units] each. */
  readonly states: readonly Tensor[];
}

const STEPS_PER_DISPATCH = 256;

/** Whether the kernels know the activations, and what they call them. */
function overridesOf(cell: Cell, { activation = 'tanh', recurrentActivation = 'sigmoid' }: SequenceOptions): Record<string, number> | null {
  const [ACTIVATION, RECURRENT] = [codeOf(activation), codeOf(recurrentActivation)];
  if (ACTIVATION === null || RECURRENT === null) return null;
  return cell.gates > 1 ? { ACTIVATION, RECURRENT } : { ACTIVATION };
}

/** Rows of a batch that fit a binding; 0 if not even one does. */
function rowsPerPart(cell: Cell, time: number, units: number): number {
  const row = time * cell.gates * Math.ceil(units / 4) * 4;
  return Math.floor(gpu().maxBindingBytes / BYTES_PER_ELEMENT / row);
}

/** Whether the kernels can do what `options` ask for; otherwise it goes step by step. */
export function kernelsServe(cell: Cell, xz: Tensor, wh: Tensor, options: SequenceOptions): boolean {
  return options.implementation !== 'steps' && overridesOf(cell, options) !== null && rowsPerPart(cell, xz.shape[1], wh.shape[0]) > 0;
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
    overwrite: options.overwrite ?? false,
    uses: gradientUses(inputs),
    length: fixed ? Math.min(length ?? xz.shape[1], xz.shape[1]) : IN_SLOT,
    scalars: fixed ? [] : gpu().recorder.ofThisStep([length]),
    stepsPerDispatch,
    device: options.device ?? thisDevice(),
    tunable: !options.device,
  });
  // Taken apart only for whoever asks.
  return {
    y,
    get states() {
      return cell.states === 1 ? [reshape(state, state.shape.slice(1))] : Array.from({ length: cell.states }, (_, i) => item(state, i));
    },
  };
}

function thisDevice(): RnnDevice {
  const { device, info } = gpu();
  return {
    software: info.software,
    subgroup: device.features.has('subgroups') ? device.adapterInfo.subgroupMinSize : 0,
    maxLanes: Math.min(device.limits.maxComputeInvocationsPerWorkgroup, device.limits.maxComputeWorkgroupSizeX),
  };
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
  const result = sequence(cell, columns(xz), rows(columns(wh)), bias && columns(bias), { ...options, initialState, overwrite: true });
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
export function checkSequence(cell: Cell, xz: TensorSpec, wh: TensorSpec, bias: TensorSpec | null, options: SequenceOptions): void {
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
