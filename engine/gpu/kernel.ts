/**
 * A kernel: one WGSL file and what TypeScript must know of it. A static test holds the two against each
 * other, so they cannot drift apart.
 */
import { KernelError } from '../errors';
import { gpu } from './gpu';
import { foldGrid, type Grid } from './grid';
import type { SourceFile } from './link';
import type { Pipeline } from './pipelines';
import type { StepScalar } from './step-slots';
import type { Bindable } from './storage';

export type Access = 'read' | 'write' | 'readwrite';
export type ParamType = 'u32' | 'i32' | 'f32';

export interface KernelSpec<B extends string = string, P extends string = string> extends SourceFile {
  readonly lib: readonly SourceFile[];
  /** Storage bindings in `@binding` order, from 0, in group 0. */
  readonly bindings: Readonly<Record<B, Access>>;
  /** Fields of `struct Params` in order; bound as a uniform after the storage bindings. */
  readonly params: Readonly<Record<P, ParamType>>;
  /** Pipeline-overridable constants with their defaults. */
  readonly overrides: Readonly<Record<string, number | boolean>>;
  /** Module constants (and type aliases) with their defaults, replaced when the module is linked. */
  readonly consts: Readonly<Record<string, number | string>>;
  /** Whether it reads the step slot (shaders/lib/step.wgsl); then `Params` ends with `step_base: u32`. */
  readonly step: boolean;
}

type Optional = 'lib' | 'overrides' | 'consts' | 'step' | 'params';

export interface Kernel<B extends string = string, P extends string = string> {
  readonly spec: KernelSpec<B, P>;
  /** Pipelines by specialisation. */
  readonly pipelines: Map<string, Pipeline>;
}

const all: Kernel[] = [];

/** Every kernel defined so far, for the tests that look at all of them. */
export function allKernels(): readonly Kernel[] {
  return all;
}

export function defineKernel<B extends string, P extends string = never>(
  spec: Omit<KernelSpec<B, P>, Optional> & Partial<Pick<KernelSpec<B, P>, Optional>>,
): Kernel<B, P> {
  const params = (spec.params ?? {}) as Record<P, ParamType>;
  const kernel: Kernel<B, P> = {
    spec: { lib: [], overrides: {}, consts: {}, step: false, ...spec, params },
    pipelines: new Map(),
  };
  all.push(kernel as unknown as Kernel);
  return kernel;
}

export interface Dispatch<B extends string, P extends string> {
  /** What is bound to each name. */
  readonly bind: Readonly<Record<B, Bindable>>;
  readonly params?: Readonly<Record<P, number>>;
  readonly overrides?: Readonly<Record<string, number | boolean>>;
  readonly consts?: Readonly<Record<string, number | string>>;
  /** Workgroups: a grid, or a count that is folded under the device's limit. */
  readonly grid: number | Grid;
  /** Numbers that change from step to step, for kernels with `step`. */
  readonly scalars?: readonly StepScalar[];
  /** What a device error about this dispatch should say; the kernel's name unless told. */
  readonly label?: string;
  /** Additions and multiplications, for profiles. */
  readonly flops?: number;
  /** Bytes read and written, for profiles; left out where the kernel visits all that is bound. */
  readonly traffic?: number;
}

const scratch = new DataView(new ArrayBuffer(256));

/** Records one dispatch of `kernel`. A grid of zero workgroups records nothing. */
export function run<B extends string, P extends string>(kernel: Kernel<B, P>, call: Dispatch<B, P>): void {
  const { spec } = kernel;
  const { recorder, device, pipelines } = gpu();
  const grid = typeof call.grid === 'number' ? foldGrid(call.grid, device.limits.maxComputeWorkgroupsPerDimension) : call.grid;
  if (grid[0] * grid[1] * grid[2] === 0) return;

  let bytes = 0;
  const put = (type: ParamType, value: number): void => {
    if (type === 'f32') scratch.setFloat32(bytes, value, true);
    else if (type === 'u32') scratch.setUint32(bytes, value, true);
    else scratch.setInt32(bytes, value, true);
    bytes += 4;
  };
  for (const name in spec.params) {
    const value = call.params?.[name];
    if (value === undefined) throw new KernelError(`${spec.name}: parameter "${name}" is missing.`);
    put(spec.params[name], value);
  }
  const slot = spec.step ? recorder.stepSlot(call.scalars ?? []) : null;
  if (slot) put('u32', slot.base);

  recorder.dispatch({
    pipeline: pipelines.get(kernel as unknown as Kernel, call.overrides ?? {}, call.consts ?? {}),
    operands: Object.keys(spec.bindings).map((name) => call.bind[name as B]),
    params: bytes > 0 ? gpu().params.intern(new Uint8Array(scratch.buffer, 0, bytes)) : null,
    slot: slot ? slot.index : -1,
    grid,
    label: call.label ?? spec.name,
    flops: call.flops,
    traffic: call.traffic,
  });
}
