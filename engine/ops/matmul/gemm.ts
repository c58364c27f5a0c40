/** General matrix products, as BLAS calls them: the dispatches behind matmul and dense. */
import { ceilDiv, roundUp } from '../../gpu/grid';
import { gpu } from '../../gpu/gpu';
import { run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { Bindable, Storage } from '../../gpu/storage';
import { type Elements, elementsOf, typeOf } from '../../gpu/windows';
import { BYTES_PER_ELEMENT, bytesOf } from '../../tensor/dtype';
import { empty, type Tensor } from '../../tensor/tensor';
import { type GemmBlock, gemmBlocks, type GemmShape, LINE, type Span } from './gemm-blocks';
import { broadcast, broadcastStrided, naive, type ProductKernel, type ProductParams, splitSum, tile, UNFINISHED } from './gemm-kernels';
import { planProduct, type ProductDevice, type ProductShape, type Variant, type VariantName, VARIANTS, variantOn } from './gemm-plan';
import { tunedProduct } from './gemm-tuning';

/** Activations that a product can apply to its sums, and whose gradient follows from their output. */
export type FusedActivation = 'linear' | 'relu' | 'sigmoid' | 'tanh';

/** Dropout as the kernels do it (shaders/lib/dropout.wgsl). */
export interface DropoutParams {
  readonly stream: number;
  readonly threshold: number;
  readonly scale: number;
  /** The key, two words. */
  readonly key: readonly StepScalar[];
}

/** C = f(op(A)·op(B) + bias), for each matrix of a batch. Operands are f32 or f16, C too; sums are f32. */
export interface Gemm extends GemmShape {
  readonly a: Elements;
  readonly b: Elements;
  /** [batch, m, n]. */
  readonly c: Elements;
  /** One A, or one B, serves the whole batch. */
  readonly shareA?: boolean;
  readonly shareB?: boolean;
  /** [n], the same for every row of every matrix. */
  readonly bias?: Elements | null;
  readonly activation?: FusedActivation;
  /** [n], f32: receives the sum over the rows of op(B), of the first matrix. */
  readonly columnSums?: Elements | null;
  /**
   * Less than there is, if only the device knows how much: `count` [1] u32 of C's rows are wanted (the others get no sums), or
   * that many products per sum, where A comes transposed and B does not.
   */
  readonly extent?: { readonly axis: 'm' | 'k'; readonly count: Bindable } | null;
  /** The output of relu, [m, n], at which C is to be its gradient: 0 where that is not positive. One matrix only. */
  readonly gate?: Elements | null;
  /** What C is multiplied by in the end; default 1. */
  readonly scale?: number;
  /** Dropout of C, whose n is a multiple of 4, with its own scale. One matrix only. */
  readonly dropout?: DropoutParams | null;
  /** In place of the cost model's choice where it can serve, for tests and benchmarks. */
  readonly variant?: VariantName;
  readonly parts?: number;
}

/** The override ACTIVATION of the kernels that take shaders/matmul/epilogue.wgsl. */
export const CODES: Record<FusedActivation, number> = { linear: 0, relu: 0, sigmoid: 1, tanh: 2 };

const LIMITS = { m: 1, k: 2 };

const KERNELS: Record<VariantName, ProductKernel> = {
  naive,
  broadcast,
  'broadcast-8': broadcast,
  'broadcast-strided': broadcastStrided,
  'broadcast-strided-8': broadcastStrided,
  'tile-32': tile,
  'tile-64': tile,
  'tile-128': tile,
};

/** Records C = f(op(A)·op(B) + bias). Every size may be 0 or 1. `on` is the device to plan for, in place of the one there is. */
export function gemm(call: Gemm, on?: ProductDevice): void {
  if (call.batch * call.m * call.n === 0) return;
  const device = on ?? thisDevice();
  const line = Math.max(...[call.a, call.b, call.c].map(lineOf));
  const blocks = gemmBlocks(call, Math.floor(gpu().maxBindingBytes / BYTES_PER_ELEMENT), line);
  const { tuner } = gpu();
  const free = tuner && !on && !call.variant && !call.parts && blocks.length === 1 && call.k > 0;
  const plan = free && tunedProduct(tuner, call, shapeOf(call, blocks[0]), device);
  for (const block of blocks) recordBlock(plan ? { ...call, ...plan } : call, block, device);
  if (gpu().recorder.capturing && blocks.length === 1 && isPlain(call)) products.set(call.c.storage, call);
}

const products = new WeakMap<Storage, Gemm>();

/** The product that a tensor of a captured step holds, if that could be finished in another way. */
export function productBehind(x: Tensor): Gemm | null {
  const product = gpu().recorder.capturing ? products.get(x.storage) : undefined;
  return product && x.byteOffset === 0 && x.size === product.m * product.n ? product : null;
}

function isPlain({ batch, c, columnSums, extent, gate, scale = 1, dropout }: Gemm): boolean {
  return batch === 1 && c.byteOffset === 0 && scale === 1 && !columnSums && !extent && !gate && !dropout;
}

function shapeOf(call: Gemm, block: GemmBlock): ProductShape {
  const { matrices, rows, columns, depths } = block;
  return { batch: matrices.length, m: rows.length, n: columns.length, k: depths[0].length, aligned: isAligned(call, block) };
}

/** Where a part of an operand lies: a window that starts on a line, and the first element in it. */
interface Place {
  readonly window: Elements;
  readonly start: number;
}

/** Elements from one place where a binding may start to the next. */
function lineOf({ dtype = 'f32' }: Elements): number {
  return 256 / bytesOf(dtype);
}

function place(operand: Elements, first: number, length: number): Place {
  const start = first % lineOf(operand);
  return { window: elementsOf(operand, first - start, start + length), start };
}

/** Elements from the first to the last of `rows` × `columns` at a row distance of `stride`. */
function reach(rows: number, columns: number, stride: number): number {
  return rows === 0 || columns === 0 ? 0 : (rows - 1) * stride + columns;
}

interface Chosen {
  readonly kernel: ProductKernel;
  readonly variant: Variant;
}

/** Where results go: C itself, or parts of sums that are yet to be added. */
interface Target {
  readonly c: Place;
  readonly cBatch: number;
  readonly cRow: number;
  readonly sums: Place | null;
  readonly partSize: number;
  readonly bias: Place | null;
  readonly activation: FusedActivation;
  readonly gate: Elements | null;
  readonly scale: number;
  readonly dropout: DropoutParams | null;
}

function recordBlock(call: Gemm, block: GemmBlock, on: ProductDevice): void {
  const { m, n, bias, activation = 'linear', gate = null, scale = 1, dropout = null } = call;
  const { matrices, rows, columns, depths } = block;
  const batch = matrices.length;
  const shape = shapeOf(call, block);
  const plan = planProduct(shape, on);
  const name = call.variant && (shape.aligned || !VARIANTS[call.variant].aligned) ? call.variant : plan.variant;
  const chosen: Chosen = { kernel: KERNELS[name], variant: variantOn(name, on) };
  const size = batch * rows.length * columns.length;
  const partSize = roundUp(size, LINE);
  const most = Math.max(1, Math.floor(gpu().maxBindingBytes / BYTES_PER_ELEMENT / partSize));
  const parts = depths.length > 1 ? 1 : Math.min(call.parts ?? plan.parts, most);

  const target: Target = {
    c: place(call.c, matrices.start * m * n + rows.start * n + columns.start, (batch - 1) * m * n + reach(rows.length, columns.length, n)),
    cBatch: m * n,
    cRow: n,
    sums: call.columnSums && rows.start === 0 && matrices.start === 0 ? place(call.columnSums, columns.start, columns.length) : null,
    partSize: 0,
    bias: bias ? place(bias, columns.start, columns.length) : null,
    activation,
    gate,
    scale,
    dropout,
  };
  const total = depths.length * parts;
  if (total === 1 && (chosen.variant.anyActivation || CODES[activation] === 0)) {
    product(call, block, depths[0], chosen, 1, target);
    return;
  }
  // Sums over parts of k go to slices of a temporary; then the slices are added in order.
  const width = columns.length;
  const slices = empty([total, partSize]);
  const sumSlices = target.sums && empty([total, width]);
  depths.forEach((depth, i) =>
    product(call, block, depth, chosen, parts, {
      c: place(slices, i * partSize, (parts - 1) * partSize + size),
      cBatch: rows.length * width,
      cRow: width,
      sums: sumSlices && place(sumSlices, i * width, parts * width),
      partSize,
      bias: null,
      activation: 'linear',
      gate: null,
      scale: 1,
      dropout: null,
    }),
  );
  addParts(slices, sumSlices, total, partSize, batch, rows.length, width, target);
  slices.dispose();
  sumSlices?.dispose();
}

/** One block's products over one span of k, in one dispatch. */
function product(call: Gemm, block: GemmBlock, depth: Span, { kernel, variant }: Chosen, parts: number, target: Target): void {
  const { m, n, k, transposeA, transposeB, shareA, shareB, extent } = call;
  const { matrices, rows, columns } = block;
  const batch = matrices.length;
  const aBatch = shareA ? 0 : m * k;
  const bBatch = shareB ? 0 : k * n;
  const a = place(
    call.a,
    matrices.start * aBatch + (transposeA ? depth.start * m + rows.start : rows.start * k + depth.start),
    (batch - 1) * aBatch + (transposeA ? reach(depth.length, rows.length, m) : reach(rows.length, depth.length, k)),
  );
  const b = place(
    call.b,
    matrices.start * bBatch + (transposeB ? columns.start * k + depth.start : depth.start * n + columns.start),
    (batch - 1) * bBatch + (transposeB ? reach(columns.length, depth.length, k) : reach(depth.length, columns.length, n)),
  );
  const params: ProductParams = {
    batch, m: rows.length, n: columns.length, k: depth.length,
    a_start: a.start, a_batch: aBatch, a_row: transposeA ? 1 : k, a_column: transposeA ? m : 1,
    b_start: b.start, b_batch: bBatch, b_row: transposeB ? 1 : n, b_column: transposeB ? k : 1,
    c_start: target.c.start, c_batch: target.cBatch, c_row: target.cRow,
    bias_start: target.bias?.start ?? 0, has_bias: target.bias ? 1 : 0, floor: floorOf(target.activation),
    parts, part_depth: partDepth(depth.length, parts), part_size: target.partSize,
    sums_start: target.sums?.start ?? 0, has_sums: target.sums ? 1 : 0,
    limits: extent ? LIMITS[extent.axis] : 0, limit_start: extent?.axis === 'k' ? depth.start : rows.start,
    ...finishOf(target),
  };
  const all: Record<string, number | boolean> = {
    TRANSPOSE_A: transposeA,
    TRANSPOSE_B: transposeB,
    ACTIVATION: CODES[target.activation],
    DROPOUT: Boolean(target.dropout),
  };
  const overrides = Object.fromEntries(Object.keys(kernel.spec.overrides).map((name) => [name, all[name]]));
  const unused = target.sums ? null : empty([4]);
  run(kernel, {
    bind: { a: a.window, b: b.window, bias: target.bias?.window ?? a.window, c: target.c.window, sums: target.sums?.window ?? unused!, extent: extent?.count ?? a.window, gate: target.gate ?? a.window },
    params,
    overrides,
    consts: { ...variant.consts, A: typeOf(a.window), B: typeOf(b.window), ...targetTypes(target) },
    scalars: target.dropout?.key,
    grid: parts * batch * ceilDiv(rows.length, variant.rows) * ceilDiv(columns.length, variant.columns),
    flops: extent ? undefined : 2 * batch * rows.length * columns.length * depth.length,
  });
  unused?.dispose();
}

/** C = f(Σ parts + bias), and the sums over the columns. */
function addParts(slices: Bindable, sumSlices: Bindable | null, count: number, partSize: number, batch: number, m: number, n: number, target: Target): void {
  const { c, cBatch, cRow, bias, activation, sums, gate, dropout } = target;
  const unused = sums ? null : empty([4]);
  run(splitSum, {
    bind: { slices, sum_slices: sumSlices ?? slices, bias: bias?.window ?? slices, gate: gate ?? slices, c: c.window, sums: sums?.window ?? unused! },
    params: {
      batch, m, n, parts: count, part_size: partSize, c_start: c.start, c_batch: cBatch, c_row: cRow,
      bias_start: bias?.start ?? 0, has_bias: bias ? 1 : 0, floor: floorOf(activation),
      sums_start: sums?.start ?? 0, has_sums: sums ? 1 : 0, ...finishOf(target),
    },
    overrides: { ACTIVATION: CODES[activation], DROPOUT: Boolean(dropout) },
    consts: targetTypes(target),
    scalars: dropout?.key,
    grid: ceilDiv((batch * m + (sums ? 1 : 0)) * ceilDiv(n, 4), 64),
  });
  unused?.dispose();
}

function targetTypes({ c, bias, gate }: Target): { C: string; Bias: string; Gate: string } {
  return { C: typeOf(c.window), Bias: typeOf(bias?.window), Gate: typeOf(gate) };
}

function finishOf({ gate, scale, dropout }: Target): typeof UNFINISHED {
  return { has_gate: gate ? 1 : 0, scale: dropout?.scale ?? scale, stream: dropout?.stream ?? 0, threshold: dropout?.threshold ?? 0 };
}

/** Parts start on a multiple of 16: no kernel's step crosses from one to the next. */
function partDepth(k: number, parts: number): number {
  return roundUp(ceilDiv(k, parts), 16);
}

/** Whether every row of A, B and C that is touched starts on a vec4. */
function isAligned({ m, n, k, transposeA, transposeB }: Gemm, { rows, columns, depths }: GemmBlock): boolean {
  const starts = [rows, columns, ...depths].map(({ start }) => start);
  return [transposeA ? m : k, transposeB ? k : n, n, ...starts].every((distance) => distance % 4 === 0);
}

/** What of the open device decides which kernels serve it. */
export function thisDevice(): ProductDevice {
  const { device, info } = gpu();
  return { software: info.software, subgroup: device.features.has('subgroups') ? device.adapterInfo.subgroupMinSize : 0 };
}

/** Below it a sum becomes 0. */
export function floorOf(activation: FusedActivation): number {
  return activation === 'relu' ? 0 : -Infinity;
}
