/** Softmax, log-softmax and log-sum-exp along any axis, with first and second derivatives. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grad } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { logSoftmax, logSumExp, mul, reshape, softmax } from '../../engine/ops';
import { fill } from '../../engine/ops/elementwise/fill';
import { tensor } from '../../engine/tensor/create';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp } from '../support/check-op';
import type { Ref } from '../support/reference';

/** Up to 128 elements a lane owns a row, past that 64 lanes do. */
const rowLength = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constantFrom(0, 31, 64, 100, 127, 128, 129, 191, 192, 193, 300));

/** Shapes of rank 1 to 4 and an axis, of any length. */
const alongAxis = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }), rowLength, fc.nat(3))
  .map(([others, n, at]) => {
    const axis = at % (others.length + 1);
    return { shape: others.toSpliced(axis, 0, n), axis: at % 2 ? axis - others.length - 1 : axis };
  });

const positive = (axis: number, shape: Shape): number => (axis < 0 ? axis + shape.length : axis);

/** Every row along an axis replaced by what `fn` makes of it (and of the same rows of `others`); its length may change. */
function mapRows(fn: (row: number[], ...others: number[][]) => number[], axis: number, x: Ref, ...others: Ref[]): Ref {
  const at = positive(axis, x.shape);
  const n = x.shape[at];
  const inner = sizeOf(x.shape.slice(at + 1));
  const outer = sizeOf(x.shape.slice(0, at));
  const row = (of: Ref, o: number, i: number): number[] => Array.from({ length: n }, (_, c) => of.data[(o * n + c) * inner + i]);
  const made = Array.from({ length: outer * inner }, (_, k) => {
    const [o, i] = [Math.floor(k / inner), k % inner];
    return fn(row(x, o, i), ...others.map((other) => row(other, o, i)));
  });
  const length = made[0]?.length ?? n;
  const data = new Float64Array(outer * length * inner);
  made.forEach((values, k) => values.forEach((v, c) => (data[(Math.floor(k / inner) * length + c) * inner + (k % inner)] = v)));
  return { shape: x.shape.with(at, length), data };
}

function logSumExpOf(row: number[]): number {
  const m = Math.max(...row);
  return m + Math.log(row.reduce((sum, v) => sum + Math.exp(v - m), 0));
}

/** Errors are relative to 1 plus the value: what is taken from x is of that order. */
const withScale = (y: Ref): Ref => ({ ...y, scale: y.data.map((v) => 1 + Math.abs(v)) });

const softmaxOf = (row: number[]): number[] => {
  const l = logSumExpOf(row);
  return row.map((v) => Math.exp(v - l));
};

const references = {
  softmax: (x: Ref, axis: number) => mapRows(softmaxOf, axis, x),
  logSoftmax: (x: Ref, axis: number) =>
    withScale(mapRows((row) => {
      const l = logSumExpOf(row);
      return row.map((v) => v - l);
    }, axis, x)),
  logSumExp: (x: Ref, axis: number, keepDims: boolean): Ref => {
    const y = withScale(mapRows((row) => [logSumExpOf(row)], axis, x));
    return keepDims ? y : { ...y, shape: y.shape.toSpliced(positive(axis, x.shape), 1) };
  },
};

/**
 * exp(x − m) may err by 3 + 2|x − m| units of the last place (WGSL's bound) with |x − m| < 8 here, its argument and the
 * division by a few more, the sum by one per addition in a row of n: n of them in one lane, n/64 + 16 in 64 lanes.
 */
const ulps = (n: number): number => 24 + (n <= 128 ? n : n / 64 + 16);

function define(name: string, options: { maxBindingBytes?: number }): void {
  const test = suite(name);
  test.before(async () => void (await init(options)));
  test.after(close);

  const axisCases = alongAxis.map(({ shape, axis }) => ({ shapes: [shape], attrs: axis }));
  const tolerance = ([shape]: readonly Shape[], axis: number): number => ulps(shape[positive(axis, shape)]);
  for (const [name, op] of Object.entries({ softmax, logSoftmax })) {
    const reference = references[name as 'softmax' | 'logSoftmax'];
    test(name, () =>
      checkOp({
        op: ([x], axis) => op(x, axis),
        reference: ([x], axis) => reference(x, axis),
        cases: axisCases,
        ulps: tolerance,
        gradientUlps: (shapes, axis) => 4 * tolerance(shapes, axis),
        runs: 48,
      }));
  }

  test('logSumExp', () =>
    checkOp({
      op: ([x], { axis, keepDims }) => logSumExp(x, axis, keepDims),
      reference: ([x], { axis, keepDims }) => references.logSumExp(x, axis, keepDims),
      cases: fc.tuple(alongAxis, fc.boolean()).map(([{ shape, axis }, keepDims]) => ({ shapes: [shape], attrs: { axis, keepDims } })),
      ulps: (shapes, { axis }) => tolerance(shapes, axis),
      gradientUlps: (shapes, { axis }) => 4 * tolerance(shapes, axis),
      runs: 48,
    }));

  test('gradients of the gradients', async () => {
    // The gradient for an upstream w as a function of both, from the formula; checkOp differentiates that again.
    const matrix = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(1, 3, 10, 130));
    const cases = matrix.map((shape) => ({ shapes: [shape, shape], attrs: undefined }));
    const rowsOf = (x: Ref, w: Ref, fn: (p: number[], w: number[]) => number[]): Ref =>
      mapRows((row, weights) => fn(softmaxOf(row), weights), -1, x, w);
    const dot = (a: number[], b: number[]): number => a.reduce((sum, v, i) => sum + v * b[i], 0);
    const total = (a: number[]): number => a.reduce((sum, v) => sum + v, 0);
    const check = (op: (x: Tensor) => Tensor, reference: (x: Ref, w: Ref) => Ref): Promise<void> =>
      checkOp({
        op: ([x, w]) => grad((v) => mul(op(v), w))(x)[0],
        reference: ([x, w]) => ({ ...reference(x, w), scale: new Float64Array(x.data.length).fill(4 * x.shape[1]) }),
        cases,
        ulps: ([[, n]]) => ulps(n),
        gradientUlps: ([[, n]]) => 16 * n * ulps(n),
        runs: 16,
      });
    await check(softmax, (x, w) => rowsOf(x, w, (p, w) => p.map((v, c) => v * (w[c] - dot(p, w)))));
    await check(logSoftmax, (x, w) => rowsOf(x, w, (p, w) => p.map((v, c) => w[c] - v * total(w))));
    await check((v) => mul(logSumExp(v, -1, true), fill(v.shape, 1)), (x, w) => rowsOf(x, w, (p, w) => p.map((v) => v * total(w))));
  });

  for (const n of [4, 200]) {
    test(`extremes in rows of ${n}`, async () => {
      const row = (...first: number[]): number[] => [...first, ...new Array<number>(n - first.length).fill(-Infinity)];
      const x = tensor([
        row(1e4, 1e4, 1e4 - 1), row(-1e4, -1e4, -1e4 - 1), row(0, 3e38, -3e38), row(0), row(), row(Infinity, 0), row(0, NaN, 1, 2),
      ]);
      const e = Math.exp(-1);
      const close = (actual: ArrayLike<number>, expected: number[], from: number): void => {
        expected.forEach((v, i) => {
          const got = actual[from + i];
          assert.ok(Object.is(got, v) || Math.abs(got - v) < 1e-6, `${from + i}: ${got}, expected ${v}`);
        });
      };
      const all = (v: number): number[] => new Array<number>(n).fill(v);
      const zeros = all(0).slice(3);
      const y = await softmax(x).data();
      const first = [1 / (2 + e), 1 / (2 + e), e / (2 + e), ...zeros];
      const expected = [first, first, [0, 1, 0, ...zeros], [1, 0, 0, ...zeros], all(NaN), all(NaN), all(NaN)];
      expected.forEach((values, r) => close(y, values, r * n));
      const z = await logSoftmax(x).data();
      close(z, [-Math.log(2 + e), -Math.log(2 + e), -1 - Math.log(2 + e), -Infinity], 0);
      close(z, [0, -Infinity], 3 * n);
      close(z, all(NaN), 6 * n);
      const sums = [1e4 + Math.log(2 + e), -1e4 + Math.log(2 + e), 3e38, 0, -Infinity, NaN, NaN];
      close(await logSumExp(x).data(), sums.map(Math.fround), 0);
    });
  }

  test('no classes: nothing to normalise, the logarithm of an empty sum', async () => {
    assert.equal((await softmax(fill([3, 0], 1)).array()).shape, [3, 0]);
    assert.equal([...(await logSumExp(fill([3, 0], 1)).data())], [-Infinity, -Infinity, -Infinity]);
    assert.is(softmax(fill([0, 3], 1)).size, 0);
  });

  if (options.maxBindingBytes) {
    test('a row that no binding holds', () => {
      const row = options.maxBindingBytes! / 4;
      assert.is(softmax(fill([1, row], 1)).size, row);
      for (const op of [softmax, logSoftmax, logSumExp]) {
        assert.throws(() => op(fill([2, row], 1)), (error: Error) => error.name === 'ValueError' && error.message.includes(`${row} elements`));
      }
    });
  }

  test.run();
}

define('softmax', {});
define('softmax, with bindings of 2 KiB', { maxBindingBytes: 2048 });

const many = suite('more than 65,535 workgroups');
many.before(async () => void (await init()));
many.after(close);
many('of rows', async () => {
  const rows = 65_540 * 64;
  assert.ok(rows / 64 > gpu().device.limits.maxComputeWorkgroupsPerDimension);
  const y = await logSumExp(reshape(fill([rows], 3), [rows, 1])).data();
  assert.is(y.length, rows);
  assert.is(y.findIndex((v) => v !== 3), -1);
});
many.run();

