/** How the taps of filters lie over an axis, forwards and backwards. Pure. */
import { ShapeError, unknownName } from '../../errors';
import { formatShape } from '../../tensor/shape';
import type { WindowAxis } from '../pool/pool-geometry';

/**
 * `'valid'`: filters stay within the input. `'same'`: as many results as strides fit into the input, with the zeros this takes shared
 * out evenly, the odd one at the end. `'causal'` (in time): all zeros before the input, so that no result sees what comes after it.
 */
export type ConvPadding = 'valid' | 'same' | 'causal';

/** Throws unless there is such a padding for so many axes. */
export function checkConvPadding(padding: string, axes: number): void {
  const known = ['valid', 'same', ...(axes === 1 ? ['causal'] : [])];
  if (!known.includes(padding)) throw unknownName('padding', padding, known);
}

/** One axis: result w sees the elements w · stride − pad + r · dilation, for the taps r, as far as they exist. */
export interface ConvAxis {
  readonly size: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
  readonly windows: number;
}

/** How many results an axis of `size` gives; `null` if it is not known. */
export function convolvedSize<N extends number | null>(size: N, taps: number, stride: number, dilation: number, padding: ConvPadding): N {
  if (size === null) return size;
  const room = padding === 'valid' ? size - (taps - 1) * dilation : size;
  return Math.ceil(room / stride) as N;
}

/** The shape that filters give for one of [batch, …axes, channels]; unknown sizes stay unknown. */
export function convolvedShape<N extends number | null>(
  op: string,
  shape: readonly N[],
  kernel: readonly number[],
  filters: number,
  strides: readonly number[],
  dilation: readonly number[],
  padding: ConvPadding,
): (N | number)[] {
  const axes = kernel.map((taps, i) => {
    const size = convolvedSize(shape[i + 1], taps, strides[i], dilation[i], padding);
    if (size === null || size >= 1 || padding !== 'valid') return size;
    throw new ShapeError(
      `${op}: a filter that spans ${(taps - 1) * dilation[i] + 1} elements does not fit into axis ${i + 1} of shape ${formatShape(shape)}. ` +
        "Make the kernel smaller, or use padding 'same'.",
    );
  });
  return [shape[0], ...axes, filters];
}

/** One axis of `size` elements under filters of `taps`. */
export function convAxis(size: number, taps: number, stride: number, dilation: number, padding: ConvPadding): ConvAxis {
  const windows = convolvedSize(size, taps, stride, dilation, padding);
  const around = (taps - 1) * dilation;
  const missing = Math.max(0, (windows - 1) * stride + around + 1 - size);
  const pad = padding === 'causal' ? around : padding === 'same' ? Math.floor(missing / 2) : 0;
  return { size, taps, stride, dilation, pad, windows };
}

/** The windows that the filters span. */
export function spanned({ size, taps, stride, dilation, pad, windows }: ConvAxis): WindowAxis {
  return { size, pool: (taps - 1) * dilation + 1, stride, pad, windows };
}

/**
 * What one dispatch does along an axis: its pixel o is element `place` + o · `spread` of the target, and sees the elements
 * o · `stride` + `first` + t · `step` of the source through the taps `tap` + t · `tapStep` of the filters, for t below `taps`.
 */
export interface Pass {
  readonly pixels: number;
  readonly place: number;
  readonly spread: number;
  readonly stride: number;
  readonly first: number;
  readonly step: number;
  readonly taps: number;
  readonly tap: number;
  readonly tapStep: number;
}

/** From the input to the result. */
export function forwardPass({ taps, stride, dilation, pad, windows }: ConvAxis): Pass {
  return { pixels: windows, place: 0, spread: 1, stride, first: -pad, step: dilation, taps, tap: 0, tapStep: 1 };
}

/**
 * From the result's gradient to the input's: element i gets a share from window w through tap r if i = w · stride − pad + r · dilation.
 * Which taps can be met depends on i's remainder by the stride alone, so that there is a pass for each of them.
 */
export function backwardPasses({ size, taps, stride, dilation, pad }: ConvAxis): Pass[] {
  const tapStep = stride / greatestCommonDivisor(stride, dilation);
  return Array.from({ length: Math.min(stride, size) }, (_, place) => {
    let tap = 0;
    while (tap < tapStep && (place + pad - tap * dilation) % stride !== 0) tap++;
    const met = tap < tapStep && tap < taps;
    return {
      pixels: Math.ceil((size - place) / stride),
      place,
      spread: stride,
      stride: 1,
      first: met ? (place + pad - tap * dilation) / stride : 0,
      step: (-dilation * tapStep) / stride,
      taps: met ? Math.ceil((taps - tap) / tapStep) : 0,
      tap,
      tapStep,
    };
  });
}

/** The part of a pass whose results are the elements of the target from `from` to `to`, which then come first. */
export function within(pass: Pass, from: number, to: number): Pass {
  const { pixels, place, spread, stride, first } = pass;
  const start = Math.max(0, Math.ceil((from - place) / spread));
  const end = Math.min(pixels, Math.max(start, Math.ceil((to - place) / spread)));
  return { ...pass, pixels: Math.max(0, end - start), place: place + start * spread - from, first: first + start * stride };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
