/** Dispatches of convolutions, in pieces that fit one binding. */
import { gpu } from '../../gpu/gpu';
import { ceilDiv } from '../../gpu/grid';
import { run } from '../../gpu/kernel';
import { type Elements, lineWindow, typeOf } from '../../gpu/windows';
import type { Tensor } from '../../tensor/tensor';
import { bytesOf } from '../../tensor/dtype';
import { defineTunable, sizeClass } from '../../tune/tunable';
import { backwardPasses, type ConvAxis, forwardPass, type Pass, spanned, within } from './conv-geometry';
import { blockOf, broadcast, chooseVariant, convVariants, type ConvParams, type ConvVariant, naive, tile } from './conv-kernels';
import { CODES, floorOf, type FusedActivation, thisDevice } from '../matmul/gemm';
import type { ProductDevice } from '../matmul/gemm-plan';
import { fill } from '../elementwise/fill';
import { covered, covering } from '../pool/pool-geometry';
import { type Part, rowPieces, type Rows } from '../embedding/row-pieces';

/** A convolution of [batch, high.size, wide.size, inputs] to [batch, high.windows, wide.windows, outputs]. */
export interface Convolution {
  readonly batch: number;
  readonly high: ConvAxis;
  readonly wide: ConvAxis;
  readonly inputs: number;
  readonly outputs: number;
  /** Inputs and outputs in so many groups that know nothing of each other. */
  readonly groups: number;
  /** In place of the engine's choice, for tests and benchmarks. */
  readonly variant?: ConvVariant;
  readonly device?: ProductDevice;
}

const convolution = defineTunable({ name: 'conv', kernels: [broadcast.quads, broadcast.elements, tile] });

/** y = f(x ∗ w + bias). */
export function convolve(conv: Convolution, x: Tensor, w: Tensor, bias: Tensor | undefined, y: Tensor, activation: FusedActivation): void {
  const { high, wide } = conv;
  maps(conv, { source: x, target: y, transpose: false, high: [forwardPass(high)], wide: [forwardPass(wide)] }, w, bias, activation);
}

/** dx for y = x ∗ w. */
export function convolveBack(conv: Convolution, dy: Tensor, w: Tensor, dx: Tensor): void {
  const { high, wide } = conv;
  maps(conv, { source: dy, target: dx, transpose: true, high: backwardPasses(high), wide: backwardPasses(wide) }, w, undefined, 'linear');
}

/** Rows of the input and of the result. */
export function rowsOf({ high, wide, inputs, outputs }: Convolution): { x: Rows; y: Rows } {
  return { x: { rows: high.size, rowSize: wide.size * inputs }, y: { rows: high.windows, rowSize: wide.windows * outputs } };
}

/** What of the parameters follows from the convolution, and from the parts of two maps that are bound. */
export type Distances = Pick<ConvParams, 'x_base' | 'x_sample' | 'x_row' | 'x_column' | 'y_base' | 'y_sample' | 'y_row' | 'y_column'>;

/** What of the parameters follows from the passes along both axes. */
export function passParams(high: Pass, wide: Pass) {
  return {
    high: high.pixels, wide: wide.pixels,
    stride_high: high.stride, stride_wide: wide.stride, first_high: high.first, first_wide: wide.first,
    step_high: high.step, step_wide: wide.step, taps_high: high.taps, taps_wide: wide.taps,
  };
}

/** Parameters that only other kernels read. */
export const noParts = { parts: 1, part_depth: 0, result_base: 0, part_size: 0, sums_base: 0 };
export const noFilters = { w_base: 0, w_high: 0, w_wide: 0, w_row: 0, w_column: 0, bias_base: 0, has_bias: 0, floor: 0 };

/** What to bind of part of a map, and where in it the part begins. */
export function bindPart(map: Tensor, { first, length }: Part): { window: Elements; base: number } {
  return lineWindow(map, first, length);
}

interface Direction {
  readonly source: Tensor;
  readonly target: Tensor;
  /** From results to inputs. */
  readonly transpose: boolean;
  readonly high: readonly Pass[];
  readonly wide: readonly Pass[];
}

function maps(conv: Convolution, { source, target, transpose, high, wide }: Direction, w: Tensor, bias: Tensor | undefined, activation: FusedActivation): void {
  const { batch, inputs, outputs, groups, device = thisDevice() } = conv;
  const { x, y } = rowsOf(conv);
  const [from, to] = transpose ? [y, x] : [x, y];
  const [channels, columns] = (transpose ? [outputs, inputs] : [inputs, outputs]).map((n) => n / groups);
  const [sourceWidth, targetWidth] = transpose ? [conv.wide.windows, conv.wide.size] : [conv.wide.size, conv.wide.windows];
  const axis = spanned(conv.high);
  const span = (a: number, b: number): [number, number] => (transpose ? covering : covered)(axis, a, b);
  const perInput = outputs;
  const perTap = (inputs / groups) * perInput;
  for (const piece of rowPieces('conv', batch, from, to, span)) {
    const bound = { x: bindPart(source, piece.source), y: bindPart(target, piece.target) };
    for (const h of high.map((pass) => within(pass, piece.row, piece.row + piece.rows))) {
      for (const v of wide) {
        for (let group = 0; group < groups; group++) {
          const pixelStep = to.rowSize / targetWidth;
          const operands = { x: bound.x.window, w, bias, y: bound.y.window };
          const params = {
            ...passParams(h, v),
            samples: piece.target.length / (piece.rows * to.rowSize),
            height: from.rows, width: sourceWidth, channels, columns,
            x_base: bound.x.base - piece.sourceRow * from.rowSize + group * channels,
            x_sample: from.rows * from.rowSize, x_row: from.rowSize, x_column: channels * groups,
            w_base: (h.tap * conv.wide.taps + v.tap) * perTap + (group * outputs) / groups,
            w_high: h.tapStep * conv.wide.taps * perTap, w_wide: v.tapStep * perTap,
            w_row: transpose ? 1 : perInput, w_column: transpose ? perInput : 1,
            y_base: bound.y.base + h.place * to.rowSize + v.place * pixelStep + group * columns,
            y_sample: piece.rows * to.rowSize, y_row: h.spread * to.rowSize, y_column: v.spread * pixelStep,
            bias_base: group * columns, has_bias: bias ? 1 : 0, floor: floorOf(activation),
            ...noParts,
          };
          dispatch(variantFor(conv, operands, transpose, params), device, operands, activation, transpose, params);
        }
      }
    }
  }
}

interface Bound {
  readonly x: Elements;
  readonly w: Elements;
  readonly bias: Elements | undefined;
  readonly y: Elements;
}

/** As tests demand, as measured, or as the engine chooses. */
function variantFor({ variant, device }: Convolution, bound: Bound, transpose: boolean, params: ConvParams): ConvVariant {
  if (variant) return variant;
  const { samples, high, wide, columns, channels, taps_high, taps_wide } = params;
  const pixels = samples * high * wide;
  const { tuner } = gpu();
  const on = device ?? thisDevice();
  if (!tuner || device || pixels === 0) return chooseVariant(pixels, columns, false, on);
  const [x, w, y] = [bound.x, bound.w, bound.y].map(({ byteLength, dtype = 'f32' }) => ({ size: byteLength / bytesOf(dtype), dtype }));
  const halves = [x, w, y].some(({ dtype }) => dtype === 'f16') ? ` ${x.dtype}∗${w.dtype} to ${y.dtype}` : '';
  const shape = `${sizeClass(pixels, columns, channels, taps_high, taps_wide)}${transpose ? ' back' : ''}${halves}`;
  return tuner.choose(convolution, shape, convVariants(pixels, columns, on), () => {
    const scratch = { x: fill([x.size], 1, x.dtype), w: fill([w.size], 1, w.dtype), bias: undefined, y: fill([y.size], 0, y.dtype) };
    return {
      run: (one) => dispatch(one, on, scratch, 'linear', transpose, { ...params, has_bias: 0 }),
      dispose: () => [scratch.x, scratch.w, scratch.y].forEach((operand) => operand.dispose()),
    };
  });
}

function dispatch(variant: ConvVariant, device: ProductDevice, bound: Bound, activation: FusedActivation, transpose: boolean, params: ConvParams): void {
  const { samples, high, wide, columns, channels } = params;
  const pixels = samples * high * wide;
  if (pixels === 0) return;
  const block = blockOf(variant, device);
  const { x, w, y, bias = w } = bound;
  const [X, W, Bias, U] = [x, w, bias, y].map(typeOf);
  const ACTIVATION = CODES[activation];
  const flops = 2 * pixels * columns * channels * params.taps_high * params.taps_wide;
  if (variant === 'broadcast') {
    const [quadsOfX, quadsOfY] = [channels % 4 === 0, columns % 4 === 0];
    const quadsOfW = transpose ? quadsOfX : quadsOfY;
    run(quadsOfY ? broadcast.quads : broadcast.elements, {
      bind: { x, w, bias, result: y },
      params,
      overrides: { TRANSPOSE_W: transpose, ACTIVATION },
      consts: {
        LANES: block.columns / 4, X, W, Bias,
        T: vectorOf('X', quadsOfX), STEP: quadsOfX ? 4 : 1,
        V: vectorOf('W', quadsOfW), W_STEP: quadsOfW ? 4 : 1,
        U: vectorOf(U, quadsOfY),
      },
      grid: ceilDiv(pixels, block.rows) * ceilDiv(columns, block.columns),
      flops,
    });
    return;
  }
  const bind = { x, b: w, bias, result: y };
  if (variant === 'naive') {
    run(naive, { bind, params, overrides: { FILTERS: false, ACTIVATION }, consts: { X, B: W, Bias, U }, grid: ceilDiv(pixels * columns, 64), flops });
    return;
  }
  run(tile, {
    bind,
    params,
    overrides: { FILTERS: false, TRANSPOSE_W: transpose, ACTIVATION },
    consts: { TILE_M: block.rows, TILE_N: block.columns, X, B: W, Bias, U },
    grid: ceilDiv(pixels, block.rows) * ceilDiv(columns, block.columns),
    flops,
  });
}

/** What a binding is made of that is read, or written, in vec4s or else in elements. */
export function vectorOf(element: string, quads: boolean): string {
  return quads ? `vec4<${element}>` : element;
}
