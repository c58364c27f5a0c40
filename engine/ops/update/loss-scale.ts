/**
 * Dynamic loss scaling (Micikevicius et al. 2018, section 3.2), all of it on the device: gradients of a loss that was multiplied by
 * the scale are divided by it; if one of them is not finite the update does not take place and the scale is halved, and after
 * `growthSteps` good steps in a row it is doubled.
 */
import { grid, nan, step } from '../../../shaders/lib';
import settleSource from '../../../shaders/update/settle-scale.wgsl';
import unscaleSource from '../../../shaders/update/chunk-unscale.wgsl';
import { gpu } from '../../gpu/gpu';
import { defineKernel, run } from '../../gpu/kernel';
import type { DispatchCommand } from '../../gpu/recorder';
import { SLOT_WORDS, type StepScalar } from '../../gpu/step-slots';
import { Storage } from '../../gpu/storage';
import type { ArenaRange } from '../../step/arena';
import { tensor } from '../../tensor/create';
import { keep } from '../../tensor/scope';
import { empty, type Tensor, viewOf } from '../../tensor/tensor';
import { fillWith } from '../elementwise/fill';
import { chunksOf, upload } from './chunks';

const unscale = defineKernel({
  name: 'update/chunk-unscale',
  source: unscaleSource,
  lib: [grid, nan],
  bindings: { g: 'readwrite', chunks: 'read', state: 'read', found: 'readwrite' },
  params: { first: 'u32', count: 'u32' },
});

const settle = defineKernel({
  name: 'update/settle-scale',
  source: settleSource,
  lib: [step],
  bindings: { full: 'read', state: 'readwrite', found: 'readwrite', workgroups: 'write', slot: 'write' },
  params: { n: 'u32', growth_steps: 'u32', scalars: 'u32' },
  step: true,
});

/** What a loss scale remembers. */
export interface LossScaleState {
  readonly scale: number;
  /** Since the last one that was skipped, or since the scale was doubled. */
  readonly goodSteps: number;
  readonly skipped: number;
}

/** What a read of `LossScale.state` gave. */
export function lossScaleStateOf(bytes: ArrayBuffer): LossScaleState {
  const [, goodSteps, skipped] = new Uint32Array(bytes);
  return { scale: new Float32Array(bytes)[0], goodSteps, skipped };
}

export class LossScale {
  /** [3] u32: the scale as f32, good steps, skipped steps. */
  readonly state: Tensor;
  /** [1] u32: whether a gradient of this step is not finite. */
  private readonly found: Tensor;
  /** [64] u32, the step slot as the device corrected it; also a uniform. */
  private readonly slot: Storage;
  private readonly slotGroup: GPUBindGroup;

  constructor(initialScale: number, private readonly growthSteps: number) {
    const { device, recorder, steps } = gpu();
    const state = bitsOf({ scale: initialScale, goodSteps: 0, skipped: 0 });
    [this.state, this.found] = [keep(tensor(state)), keep(empty([1], 'u32'))];
    // They exist before the step that is being captured.
    recorder.immediately(() => {
      recorder.place(this.state.storage);
      fillWith(this.found, 0);
    });
    const size = 4 * SLOT_WORDS;
    const buffer = device.createBuffer({ label: 'corrected step slot', size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM });
    this.slot = new Storage(size);
    this.slot.region = { buffer, offset: 0, size };
    this.slot.refs = 1;
    this.slotGroup = steps.groupOn(buffer);
  }

  /** A scalar: what the loss is to be multiplied by. */
  get scale(): Tensor {
    return viewOf(this.state, [], 'f32');
  }

  /** Divides the gradients of `ranges` by the scale, and sees whether all are finite. */
  unscale(ranges: readonly ArenaRange[]): void {
    const { parts, table } = chunksOf(ranges, true);
    for (const { range, within, first, count } of parts) {
      const g = within(ranges[range].gradients);
      run(unscale, { bind: { g, chunks: table, state: this.state, found: this.found }, params: { first, count }, grid: count });
    }
    table.dispose();
  }

  /** Records the dispatches of `update`, to take place if the gradients were finite, and makes the scale of the next step. */
  guard(scalars: readonly StepScalar[], update: () => void): void {
    const { recorder } = gpu();
    const commands = recorder.holdBack(update);
    const workgroups = this.settle(commands, scalars);
    commands.forEach((command, i) =>
      recorder.dispatch({
        ...command,
        workgroups: { storage: workgroups.storage, byteOffset: 12 * i, byteLength: 12 },
        ...(command.slot >= 0 && { slotGroup: this.slotGroup }),
      }),
    );
    workgroups.dispose();
  }

  /** The grids of `commands`, or nothing. */
  private settle(commands: readonly DispatchCommand[], scalars: readonly StepScalar[]): Tensor {
    const full = upload(commands.flatMap(({ grid }) => [...grid]));
    const workgroups = empty([3 * commands.length], 'u32');
    run(settle, {
      bind: { full, state: this.state, found: this.found, workgroups, slot: { storage: this.slot, byteOffset: 0, byteLength: 4 * SLOT_WORDS } },
      params: { n: workgroups.size, growth_steps: this.growthSteps, scalars: scalars.length },
      scalars,
      grid: 1,
    });
    full.dispose();
    return workgroups;
  }

  /** Goes on from here. */
  assign(state: LossScaleState): void {
    const source = tensor(bitsOf(state));
    gpu().recorder.copy(source, this.state);
    source.dispose();
  }

  /** How many steps were skipped since the last call. */
  async takeSkipped(): Promise<number> {
    const state = await this.read();
    if (state.skipped > 0) this.assign({ ...state, skipped: 0 });
    return state.skipped;
  }

  /** As of now. */
  async read(): Promise<LossScaleState> {
    const [bytes] = await gpu().readback.read([this.state]);
    return lossScaleStateOf(bytes);
  }
}

function bitsOf({ scale, goodSteps, skipped }: LossScaleState): Uint32Array {
  const bits = Uint32Array.of(0, goodSteps, skipped);
  new Float32Array(bits.buffer)[0] = scale;
  return bits;
}
