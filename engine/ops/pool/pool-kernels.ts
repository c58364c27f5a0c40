/** Dispatches of the pooling kernels, in pieces that fit one binding. */
import { grid } from '../../../shaders/lib';
import averageGradSource from '../../../shaders/pool/average-pool-grad.wgsl';
import averageSource from '../../../shaders/pool/average-pool.wgsl';
import maxGradSource from '../../../shaders/pool/max-pool-grad.wgsl';
import maxSource from '../../../shaders/pool/max-pool.wgsl';
import windowsSource from '../../../shaders/pool/windows.wgsl';
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, type Kernel, run } from '../../gpu/kernel';
import type { Bindable } from '../../gpu/storage';
import { lineWindow } from '../../gpu/windows';
import type { Dtype } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { covered, covering, type WindowAxis } from './pool-geometry';
import { type Part, rowPieces, type Span } from '../embedding/row-pieces';

const lib = [grid, { name: 'pool/windows', source: windowsSource }];
const params = {
  count: 'u32', rows: 'u32', first: 'u32', channels: 'u32', height: 'u32', width: 'u32', windows_high: 'u32', windows_wide: 'u32',
  pool_high: 'u32', pool_wide: 'u32', stride_high: 'u32', stride_wide: 'u32', pad_top: 'u32', pad_left: 'u32',
  source_base: 'u32', target_base: 'u32',
} as const;
type Param = keyof typeof params;

export const maxPoolKernel = defineKernel({
  name: 'pool/max-pool',
  source: maxSource,
  lib,
  bindings: { x: 'read', y: 'write', places: 'write' },
  params,
  consts: { T: 'f32', M: 'f32', U: 'u32' },
});

export const maxPoolGradKernel = defineKernel({
  name: 'pool/max-pool-grad',
  source: maxGradSource,
  lib,
  bindings: { dy: 'read', places: 'read', dx: 'write' },
  params,
  consts: { T: 'f32', M: 'f32', U: 'u32' },
});

export const averagePoolKernel = defineKernel({
  name: 'pool/average-pool',
  source: averageSource,
  lib,
  bindings: { x: 'read', y: 'write' },
  params,
  consts: { T: 'f32', M: 'f32' },
});

export const averagePoolGradKernel = defineKernel({
  name: 'pool/average-pool-grad',
  source: averageGradSource,
  lib,
  bindings: { dy: 'read', dx: 'write' },
  params,
  consts: { T: 'f32', M: 'f32' },
});

/** [batch, height, width, channels] and the windows over its middle axes. */
export interface Windows {
  readonly batch: number;
  readonly high: WindowAxis;
  readonly wide: WindowAxis;
  readonly channels: number;
}

/** Fills `targets` (windows going forward, elements going back) from `sources` (the other), both of `dtype` but for places. */
export function pool<B extends string>(
  kernel: Kernel<B, Param>,
  { batch, high, wide, channels }: Windows,
  direction: 'forward' | 'back',
  dtype: Dtype,
  sources: Readonly<Partial<Record<B, Tensor>>>,
  targets: Readonly<Partial<Record<B, Tensor>>>,
): void {
  const unit = channels % 4 === 0 ? 4 : 1;
  const elements = { rows: high.size, rowSize: wide.size * channels };
  const windows = { rows: high.windows, rowSize: wide.windows * channels };
  const forward = direction === 'forward';
  const [source, target] = forward ? [elements, windows] : [windows, elements];
  const span: Span = (from, to) => (forward ? covered : covering)(high, from, to);
  for (const piece of rowPieces(kernel.spec.name, batch, source, target, span)) {
    const bind = {} as Record<B, Bindable>;
    const bindAll = (tensors: Readonly<Partial<Record<B, Tensor>>>, { first, length }: Part): number => {
      let base = 0;
      for (const name in tensors) ({ window: bind[name], base } = lineWindow(tensors[name]!, first, length));
      return base;
    };
    const sourceBase = bindAll(sources, piece.source);
    const targetBase = bindAll(targets, piece.target);
    const count = piece.target.length / unit;
    const values = {
      count,
      rows: piece.rows,
      first: piece.row,
      channels: channels / unit,
      height: high.size,
      width: wide.size,
      windows_high: high.windows,
      windows_wide: wide.windows,
      pool_high: high.pool,
      pool_wide: wide.pool,
      stride_high: high.stride,
      stride_wide: wide.stride,
      pad_top: high.pad,
      pad_left: wide.pad,
      source_base: (sourceBase - piece.sourceRow * source.rowSize) / unit,
      target_base: targetBase / unit,
    };
    const typeOf = (scalar: string): string => (unit === 4 ? `vec4<${scalar}>` : scalar);
    const consts = { T: typeOf('f32'), M: typeOf(dtype), ...('U' in kernel.spec.consts && { U: typeOf('u32') }) };
    run(kernel, { bind, params: values, consts, grid: ceilDiv(count, 64) });
  }
}
