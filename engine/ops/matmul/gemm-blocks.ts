/** How a matrix product is cut so that every operand fits a binding. Pure: tested without a device. */
import { ValueError } from '../../errors';

export interface GemmShape {
  /** Matrices in the batch. */
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** A is stored [k, m] instead of [m, k], B [n, k] instead of [k, n]. */
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** `length` items from `start` on. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/** A part of C, and the parts of k whose products add up to it. */
export interface GemmBlock {
  readonly matrices: Span;
  readonly rows: Span;
  readonly columns: Span;
  readonly depths: readonly Span[];
}

/** Windows start on lines of 256 bytes: up to this many elements of f32 before the first that is wanted. */
export const LINE = 64;

/** Blocks whose operands all fit a binding of `limit` elements; lines have up to `line` elements. */
export function gemmBlocks(shape: GemmShape, limit: number, line = LINE): GemmBlock[] {
  const { batch, m, n, k, transposeA, transposeB } = shape;
  const whole = { rows: { start: 0, length: m }, columns: { start: 0, length: n }, depths: [{ start: 0, length: k }] };
  const largest = Math.max(m * n, m * k, k * n);
  if (batch * largest <= limit) return [{ matrices: { start: 0, length: batch }, ...whole }];

  const room = limit - line;
  const matrices = Math.floor(room / largest);
  if (matrices >= 1) return spans(batch, matrices).map((span) => ({ matrices: span, ...whole }));

  // What of a matrix is cut follows from how it is stored: only whole stored rows can be left out of a binding.
  const stored = (size: number, rowLength: number): number => (size * rowLength <= limit ? size : quads(room / rowLength));
  const depth = Math.min(transposeA ? stored(k, m) : k, transposeB ? k : stored(k, n));
  const depths = k === 0 ? [{ start: 0, length: 0 }] : depth > 0 ? spans(k, depth) : [];
  const columns = transposeB ? stored(n, k) : n;
  const parts = depths.length;
  // Parts of sums are f32.
  const rows = Math.min(transposeA ? m : stored(m, k), parts > 1 ? quads((limit - LINE) / parts / n) : stored(m, n), m);
  if (parts < 1 || columns < 1 || rows < 1) {
    throw new ValueError(
      `matmul: one row of a [${m}, ${k}]·[${k}, ${n}] product exceeds a binding of this adapter (${limit * 4} bytes). Split the operands.`,
    );
  }
  return spans(batch, 1).flatMap((one) =>
    spans(m, rows).flatMap((r) => spans(n, columns).map((c) => ({ matrices: one, rows: r, columns: c, depths }))),
  );
}

/** A whole number, and of fours if it can be: what starts on a vec4 stays on one. */
function quads(length: number): number {
  return length >= 4 ? Math.floor(length / 4) * 4 : Math.floor(length);
}

function spans(total: number, length: number): Span[] {
  const result: Span[] = [];
  for (let start = 0; start < total; start += length) result.push({ start, length: Math.min(length, total - start) });
  return result;
}
