/** Tensors larger than one binding: with bindings of 2 KiB, 512 elements are one. */
import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { init } from '../../engine/gpu/gpu';
import { argMax, argMin } from '../../engine/ops/reduce/arg';
import * as binary from '../../engine/ops/elementwise/binary';
import { broadcastTo } from '../../engine/ops/layout/broadcast-to';
import { cast } from '../../engine/ops/elementwise/cast';
import { less } from '../../engine/ops/elementwise/compare';
import { fill } from '../../engine/ops/elementwise/fill';
import { max, mean, sum } from '../../engine/ops/reduce/reduce';
import { isNan, tanh } from '../../engine/ops/elementwise/unary';
import { where } from '../../engine/ops/elementwise/where';
import type { Shape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp, guardedDevice } from '../support/check-op';
import { floatDtypes, hasHalf } from '../support/half-suite';
import { elementwise, reduced, type Ref, repeats } from '../support/reference';

const BYTES = 2048;

test.before(async () => {
  await guardedDevice({ maxBindingBytes: BYTES });
  assert.equal((await init()).maxBindingBytes, BYTES);
});

/** Lengths around one window and several. */
const long = fc.constantFrom(383, 384, 385, 511, 512, 513, 576, 1024, 1025, 1600, 3001);

const vectors = (count: number) => long.map((n) => ({ shapes: new Array<Shape>(count).fill([n]), attrs: undefined }));

/** Pairs whose output, or whose operands too, are larger than a window, cut along their first, a middle or their last axis. */
const pairs = fc
  .constantFrom<Shape[][]>(
    [[40, 32], [32]], [[40, 32], [40, 1]], [[37, 33], [33]], [[37, 33], [37, 1]], [[1, 700], [3, 1]], [[700, 1], [1, 3]],
    [[3, 700], [700]], [[3, 701], [3, 1]], [[2, 1000], [1, 1000]], [[5, 1, 300], [1, 4, 300]], [[5, 7, 60], [7, 1]], [[2, 3, 1, 5, 1, 40], [3, 1, 5, 7, 1]],
    [[1300], []], [[], [1300]],
  )
  .map((shapes) => ({ shapes, attrs: undefined }));

/** No a equals a b: odd multiples of 2⁻⁷ against even ones. */
const unequal = (uniform: () => number, input: number): number => (2 * Math.floor(512 * uniform() - 256) + 1 - input) / 128;

const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
const size = (values: number[]) => total(values.map(Math.abs));
const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));

for (const dtype of floatDtypes) {
  test(`fill with ${dtype}`, async () => {
    assert.ok((await fill([3001], 2.5, dtype).data()).every((v) => v === 2.5));
  });

  // The derivative 1 − y² counts the rounding of y to f16 twice.
  test(`functions of one tensor of ${dtype}, and their gradient`, () =>
    checkOp({
      op: ([x]) => tanh(x),
      reference: ([x]) => elementwise(Math.tanh)(x),
      cases: vectors(1),
      dtypes: [dtype],
      ulps: 4,
      gradientUlps: 4,
      roundings: 2,
    }));
}

test('tests and casts', async () => {
  await checkOp({ op: ([x]) => isNan(x), reference: ([x]) => elementwise(() => 0)(x), cases: vectors(1), ulps: 0, runs: 8 });
  await checkOp({ op: ([x]) => cast(x, 'i32'), reference: ([x]) => elementwise(Math.trunc)(x), cases: vectors(1), ulps: 0, runs: 8 });
  for (const [from, to] of hasHalf ? ([['f32', 'f16'], ['f16', 'f32']] as const) : []) {
    await checkOp({ op: ([x]) => cast(x, to), reference: ([x]) => x, cases: vectors(1), dtypes: [from], ulps: 0, gradientUlps: 0, runs: 8 });
  }
});

for (const dtype of floatDtypes) test(`functions of two tensors of one shape, ${dtype}`, () =>
  checkOp({
    op: ([a, b]) => binary.sub(a, b),
    reference: ([a, b]) => elementwise((p, q) => p - q)(a, b),
    cases: vectors(2),
    dtypes: [dtype, dtype],
    ulps: 1,
    gradientUlps: 1,
  }));

for (const dtype of floatDtypes) test(`functions of two tensors that broadcast, ${dtype}`, () =>
  checkOp({
    op: ([a, b]) => binary.sub(a, b),
    reference: ([a, b]) => elementwise((p, q) => p - q)(a, b),
    cases: pairs,
    dtypes: [dtype, dtype],
    ulps: 1,
    gradientUlps: (shapes) => Math.max(...repeats(shapes)),
    runs: 64,
  }));

for (const dtype of floatDtypes) test(`comparisons and where, ${dtype}`, () =>
  checkOp({
    op: ([a, b]) => where(less(a, b), a, b),
    reference: ([a, b]) => elementwise(Math.min)(a, b),
    domain: dtype === 'f16' ? unequal : undefined,
    cases: pairs,
    dtypes: [dtype, dtype],
    ulps: 0,
    gradientUlps: (shapes) => Math.max(...repeats(shapes)),
    runs: 32,
  }));

for (const dtype of floatDtypes) test(`broadcastTo, ${dtype}`, () =>
  checkOp({
    op: ([a, b]) => broadcastTo(a, binary.add(a, b).shape),
    reference: ([a, b]) => elementwise((p, q) => p + 0 * q)(a, b),
    cases: pairs,
    dtypes: [dtype, dtype],
    ulps: 0,
    runs: 32,
  }));

interface Attrs {
  readonly axis: number;
}
/** Many slices per window, one slice in several windows, rows of a slice larger than a window. */
const slices = fc
  .constantFrom<[Shape, number][]>(
    [[50, 40], 1], [[50, 41], 1], [[3, 2000], 1], [[3, 2001], 1], [[5000], 0], [[40, 50], 0], [[41, 51], 0], [[700, 5], 0], [[3, 9, 70], 1],
    [[3, 30, 40], 1], [[3, 31, 41], 1], [[2, 5, 1000], 1], [[4, 999], 0], [[2, 100, 9], 1], [[900, 2], 1],
  )
  .map(([shape, axis]) => ({ shapes: [shape], attrs: { axis } }));

const folds: [string, (x: Tensor, axis: number) => Tensor, (values: number[]) => number, ulps: number, scale?: (values: number[]) => number][] = [
  ['sum', sum, total, 2 + Math.log2(5000), size],
  ['mean', mean, (v) => total(v) / v.length, 2 + Math.log2(5000), (v) => size(v) / v.length],
  ['max', max, most, 0],
  ['argMax', argMax, (v) => v.indexOf(most(v)), 0],
  ['argMin', argMin, (v) => v.indexOf(-most(v.map((x) => -x))), 0],
];
for (const [name, op, f, ulps, scale] of folds) {
  test(name, () =>
    checkOp<Attrs>({
      op: ([x], { axis }) => op(x, axis),
      reference: ([x]: Ref[], { axis }) => ({ ...reduced(x, [axis], false, f), scale: scale && reduced(x, [axis], false, scale).data }),
      cases: slices,
      // Few values, so that windows have equals.
      domain: name.startsWith('arg') ? (uniform) => Math.floor(30 * uniform()) : undefined,
      ulps,
      gradientUlps: name === 'sum' ? 1 : undefined,
      runs: 48,
    }));
}

test.run();
