/** Folds axis 1 of [outer, n, inner] with a binary op. */
import { gpu } from '../../gpu/gpu';
import { ceilDiv, roundUp } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import type { SourceFile } from '../../gpu/link';
import { lineWindow, lineWindowLimit } from '../../gpu/windows';
import { empty, type Tensor } from '../../tensor/tensor';
import { defineTunable } from '../../tune/tunable';
import { grid } from '../../../shaders/lib';
import axisSource from '../../../shaders/reduce/axis.wgsl';
import rowsSource from '../../../shaders/reduce/rows.wgsl';
import { combineFloat, combineInt } from '../elementwise/binary-kernels';
import { tunedLanes } from './reduce-tuning';

const params = {
  n: 'u32', segment: 'u32', segments: 'u32', count: 'u32', x_base: 'u32', y_base: 'u32', lanes: 'u32',
  identity: 'u32', accumulate: 'u32', divisor: 'f32',
} as const;

function define(combine: SourceFile[]) {
  const common = {
    lib: [grid, ...combine],
    bindings: { x: 'read', y: 'write' },
    overrides: { OP: 0, VEC: false, SHARED: false },
    consts: { T: 'f32' },
  } as const;
  const { n, ...others } = params;
  return {
    rows: defineKernel({ ...common, name: 'reduce/rows', source: rowsSource, params }),
    axis: defineKernel({ ...common, name: 'reduce/axis', source: axisSource, params: { n, inner: 'u32', ...others } }),
  };
}

const floats = define(combineFloat);
const ints = define(combineInt);
/** The kernels of all reductions: how many lanes share an output. */
export const reduction = defineTunable({ name: 'reduce', kernels: [floats, ints].flatMap(({ rows, axis }) => [rows, axis]) });

export interface Fold {
  /** Code of the binary op. */
  readonly op: number;
  /** Bits of its neutral element. */
  readonly identity: number;
  readonly dtype: 'f32' | 'i32' | 'u32';
  /** What the result is divided by: 1 but for a mean. */
  readonly divisor: number;
}

/** A box of [outer, n, inner] that fits one binding. */
export interface Piece {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  /** Its first element, and that of its result in [outer, inner]. */
  readonly from: number;
  readonly to: number;
  /** The first of its rows along the middle axis. */
  readonly row: number;
}

/** Splits [outer, n, inner] into pieces that fit one binding. */
export function* pieces(outer: number, n: number, inner: number, limit = lineWindowLimit()): Generator<Piece> {
  const step = Math.floor(limit / (n * inner));
  if (step >= 1) {
    for (let o = 0; o < outer; o += step) {
      yield { outer: Math.min(step, outer - o), n, inner, from: o * n * inner, to: o * inner, row: 0 };
    }
    return;
  }
  // Parts of the middle axis, and of the inner one if that alone is too long.
  const rows = Math.max(1, Math.floor(limit / inner));
  const columns = Math.min(inner, limit);
  for (let o = 0; o < outer; o++) {
    for (let row = 0; row < n; row += rows) {
      for (let c = 0; c < inner; c += columns) {
        const size = { n: Math.min(rows, n - row), inner: Math.min(columns, inner - c) };
        yield { outer: 1, ...size, from: (o * n + row) * inner + c, to: o * inner + c, row };
      }
    }
  }
}

/** y [outer, inner] = x [outer, n, inner] folded along the middle axis. */
export function fold(x: Tensor, y: Tensor, outer: number, n: number, inner: number, how: Fold): void {
  for (const piece of pieces(outer, n, inner)) {
    const isLast = piece.row + piece.n === n;
    foldPiece(x, y, piece, { ...how, divisor: isLast ? how.divisor : 1 }, piece.row > 0);
  }
}

/** Enough workgroups to keep a device busy. */
const ENOUGH_GROUPS = 64;
/** Long axes are cut into segments of at least so many rows while workgroups are few. */
const SEGMENT = { rows: 16384, axis: 512 };
const MAX_SEGMENTS = 1024;

/** How many lanes share an output, a power of four: as few as keep each busy for a while, since they must meet at barriers. */
function lanesFor(kind: 'rows' | 'axis', n: number, quads: number): number {
  if (kind === 'rows') return n <= 16 ? 1 : n < 4096 ? 16 : n < 16384 ? 64 : 256;
  return n <= 32 || quads >= 256 * ENOUGH_GROUPS ? 1 : n <= 128 ? 4 : 16;
}

/** Records the fold of one piece; `width` in place of the lanes that are chosen for it. */
export function foldPiece(x: Tensor, y: Tensor, piece: Piece, how: Fold, accumulate: boolean, width?: number): void {
  const { outer, n, inner } = piece;
  const kind = inner === 1 ? 'rows' : 'axis';
  const quads = ceilDiv(inner, 4);
  const usual = lanesFor(kind, n, outer * quads);
  const { tuner } = gpu();
  const lanes = width ?? (tuner ? tunedLanes(tuner, piece, how, usual) : usual);
  const groups = ceilDiv(outer * quads, 256 / lanes);
  const wanted = Math.min(Math.floor(n / SEGMENT[kind]), ceilDiv(ENOUGH_GROUPS, groups), MAX_SEGMENTS);
  const segment = wanted > 1 ? roundUp(ceilDiv(n, wanted), 4) : n;
  const segments = ceilDiv(n, segment);
  // Segments are folded in a second stage.
  const staged = segments > 1 ? empty([outer, segments, inner], y.dtype) : null;
  const from = lineWindow(x, piece.from, outer * n * inner);
  const to = staged ? { window: staged, base: 0 } : lineWindow(y, piece.to, outer * inner);
  const count = outer * segments * quads;
  const call = {
    bind: { x: from.window, y: to.window },
    overrides: {
      OP: how.op,
      VEC: from.base % 4 === 0 && (kind === 'rows' ? n % 4 === 0 || outer === 1 : inner % 4 === 0),
      SHARED: lanes > 1,
    },
    consts: { T: how.dtype },
    grid: ceilDiv(count, 256 / lanes),
  };
  const params = {
    n, segment, segments, count, lanes,
    x_base: from.base,
    y_base: to.base,
    identity: how.identity,
    accumulate: Number(accumulate && !staged),
    divisor: staged ? 1 : how.divisor,
  };
  const kernels = how.dtype === 'f32' ? floats : ints;
  if (kind === 'rows') run(kernels.rows, { ...call, params });
  else run(kernels.axis, { ...call, params: { ...params, inner } });
  if (staged) {
    foldPiece(staged, y, { ...piece, n: segments, from: 0 }, how, accumulate);
    staged.dispose();
  }
}
