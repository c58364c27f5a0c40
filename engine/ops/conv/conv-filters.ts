/** The gradient of a convolution's filters and bias: sums over all pixels, taken in parts that are then added in order. */
import { ValueError } from '../../errors';
import { gpu } from '../../gpu/gpu';
import { ceilDiv, roundUp } from '../../gpu/grid';
import { run } from '../../gpu/kernel';
import { type Elements, elementsOf, LINE, typeOf } from '../../gpu/windows';
import { BYTES_PER_ELEMENT } from '../../tensor/dtype';
import { empty, type Tensor } from '../../tensor/tensor';
import { bindPart, type Convolution, noFilters, passParams, rowsOf, vectorOf } from './conv-dispatch';
import { forwardPass, type Pass, spanned, within } from './conv-geometry';
import { blockOf, broadcastFilters, chooseVariant, type ConvParams, type ConvVariant, naive, partsOf, tile } from './conv-kernels';
import { thisDevice } from '../matmul/gemm';
import { splitSum, UNFINISHED } from '../matmul/gemm-kernels';
import type { ProductDevice } from '../matmul/gemm-plan';
import { covered } from '../pool/pool-geometry';
import { type Piece, rowPieces } from '../embedding/row-pieces';

/** No part is shorter, in pixels. */
const MIN_DEPTH = 256;

/** dw, and db if wanted, for y = x ∗ w + b. */
export function filterGradients(conv: Convolution, x: Tensor, dy: Tensor, dw: Tensor, db: Tensor | undefined): void {
  const { high, wide, inputs, outputs, groups } = conv;
  const elements = (high.taps * wide.taps * inputs) / groups;
  const columns = outputs / groups;
  const pieces = planPieces(conv, elements, columns);
  for (let group = 0; group < groups; group++) {
    const slices = new Slices(elements, columns, pieces);
    for (const piece of pieces) recordPiece(conv, x, dy, group, piece, slices);
    slices.sum(dw, db, group * columns, outputs);
  }
}

interface FilterPiece extends Piece {
  readonly samples: number;
  readonly pass: Pass;
  readonly variant: ConvVariant;
  readonly parts: number;
  /** In lines of pixels, or in pixels, as the kernel counts. */
  readonly partDepth: number;
}

function planPieces(conv: Convolution, elements: number, columns: number): FilterPiece[] {
  const { batch, high, wide, device = thisDevice() } = conv;
  const variant = conv.variant ?? chooseVariant(elements, columns, true, device);
  const block = blockOf(variant, device);
  const groups = Math.max(1, ceilDiv(elements, block.rows)) * ceilDiv(columns, block.columns);
  const { x, y } = rowsOf(conv);
  if (batch * y.rows * y.rowSize === 0) return [];
  const pieces = rowPieces('conv', batch, x, y, (a, b) => covered(spanned(high), a, b));
  return Array.from(pieces, (piece) => {
    const samples = piece.target.length / (piece.rows * y.rowSize);
    const lines = samples * piece.rows;
    const parts = Math.min(lines, Slices.most(elements, columns) - 1, partsOf(groups, lines * wide.windows, MIN_DEPTH, device));
    const pass = within(forwardPass(high), piece.row, piece.row + piece.rows);
    return { ...piece, samples, pass, variant, parts, partDepth: ceilDiv(variant === 'broadcast' ? lines : lines * wide.windows, parts) };
  });
}

function recordPiece(conv: Convolution, x: Tensor, dy: Tensor, group: number, piece: FilterPiece, slices: Slices): void {
  const { inputs, outputs, groups, wide, device = thisDevice() } = conv;
  const { x: from, y: to } = rowsOf(conv);
  const [channels, columns] = [inputs / groups, outputs / groups];
  const [xPart, dyPart] = [bindPart(x, piece.source), bindPart(dy, piece.target)];
  const slice = slices.take(piece.parts);
  dispatch(piece.variant, device, { x: xPart.window, dy: dyPart.window, result: slices.memory }, {
    ...passParams(piece.pass, forwardPass(wide)),
    samples: piece.samples,
    height: from.rows, width: wide.size, channels, columns,
    x_base: xPart.base - piece.sourceRow * from.rowSize + group * channels,
    x_sample: from.rows * from.rowSize, x_row: from.rowSize, x_column: inputs,
    y_base: dyPart.base + group * columns,
    y_sample: piece.rows * to.rowSize, y_row: to.rowSize, y_column: outputs,
    ...noFilters,
    parts: piece.parts, part_depth: piece.partDepth,
    result_base: slice * slices.size, part_size: slices.size, sums_base: slices.sumsBase,
  });
}

interface Bound {
  readonly x: Elements;
  readonly dy: Elements;
  readonly result: Elements;
}

function dispatch(variant: ConvVariant, device: ProductDevice, { x, dy, result }: Bound, params: ConvParams): void {
  const { taps_high, taps_wide, channels, columns, parts } = params;
  const elements = taps_high * taps_wide * channels;
  const block = blockOf(variant, device);
  const [X, D] = [x, dy].map(typeOf);
  // The sums over dY come with the first block, even of no elements.
  const flops = 2 * params.samples * params.high * params.wide * elements * columns;
  const grid = parts * Math.max(1, ceilDiv(elements, block.rows)) * ceilDiv(columns, block.columns);
  if (variant === 'broadcast') {
    const [quadsOfX, quadsOfY] = [channels % 4 === 0, columns % 4 === 0];
    const consts = { LANES: block.columns / 4, X, D, T: vectorOf('X', quadsOfX), STEP: quadsOfX ? 4 : 1, V: vectorOf('D', quadsOfY) };
    run(quadsOfY ? broadcastFilters.quads : broadcastFilters.elements, { bind: { x, dy, result }, params, consts, grid, flops });
    return;
  }
  const bind = { x, b: dy, bias: dy, result };
  const types = { X, B: D, Bias: D };
  if (variant === 'naive') {
    run(naive, { bind, params, overrides: { FILTERS: true, ACTIVATION: 0 }, consts: types, grid: ceilDiv(parts * (elements + 1) * columns, 64), flops });
    return;
  }
  const consts = { TILE_M: block.rows, TILE_N: block.columns, ...types };
  run(tile, { bind, params, overrides: { FILTERS: true, TRANSPOSE_W: false, ACTIVATION: 0 }, consts, grid, flops });
}

/** Room for parts of a sum, all of them if a binding holds so many; else what is there is added up into the first whenever it is full. */
class Slices {
  /** Where in a slice the sums over dY lie, and where the next slice begins. */
  readonly sumsBase: number;
  readonly size: number;
  memory: Tensor;
  private readonly room: number;
  private used = 0;

  /** As many as fit a binding. */
  static most(elements: number, columns: number): number {
    const size = roundUp(elements * columns, LINE) + roundUp(columns, LINE);
    const most = Math.floor(gpu().maxBindingBytes / BYTES_PER_ELEMENT / size);
    if (most >= 2) return most;
    throw new ValueError(
      `conv: the gradient of filters with ${elements * columns} weights needs more than half a binding of this adapter ` +
        `(${gpu().maxBindingBytes} bytes). Use fewer or smaller filters.`,
    );
  }

  constructor(private readonly elements: number, private readonly columns: number, pieces: readonly { parts: number }[]) {
    this.sumsBase = roundUp(elements * columns, LINE);
    this.size = this.sumsBase + roundUp(columns, LINE);
    const wanted = pieces.reduce((sum, { parts }) => sum + parts, 0);
    this.room = Math.max(1, Math.min(Slices.most(elements, columns), wanted));
    this.memory = empty([this.room * this.size]);
  }

  /** The first of `parts` slices that are free. */
  take(parts: number): number {
    if (this.used + parts > this.room) {
      const full = this.memory;
      this.memory = empty([this.room * this.size]);
      this.add(full, 0, 1, this.size, this.memory, 0, this.size);
      full.dispose();
      this.used = 1;
    }
    this.used += parts;
    return this.used - parts;
  }

  /** All slices into the columns of dw and db from `first` on; dw has `stride` of them. */
  sum(dw: Tensor, db: Tensor | undefined, first: number, stride: number): void {
    this.add(this.memory, 0, this.elements, this.columns, dw, first, stride);
    if (db) this.add(this.memory, this.sumsBase, 1, this.columns, db, first, stride);
    this.memory.dispose();
  }

  /** c[i, j] = the sum of all slices at `from` + i · n + j. */
  private add(slices: Tensor, from: number, m: number, n: number, c: Tensor, start: number, row: number): void {
    const window = elementsOf(slices, from, slices.size - from);
    const unused = empty([4]);
    run(splitSum, {
      bind: { slices: window, sum_slices: window, bias: window, gate: window, c, sums: unused },
      params: {
        batch: 1, m, n, parts: this.used, part_size: this.size, c_start: start, c_batch: 0, c_row: row,
        bias_start: 0, has_bias: 0, floor: -Infinity, sums_start: 0, has_sums: 0, ...UNFINISHED,
      },
      overrides: { ACTIVATION: 0, DROPOUT: false },
      consts: { C: typeOf(c) },
      grid: ceilDiv(m * ceilDiv(n, 4), 64),
    });
    unused.dispose();
  }
}
