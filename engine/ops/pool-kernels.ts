/** Dispatches of the pooling kernels, in pieces that fit one binding. */
import { grid } from '../../shaders/lib';
import averageGradSource from '../../shaders/pool/average-pool-grad.wgsl';
import averageSource from '../../shaders/pool/average-pool.wgsl';
import maxGradSource from '../../shaders/pool/max-pool-grad.wgsl';
import maxSource from '../../shaders/pool/max-pool.wgsl';
import windowsSource from '../../shaders/pool/windows.wgsl';
import { ShapeError } from '../errors';
import { ceilDiv } from '../gpu/grid';
import { defineKernel, type Kernel, run } from '../gpu/kernel';
import type { Bindable } from '../gpu/storage';
import { lineWindow, lineWindowLimit } from '../gpu/windows';
import type { Tensor } from '../tensor/tensor';
import { covered, covering, type WindowAxis } from './pool-geometry';

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
  consts: { T: 'f32', U: 'u32' },
});

export const maxPoolGradKernel = defineKernel({
  name: 'pool/max-pool-grad',
  source: maxGradSource,
  lib,
  bindings: { dy: 'read', places: 'read', dx: 'write' },
  params,
  consts: { T: 'f32', U: 'u32' },
});

export const averagePoolKernel = defineKernel({
  name: 'pool/average-pool',
  source: averageSource,
  lib,
  bindings: { x: 'read', y: 'write' },
  params,
  consts: { T: 'f32' },
});

export const averagePoolGradKernel = defineKernel({
  name: 'pool/average-pool-grad',
  source: averageGradSource,
  lib,
  bindings: { dy: 'read', dx: 'write' },
  params,
  consts: { T: 'f32' },
});

/** [batch, height, width, channels] and the windows over its middle axes. */
export interface Windows {
  readonly batch: number;
  readonly high: WindowAxis;
  readonly wide: WindowAxis;
  readonly channels: number;
}

/** Fills `targets` (windows going forward, elements going back) from `sources` (the other). */
export function pool<B extends string>(
  kernel: Kernel<B, Param>,
  { batch, high, wide, channels }: Windows,
  direction: 'forward' | 'back',
  sources: Readonly<Partial<Record<B, Tensor>>>,
  targets: Readonly<Partial<Record<B, Tensor>>>,
): void {
  const unit = channels % 4 === 0 ? 4 : 1;
  const elements = { rows: high.size, rowSize: wide.size * channels };
  const windows = { rows: high.windows, rowSize: wide.windows * channels };
  const forward = direction === 'forward';
  const [source, target] = forward ? [elements, windows] : [windows, elements];
  const span: Span = (from, to) => (forward ? covered : covering)(high, from, to);
  for (const piece of pieces(kernel.spec.name, batch, source, target, span)) {
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
    const vector = { T: 'vec4f', ...('U' in kernel.spec.consts && { U: 'vec4u' }) };
    run(kernel, { bind, params: values, consts: unit === 4 ? vector : {}, grid: ceilDiv(count, 64) });
  }
}

interface Rows {
  /** In a sample. */
  readonly rows: number;
  readonly rowSize: number;
}

/** So many elements from `first` on. */
interface Part {
  readonly first: number;
  readonly length: number;
}

interface Piece {
  readonly source: Part;
  readonly target: Part;
  /** Rows of the target in each of its samples, the first of them, and the first row of the source. */
  readonly rows: number;
  readonly row: number;
  readonly sourceRow: number;
}

/** Which rows of the source those of the target from one to another need. */
type Span = (from: number, to: number) => [number, number];

/** Whole samples, as many as fit one binding; or else rows of one sample, with the rows of the source that `span` says. */
function* pieces(name: string, batch: number, source: Rows, target: Rows, span: Span): Generator<Piece> {
  const limit = lineWindowLimit();
  const [sourceSize, targetSize] = [source.rows * source.rowSize, target.rows * target.rowSize];
  const samples = Math.floor(limit / Math.max(sourceSize, targetSize));
  for (let b = 0; samples >= 1 && b < batch; b += samples) {
    const n = Math.min(samples, batch - b);
    yield {
      source: { first: b * sourceSize, length: n * sourceSize },
      target: { first: b * targetSize, length: n * targetSize },
      rows: target.rows,
      row: 0,
      sourceRow: 0,
    };
  }
  if (samples >= 1) return;
  for (let b = 0; b < batch; b++) {
    let rows: number;
    for (let row = 0; row < target.rows; row += rows) {
      rows = Math.min(Math.floor(limit / target.rowSize), target.rows - row);
      let [from, to] = span(row, row + rows);
      while (rows > 0 && (to - from) * source.rowSize > limit) {
        rows = Math.floor(rows / 2);
        [from, to] = span(row, row + rows);
      }
      if (rows === 0) {
        throw new ShapeError(
          `${name}: one row of the result needs more than ${limit} elements at once, the most that this adapter binds. ` +
            'Use smaller windows or rows.',
        );
      }
      // Elements between windows need nothing; yet something must be bound.
      if (to <= from) [from, to] = [Math.min(from, source.rows - 1), Math.min(from, source.rows - 1) + 1];
      yield {
        source: { first: b * sourceSize + from * source.rowSize, length: (to - from) * source.rowSize },
        target: { first: b * targetSize + row * target.rowSize, length: rows * target.rowSize },
        rows,
        row,
        sourceRow: from,
      };
    }
  }
}
