/** Convolutions drawn at random, as the tests of every kernel take them. */
import fc from 'fast-check';
import { suite } from 'uvu';
import { close } from '../../engine/gpu/gpu';
import { conv1d, conv2d } from '../../engine/ops/conv/conv';
import type { ConvPadding } from '../../engine/ops/conv/conv-geometry';
import type { ConvVariant } from '../../engine/ops/conv/conv-kernels';
import type { FusedActivation } from '../../engine/ops/matmul/gemm';
import type { ProductDevice } from '../../engine/ops/matmul/gemm-plan';
import type { FloatDtype } from '../../engine/tensor/dtype';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp, guardedDevice, type OpCheck } from './check-op';
import { convReference } from './conv-reference';
import { half } from './half-suite';
import type { Ref } from './reference';

export interface ConvAttrs {
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: ConvPadding;
  readonly activation: FusedActivation;
}

const f: Record<FusedActivation, (x: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};

function reference([x, w, bias]: Ref[], { activation, ...attrs }: ConvAttrs): Ref {
  const { shape, data, scale } = convReference(x, w, bias, attrs);
  // f changes no more than its argument does, but for the rounding of exp.
  return { shape, data: data.map(f[activation]), scale: scale!.map((s) => s + 1) };
}

/** Which kernel is to serve, and on which device; dtypes of x, filters and bias, and of the result. */
interface How {
  readonly variant?: ConvVariant;
  readonly device?: ProductDevice;
  readonly dtypes?: readonly FloatDtype[];
  readonly dtype?: FloatDtype;
}

function op([x, w, bias]: Tensor[], attrs: ConvAttrs, { variant, device, dtype }: How): Tensor {
  return (x.rank === 3 ? conv1d : conv2d)(x, w, { ...attrs, dilationRate: attrs.dilation, bias, variant, device, dtype });
}

export type Cases = OpCheck<ConvAttrs>['cases'];

/** An axis: taps that fit even where there is no padding, or do not where there is. */
const axis = fc.record({
  size: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 21)),
  taps: fc.constantFrom(1, 2, 3, 3, 4, 5),
  stride: fc.constantFrom(1, 1, 1, 2, 3, 4),
  dilation: fc.constantFrom(1, 1, 1, 2, 3),
});

/** Channels of the input and of the result, in so many groups. */
const channels = fc.constantFrom<[inputs: number, outputs: number, groups: number]>(
  [1, 1, 1], [1, 4, 1], [2, 3, 1], [3, 5, 1], [4, 4, 1], [4, 3, 1], [3, 8, 1], [5, 36, 1], [2, 33, 1], [8, 12, 1], [16, 4, 1], [20, 8, 1],
  [4, 4, 2], [8, 8, 2], [6, 9, 3], [4, 8, 4], [12, 12, 3],
);

export const cases: Cases = fc
  .record({
    batch: fc.constantFrom(1, 2, 3, 0),
    axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
    channels,
    padding: fc.constantFrom<ConvPadding>('valid', 'same', 'causal'),
    bias: fc.boolean(),
    activation: fc.constantFrom<FusedActivation>('linear', 'linear', 'relu', 'sigmoid', 'tanh'),
  })
  .map(({ batch, axes, channels: [inputs, outputs, groups], bias, activation, ...drawn }) => {
    const padding = drawn.padding === 'causal' && axes.length === 2 ? 'same' : drawn.padding;
    const fitting = axes.map((one) => (padding === 'valid' ? { ...one, taps: Math.min(one.taps, Math.floor((one.size - 1) / one.dilation) + 1) } : one));
    const w = [...fitting.map(({ taps }) => taps), inputs / groups, outputs];
    return {
      shapes: [[batch, ...axes.map(({ size }) => size), inputs], w, ...(bias ? [[outputs]] : [])],
      attrs: { strides: axes.map(({ stride }) => stride), dilation: axes.map(({ dilation }) => dilation), padding, activation: activation === 'relu' && !bias ? 'linear' : activation },
    };
  });

export const plain = { strides: [1, 1], dilation: [1, 1], padding: 'valid', activation: 'linear' } as const;

/** More workgroups than the 16 that the device is given per dimension, and sums over many pixels. */
export const large: Cases = fc
  .constantFrom<[Shape, Shape, Partial<ConvAttrs>]>(
    [[2, 30, 29, 1], [3, 3, 1, 32], {}],
    [[1, 12, 40, 4], [3, 3, 4, 40], { padding: 'same', activation: 'relu' }],
    [[3, 33, 18, 3], [4, 3, 3, 33], { strides: [2, 2], padding: 'same' }],
    [[1, 700, 20], [5, 20, 8], { strides: [1], dilation: [3], padding: 'causal' }],
    [[9, 1, 90, 2], [1, 7, 2, 5], { dilation: [1, 2] }],
  )
  .map(([x, w, attrs]) => ({ shapes: [x, w, [w.at(-1)!]], attrs: { ...plain, ...attrs } }));

/** Bindings of 4 KiB hold 896 elements wherever they start: whole samples, rows of one, gaps, more parts of sums than have room. */
export const pieces: Cases = fc
  .constantFrom<[Shape, Shape, Partial<ConvAttrs>]>(
    [[9, 10, 10, 3], [3, 3, 3, 5], {}],
    [[9, 10, 10, 4], [3, 2, 4, 8], { padding: 'same', strides: [2, 2] }],
    [[2, 40, 9, 4], [3, 3, 4, 4], { padding: 'same', activation: 'relu' }],
    [[1, 41, 9, 8], [2, 2, 8, 4], { strides: [3, 4] }],
    [[2, 40, 9, 3], [4, 1, 3, 6], { dilation: [5, 1], padding: 'same' }],
    [[1, 64, 20, 1], [1, 1, 1, 4], { strides: [5, 1] }],
    [[7, 100, 3], [3, 3, 7], { strides: [2], dilation: [1], padding: 'causal' }],
  )
  .map(([x, w, attrs]) => ({ shapes: [x, w, [w.at(-1)!]], attrs: { ...plain, ...attrs } }));

/** Sums err by one unit per addition at most; a gradient is a sum over the taps, or over all pixels. */
const terms = ([, w]: readonly Shape[]): number => sizeOf(w.slice(0, -1)) / 2 + 8;
const gradientTerms = ([x, w]: readonly Shape[]): number => 4 * (sizeOf(x.slice(0, -1)) + sizeOf(w)) + 16;

/**
 * x and filters are eighths, and the bias an odd number of 128ths: no sum comes near relu's kink at 0, over which differences would
 * tell no gradient.
 */
function domain(uniform: () => number, input: number): number {
  const eighths = (1 + Math.floor(8 * uniform())) * (uniform() < 0.5 ? -1 : 1);
  return input === 2 ? (2 * eighths + 1) / 128 : eighths / 8;
}

/** Activations other than relu are a specialisation each, the same for all kernels. Without a bias, sums may be 0. */
export const rectified: Cases = cases.map((one) => ({ ...one, attrs: { ...one.attrs, activation: one.shapes.length === 3 ? 'relu' : 'linear' } }));

/** A suite of its own on a device of its own. */
export function define(name: string, deviceOptions: { maxBindingBytes?: number }, drawn: Cases, runs: number, how: How = {}): void {
  const test = suite(name);
  test.before(async () => void (await guardedDevice(deviceOptions)));
  test.after(close);
  const halves = [...(how.dtypes ?? []), how.dtype].includes('f16');
  (halves ? half(test) : test)(name, () =>
    checkOp({
      op: (inputs, attrs) => op(inputs, attrs, how),
      reference,
      cases: drawn,
      dtypes: how.dtypes,
      domain,
      ulps: terms,
      gradientUlps: gradientTerms,
      runs,
    }));
  test.run();
}
