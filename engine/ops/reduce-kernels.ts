/** Folds axis 1 of [outer, n, inner] with a binary op. */
import { ceilDiv, roundUp } from '../gpu/grid';
import { gpu } from '../gpu/gpu';
import { defineKernel, run } from '../gpu/kernel';
import type { SourceFile } from '../gpu/link';
import { type Bindable, windowOf } from '../gpu/storage';
import { BYTES_PER_ELEMENT } from '../tensor/dtype';
import { empty, type Tensor } from '../tensor/tensor';
import { grid } from '../../shaders/lib';
import axisSource from '../../shaders/reduce/axis.wgsl';
import rowsSource from '../../shaders/reduce/rows.wgsl';
import { combineFloat, combineInt } from './binary-kernels';
import { partOf } from './broadcast';

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

export interface Fold {
  /** Code of the binary op. */
  readonly op: number;
  /** Bits of its neutral element. */
  readonly identity: number;
  readonly dtype: 'f32' | 'i32' | 'u32';
  /** What the result is divided by: 1 but for a mean. */
  readonly divisor: number;
}

/** A box of [outer, n, inner] that lies in one piece, and where its result goes. */
interface Piece {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  /** First element in x and in y. */
  readonly from: number;
  readonly to: number;
  /** Whether it holds the first and the last of its rows. */
  readonly first: boolean;
  readonly last: boolean;
}

/** y [outer, inner] = x [outer, n, inner] folded along axis 1. */
export function fold(x: Tensor, y: Tensor, outer: number, n: number, inner: number, how: Fold): void {
  const limit = gpu().maxBindingBytes / BYTES_PER_ELEMENT - 64;
  for (const piece of pieces(outer, n, inner, limit)) foldPiece(x, y, piece, how);
}

/** Splits [outer, n, inner] so that each piece takes at most `limit` elements. */
function* pieces(outer: number, n: number, inner: number, limit: number): Generator<Piece> {
  const whole = { outer, n, inner, from: 0, to: 0, first: true, last: true };
  if (outer * n * inner <= limit) return yield whole;
  if (n * inner <= limit) {
    const step = Math.floor(limit / (n * inner));
    for (let o = 0; o < outer; o += step) {
      yield { ...whole, outer: Math.min(step, outer - o), from: o * n * inner, to: o * inner };
    }
    return;
  }
  // Parts of the reduced axis, and of the inner one if that alone is too long.
  const rows = Math.max(1, Math.floor(limit / inner));
  const columns = Math.min(inner, limit);
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < n; k += rows) {
      for (let c = 0; c < inner; c += columns) {
        const size = { n: Math.min(rows, n - k), inner: Math.min(columns, inner - c) };
        yield { outer: 1, ...size, from: (o * n + k) * inner + c, to: o * inner + c, first: k === 0, last: k + rows >= n };
      }
    }
  }
}

/** Segments are made while there are fewer workgroups than this. */
const ENOUGH_GROUPS = 64;

function foldPiece(x: Tensor, y: Tensor, piece: Piece, how: Fold): void {
  const { outer, n, inner, first, last } = piece;
  const isRows = inner === 1;
  const lanes = isRows ? (n <= 16 ? 1 : n <= 1024 ? 16 : 256) : n <= 32 ? 1 : 16;
  const quads = ceilDiv(inner, 4);
  // The least a workgroup should do before its segment is worth a second stage.
  const least = isRows ? 16384 : 512;
  const groups = ceilDiv(outer * quads, 256 / lanes);
  const wanted = Math.min(1024, Math.floor(n / least), Math.ceil(ENOUGH_GROUPS / groups));
  const segment = wanted > 1 ? roundUp(ceilDiv(n, wanted), 4) : n;
  const segments = ceilDiv(n, segment);
  const staged = segments > 1 ? empty([outer, segments, inner], y.dtype) : null;
  const source = partOf(piece.from, outer * n * inner);
  const target = staged ? partOf(0, staged.size) : partOf(piece.to, outer * inner);
  const count = outer * segments * quads;
  const aligned = source.base % 4 === 0 && (isRows ? n % 4 === 0 || outer === 1 : inner % 4 === 0);
  const bind = {
    x: bindPart(x, source),
    y: bindPart(staged ?? y, target),
  };
  const params = {
    n, segment, segments, count, lanes,
    x_base: source.base,
    y_base: target.base,
    identity: how.identity,
    accumulate: Number(!first && !staged),
    divisor: last && !staged ? how.divisor : 1,
  };
  const overrides = { OP: how.op, VEC: aligned, SHARED: lanes > 1 };
  const grid = ceilDiv(count, 256 / lanes);
  const consts = { T: how.dtype };
  const kernels = how.dtype === 'f32' ? floats : ints;
  if (isRows) run(kernels.rows, { bind, params, overrides, consts, grid });
  else run(kernels.axis, { bind, params: { ...params, inner }, overrides, consts, grid });
  if (staged) {
    foldPiece(staged, y, { ...piece, n: segments, from: 0 }, how);
    staged.dispose();
  }
}

function bindPart(t: Tensor, { start, length }: { start: number; length: number }): Bindable {
  return windowOf(t, start * BYTES_PER_ELEMENT, length * BYTES_PER_ELEMENT);
}
