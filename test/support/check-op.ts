/**
 * The property test of an op: random shapes and values, the result against a float64 reference, the gradient against central
 * differences of that reference (differences of f32 are too noisy), poisoned memory around every tensor.
 *
 * A result may differ from the reference by `ulps` · 2⁻²³ · scale, where the scale is the value's magnitude unless the reference
 * tells (a sum's error is relative to the sum of absolute values). A gradient's scale is its own magnitude or the largest
 * incoming gradient, whichever is larger. Values below the smallest normal f32 may be 0.
 *
 * Inputs of f16 and the gradients that come back to results of f16 are numbers that f16 holds. A result of f16 is a number within
 * those bounds, rounded to f16; on the way to a gradient there may have been `roundings` more, by 2⁻¹¹ of the gradient's scale each.
 */
import { fail } from 'node:assert/strict';
import process from 'node:process';
import fc from 'fast-check';
import { valueAndGrad } from '../../engine/autodiff/grad';
import { type Gpu, init, type InitOptions } from '../../engine/gpu/gpu';
import { mul } from '../../engine/ops/elementwise/binary';
import { tensor } from '../../engine/tensor/create';
import { type Dtype, hostDtype, isFloat, newTypedArray, type TypedArray } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape, sameShape, type Shape, sizeOf } from '../../engine/tensor/shape';
import { scope } from '../../engine/tensor/scope';
import type { Tensor } from '../../engine/tensor/tensor';
import { Guards } from './guards';
import { isCloseHalf, nearestHalf } from './half';
import { readAll } from './moves';
import { indexAt, isClose, type Ref } from './reference';
import { seed } from './seed';

export interface OpCheck<Attrs = undefined> {
  op(inputs: Tensor[], attrs: Attrs): Tensor;
  /** May set `scale`; the gradient check calls it with inputs moved a little. */
  reference(inputs: Ref[], attrs: Attrs): Ref;
  /** Shapes of the inputs and what else the op takes. */
  cases: fc.Arbitrary<{ shapes: readonly Shape[]; attrs: Attrs }>;
  /** Dtypes of the inputs, f32 unless told. */
  dtypes?: readonly Dtype[];
  /** A value of an input from a uniform number in [0, 1); ±[0.05, 4] unless told, whole for integers. */
  domain?: (uniform: () => number, input: number) => number;
  /** Allowed error of the result; 0 means exact. */
  ulps: number | ((shapes: readonly Shape[], attrs: Attrs) => number);
  /** Allowed error of the gradient; left out where there is none. */
  gradientUlps?: number | ((shapes: readonly Shape[], attrs: Attrs) => number);
  /** Of a gradient of f16, before its own: 0 unless told. */
  roundings?: number | ((shapes: readonly Shape[], attrs: Attrs) => number);
  /** Cases, before `WGRAD_TEST_DEEP` multiplies them. */
  runs?: number;
}

const EPSILON = 2 ** -23;
const SMALLEST = 2 ** -126;
const HALF_EPSILON = 2 ** -11;
const HALF_SMALLEST = 2 ** -24;
const DEEP = process.env.WGRAD_TEST_DEEP ? 20 : 1;
/** Whether the first failure will do, without a search for a smaller one. */
const QUICK = Boolean(process.env.WGRAD_TEST_QUICK);
/** Cases per submit: a read costs more than a small dispatch. */
const BATCH = 8;
/** Elements per input whose gradient is checked: each costs two evaluations of the reference. */
const GRADIENTS = 12;

/** mulberry32 */
export function uniformFrom(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

let guards: Guards | undefined;
let guarded: Gpu | undefined;

/**
 * Opens the device with guards around all memory, and with a limit of 16 workgroups per dimension instead of 65,535, so that grids
 * fold already at sizes that tests can afford.
 */
export async function guardedDevice(options?: InitOptions): Promise<Guards> {
  const gpu = await init(options);
  if (gpu !== guarded) {
    [guarded, guards] = [gpu, new Guards(gpu)];
    Object.defineProperty(gpu.device.limits, 'maxComputeWorkgroupsPerDimension', { value: 16 });
  }
  return guards!;
}

interface Drawn<Attrs> {
  shapes: readonly Shape[];
  attrs: Attrs;
  state: number;
}

/** Checks so far: each draws cases of its own. */
let checks = 0;

export async function checkOp<Attrs = undefined>(check: OpCheck<Attrs>): Promise<void> {
  await guardedDevice();
  const drawn = fc.tuple(check.cases, fc.integer()).map(([{ shapes, attrs }, state]): Drawn<Attrs> => ({ shapes, attrs, state }));
  const runs = Math.ceil(((check.runs ?? 24) * DEEP) / BATCH);
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { minLength: BATCH, maxLength: BATCH }), (batch) => checkBatch(check, batch)),
    { seed: seed + checks++, numRuns: runs, includeErrorInReport: true, endOnFailure: QUICK, interruptAfterTimeLimit: 60_000 * DEEP },
  );
}

async function checkBatch<Attrs>(check: OpCheck<Attrs>, batch: readonly Drawn<Attrs>[]): Promise<void> {
  const pending = batch.map((one) => ({ one, ...runOne(check, one) }));
  const tensors = pending.flatMap(({ value, gradients }) => [value, ...gradients]);
  const results = await readAll(tensors);
  await guards!.check();
  tensors.forEach((t) => t.dispose());
  for (const { one, values, upstream, value, gradients } of pending) {
    compare(check, one, values, value, results.shift()!);
    if (gradients.length > 0) compareGradients(check, one, values, upstream!, gradients, gradients.map(() => results.shift()!));
  }
}

/** The op on the device, with its gradients for a random upstream gradient. */
function runOne<Attrs>(check: OpCheck<Attrs>, { shapes, attrs, state }: Drawn<Attrs>) {
  const uniform = uniformFrom(state);
  const values = shapes.map((shape, i) => drawValues(check, shape, i, uniform));
  return scope(() => {
    const inputs = values.map((value, i) => toTensor(value, check.dtypes?.[i]));
    if (check.gradientUlps === undefined) return { values, upstream: null, value: check.op(inputs, attrs), gradients: [] };
    let upstream: Ref | null = null;
    let value!: Tensor;
    const { gradients } = valueAndGrad((...xs) => {
      value = check.op(xs, attrs);
      const round = value.dtype === 'f16' ? nearestHalf : Math.fround;
      upstream = { shape: value.shape, data: Float64Array.from({ length: value.size }, () => round(2 * uniform() - 1)) };
      return mul(value, toTensor(upstream, value.dtype));
    })(...inputs);
    return { values, upstream: upstream as Ref | null, value, gradients };
  });
}

export function toTensor({ shape, data }: Ref, dtype: Dtype = 'f32'): Tensor {
  const typed = newTypedArray(hostDtype(dtype), data.length);
  typed.set(data);
  return tensor(new HostArray(typed, shape, hostDtype(dtype)), dtype);
}

function drawValues<Attrs>({ dtypes, domain }: OpCheck<Attrs>, shape: Shape, input: number, uniform: () => number): Ref {
  const dtype = dtypes?.[input] ?? 'f32';
  const draw = (): number => {
    if (domain) return domain(uniform, input);
    if (dtype === 'bool') return Number(uniform() < 0.5);
    if (isFloat(dtype)) return (uniform() < 0.5 ? -1 : 1) * (0.05 + 3.95 * uniform());
    return Math.floor(dtype === 'u32' ? 20 * uniform() : 20 * uniform() - 10);
  };
  const data = Float64Array.from(newTypedArray(hostDtype(dtype), sizeOf(shape)).map(draw as never) as ArrayLike<number>);
  return { shape, data: dtype === 'f16' ? data.map(nearestHalf) : data };
}

function compare<Attrs>(check: OpCheck<Attrs>, one: Drawn<Attrs>, inputs: readonly Ref[], value: Tensor, got: TypedArray): void {
  const want = check.reference([...inputs], one.attrs);
  if (!sameShape(want.shape, value.shape)) {
    fail(`shape ${formatShape(value.shape)}, expected ${formatShape(want.shape)} ${describe(one)}`);
  }
  const ulps = typeof check.ulps === 'function' ? check.ulps(one.shapes, one.attrs) : check.ulps;
  const scale = (i: number): number => want.scale?.[i] ?? Math.abs(want.data[i]);
  const { dtype } = value;
  want.data.forEach((y, i) => expectClose('result', dtype, got[i], y, ulps === 0 ? 0 : ulps * EPSILON * scale(i) + SMALLEST, want.shape, i, one));
}

function compareGradients<Attrs>(check: OpCheck<Attrs>, one: Drawn<Attrs>, inputs: readonly Ref[], upstream: Ref, gradients: readonly Tensor[], got: TypedArray[]): void {
  const { gradientUlps, roundings = 0 } = check;
  const ulps = typeof gradientUlps === 'function' ? gradientUlps(one.shapes, one.attrs) : gradientUlps!;
  const loss = (moved: Ref[]): number => check.reference(moved, one.attrs).data.reduce((sum, y, i) => sum + y * upstream.data[i], 0);
  const rounded = (typeof roundings === 'function' ? roundings(one.shapes, one.attrs) : roundings) * HALF_EPSILON;
  const incoming = upstream.data.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
  inputs.forEach((input, j) => {
    const dtype = check.dtypes?.[j] ?? 'f32';
    if (gradients[j].dtype !== dtype) fail(`the gradient of input ${j} is ${gradients[j].dtype}, expected ${dtype} ${describe(one)}`);
    if (!isFloat(dtype)) return;
    const at = (i: number, value: number): number => {
      const moved = Float64Array.from(input.data).fill(value, i, i + 1);
      return loss(inputs.map((other, k) => (k === j ? { ...other, data: moved } : other)));
    };
    const step = Math.ceil(input.data.length / GRADIENTS);
    for (let i = Math.abs(one.state) % step; i < input.data.length; i += step) {
      const x = input.data[i];
      const h = 1e-5 * Math.max(1, Math.abs(x));
      const want = (at(i, x + h) - at(i, x - h)) / (2 * h);
      // Central differences err by some 1e-9 of what they subtract.
      const scale = Math.max(Math.abs(want), incoming);
      const allowed = ulps * EPSILON * scale + 1e-8 + (rounded > 0 ? rounded * scale + HALF_SMALLEST : 0);
      expectClose(`gradient of input ${j}`, dtype, got[j][i], want, allowed, input.shape, i, one);
    }
  });
}

function expectClose(what: string, dtype: Dtype, got: number, want: number, allowed: number, shape: Shape, i: number, one: Drawn<unknown>): void {
  if ((dtype === 'f16' ? isCloseHalf : isClose)(got, want, allowed)) return;
  fail(`${what} at ${formatShape(indexAt(shape, i))} is ${got}, expected ${want} ± ${allowed.toExponential(1)} ${describe(one)}`);
}

function describe({ shapes, attrs, state }: Drawn<unknown>): string {
  return `for shapes ${shapes.map(formatShape).join(' ')}, attributes ${JSON.stringify(attrs)}, values ${state} (WGRAD_TEST_SEED=${seed})`;
}
