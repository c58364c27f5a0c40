/** Max and average pooling over one and two axes: values, gradients, gradients of gradients, NaN, ties, sizes, and large tensors in pieces. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grad } from '../../engine/autodiff/grad';
import { close } from '../../engine/gpu/gpu';
import { cast, mul } from '../../engine/ops';
import { averagePool, maxPool } from '../../engine/ops/pool/pool';
import type { Padding, PoolOptions } from '../../engine/ops/pool/pool-geometry';
import { tensor, zeros } from '../../engine/tensor/create';
import type { FloatDtype } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp, guardedDevice, type OpCheck } from '../support/check-op';
import { floatDtypes } from '../support/half-suite';
import { indexAt, positionOf, ref, type Ref } from '../support/reference';

interface Attrs {
  readonly pool: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
}

/** The elements of the window that gives element `index` of the result, in row-major order. */
function windowOf(shape: Shape, { pool, strides, padding }: Attrs, index: readonly number[]): number[][] {
  let positions: number[][] = [[index[0]]];
  pool.forEach((size, axis) => {
    const [n, stride] = [shape[axis + 1], strides[axis]];
    const padded = padding === 'same' ? Math.max(0, (Math.ceil(n / stride) - 1) * stride + size - n) : 0;
    const start = index[axis + 1] * stride - Math.floor(padded / 2);
    const along = Array.from({ length: size }, (_, i) => start + i).filter((i) => i >= 0 && i < n);
    positions = positions.flatMap((position) => along.map((i) => [...position, i]));
  });
  return positions.map((position) => [...position, index[index.length - 1]]);
}

function pooled(shape: Shape, { pool, strides, padding }: Attrs): number[] {
  const sizes = pool.map((size, axis) => {
    const room = padding === 'same' ? shape[axis + 1] : shape[axis + 1] - size + 1;
    return Math.ceil(room / strides[axis]);
  });
  return [shape[0], ...sizes, shape[shape.length - 1]];
}

const known = new Map<string, number[][]>();

/** For each element of the result the positions of its window's elements; kept, as gradients ask for them again and again. */
function windowsOf(shape: Shape, attrs: Attrs): number[][] {
  const key = JSON.stringify([shape, attrs]);
  const old = known.get(key);
  if (old) return old;
  const result = pooled(shape, attrs);
  const windows = Array.from({ length: sizeOf(result) }, (_, i) => windowOf(shape, attrs, indexAt(result, i)).map((at) => positionOf(shape, at)));
  known.set(key, windows);
  return windows;
}

/** f of the values of each window. */
function pooling(f: (values: number[]) => number): (x: Ref, attrs: Attrs) => Ref {
  return (x, attrs) => ref(pooled(x.shape, attrs), windowsOf(x.shape, attrs).map((window) => f(window.map((at) => x.data[at]))));
}

const largest = pooling((values) => Math.max(...values));
const average = pooling((values) => values.reduce((a, b) => a + b, 0) / values.length);
const averageSize = pooling((values) => values.reduce((a, b) => a + Math.abs(b), 0) / values.length);

const options = ({ strides, padding }: Attrs): PoolOptions => ({ strides, padding });

/** A pooled axis: its size, the pool (which fits) and the stride. */
const axis = fc
  .tuple(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 33)), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .map(([size, pool, stride]) => ({ size, pool, stride }));

type Cases = OpCheck<Attrs>['cases'];

const cases: Cases = fc
  .record({
    batch: fc.constantFrom(1, 2, 3, 0),
    axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
    channels: fc.constantFrom(1, 2, 3, 4, 8, 12, 0),
    same: fc.boolean(),
  })
  .map(({ batch, axes, channels, same }) => ({
    shapes: [[batch, ...axes.map(({ size }) => size), channels]],
    attrs: {
      pool: axes.map(({ size, pool }) => (same ? pool : Math.min(size, pool))),
      strides: axes.map(({ stride }) => stride),
      padding: (same ? 'same' : 'valid') as Padding,
    },
  }));

/** More workgroups than the 16 that the device is given per dimension, and windows of many elements. */
const large: Cases = fc
  .constantFrom<[Shape, Attrs]>(
    [[5, 300, 3], { pool: [2], strides: [1], padding: 'same' }],
    [[3, 20, 21, 4], { pool: [3, 2], strides: [1, 1], padding: 'valid' }],
    [[2, 70, 33, 1], { pool: [2, 2], strides: [2, 2], padding: 'valid' }],
    [[1, 500, 2], { pool: [400], strides: [70], padding: 'valid' }],
    [[1, 12, 11, 1], { pool: [11, 10], strides: [1, 1], padding: 'same' }],
  )
  .map(([shape, attrs]) => ({ shapes: [shape], attrs }));

/** A sum errs by one unit per addition at most, the quotient by a few; of dy, an element gets a share from every window over it. */
const additions = (_: readonly Shape[], { pool }: Attrs): number => sizeOf(pool) + 4;

/** No two values of a window are equal, and f16 holds them all. */
const counters = new WeakMap<() => number, number>();
function distinct(uniform: () => number): number {
  const count = counters.get(uniform) ?? 0;
  counters.set(uniform, count + 1);
  return (((count * 389) % 4093) - 2046) / 512;
}

const differentiated = { op: ([x]: Tensor[], attrs: Attrs) => maxPool(x, attrs.pool, options(attrs)), gradientUlps: additions };

function define(name: string, deviceOptions: { maxBindingBytes?: number }, drawn: Cases, runs: number, dtype: FloatDtype = 'f32'): void {
  const test = suite(name);
  const dtypes = [dtype];
  const domain = dtype === 'f16' ? distinct : undefined;
  test.before(async () => void (await guardedDevice(deviceOptions)));
  test.after(close);

  test('maxPool', () => checkOp({ ...differentiated, reference: ([x], attrs) => largest(x, attrs), cases: drawn, dtypes, domain, ulps: 0, runs }));

  test('averagePool', () =>
    checkOp({
      op: ([x], attrs) => averagePool(x, attrs.pool, options(attrs)),
      reference: ([x], attrs) => ({ ...average(x, attrs), scale: averageSize(x, attrs).data }),
      cases: drawn,
      dtypes,
      domain,
      ulps: additions,
      gradientUlps: additions,
      runs,
    }));
  test.run();
}


/** Bindings of 2 KiB hold 384 elements wherever they start: whole samples, rows of one, with and without vec4s, and gaps. */
const pieces: Cases = fc
  .constantFrom<[Shape, Attrs]>(
    [[9, 10, 10, 3], { pool: [2, 2], strides: [2, 2], padding: 'valid' }],
    [[9, 10, 10, 3], { pool: [3, 2], strides: [1, 3], padding: 'same' }],
    [[2, 700, 4], { pool: [4], strides: [3], padding: 'same' }],
    [[2, 701, 3], { pool: [5], strides: [2], padding: 'valid' }],
    [[2, 40, 9, 5], { pool: [3, 3], strides: [1, 1], padding: 'same' }],
    [[1, 41, 9, 8], { pool: [2, 2], strides: [3, 4], padding: 'valid' }],
    [[2, 900, 1], { pool: [3], strides: [200], padding: 'valid' }],
    [[2, 300, 4], { pool: [90], strides: [90], padding: 'same' }],
  )
  .map(([shape, attrs]) => ({ shapes: [shape], attrs }));

for (const dtype of floatDtypes) {
  define(`pooling of ${dtype}`, {}, cases, dtype === 'f32' ? 48 : 24, dtype);
  define(`pooling of ${dtype}, many workgroups`, {}, large, 8, dtype);
  define(`pooling of ${dtype}, beyond one binding`, { maxBindingBytes: 2048 }, pieces, 16, dtype);
}

const test = suite('pooling, details');
test.before(async () => void (await guardedDevice({})));
test.after(close);

const values = async (t: Tensor): Promise<number[]> => [...(await t.data())];
const row = (...x: number[]): Tensor => tensor(new HostArray(Float32Array.from(x), [1, x.length, 1]));
const gradient = (f: (x: Tensor) => Tensor, x: Tensor): Tensor => grad(f)(x)[0];
/** The same values in four channels: vec4s. */
const quad = (...x: number[]): Tensor => tensor(new HostArray(Float32Array.from(x.flatMap((v) => [v, v, v, v])), [1, x.length, 4]));

test('strides are the pool size unless told; 1-D is 2-D with a height or width of 1', async () => {
  const x = Float32Array.from({ length: 40 }, (_, i) => Math.sin(3 * i));
  const one = await values(maxPool(tensor(new HostArray(x, [2, 10, 2])), 3));
  for (const [shape, pool] of [[[2, 10, 1, 2], [3, 1]], [[2, 1, 10, 2], [1, 3]]]) {
    const y = maxPool(tensor(new HostArray(x, shape)), pool, { strides: pool });
    assert.equal(await values(y), one);
  }
});

test('a NaN comes out of every window over it, and takes the gradient', async () => {
  for (const [make, channels] of [[row, 1], [quad, 4]] as const) {
    const each = (...x: number[]): number[] => x.flatMap((v) => new Array<number>(channels).fill(v));
    const x = make(1, NaN, 3, -2, NaN, NaN);
    assert.equal(await values(maxPool(x, 2, { strides: 1 })), each(NaN, NaN, 3, NaN, NaN));
    assert.equal(await values(averagePool(x, 2)), each(NaN, 0.5, NaN));
    const dx = gradient((t) => maxPool(t, 3), x);
    assert.equal(await values(dx), each(0, 1, 0, 0, 1, 0));
  }
  // A NaN as x86 makes it, with its sign bit set.
  const negative = new HostArray(new Float32Array(Uint32Array.of(0x3f800000, 0xffc00000, 0x7f800000).buffer), [1, 3, 1]);
  assert.equal(await values(maxPool(tensor(negative), 3)), [NaN]);
});

test('infinities are values', async () => {
  assert.equal(await values(maxPool(row(-Infinity, -Infinity, Infinity, 1), 2)), [-Infinity, Infinity]);
  assert.equal(await values(maxPool(row(-Infinity, -3e38), 2)), [Math.fround(-3e38)]);
});

test('of equal elements the first one in the window takes the gradient', async () => {
  const ones = tensor(new HostArray(new Float32Array(16).fill(1), [1, 4, 4, 1]));
  assert.equal(await values(gradient((t) => maxPool(t, 2), ones)), [1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
  // Four windows begin at the left edge or in the corner; 0 and −0 are equal.
  const zero = row(-0, 0, -0, 0, 0);
  assert.equal(await values(gradient((t) => maxPool(t, 3, { strides: 1, padding: 'same' }), zero)), [2, 1, 1, 1, 0]);
  assert.equal(await values(gradient((t) => maxPool(t, 2), quad(-Infinity, -Infinity))), [1, 1, 1, 1, 0, 0, 0, 0]);
});

test('elements between windows have no influence', async () => {
  const x = row(1, 2, 9, 9, 9, 4, 3, 9);
  assert.equal(await values(maxPool(x, 2, { strides: 5 })), [2, 4]);
  assert.equal(await values(gradient((t) => maxPool(t, 2, { strides: 5 }), x)), [0, 1, 0, 0, 0, 1, 0, 0]);
  assert.equal(await values(gradient((t) => averagePool(t, 2, { strides: 5 }), x)), [0.5, 0.5, 0, 0, 0, 0.5, 0.5, 0]);
});

test('gradients of gradients', async () => {
  for (const channels of [3, 4]) {
    const shape = [2, 5, 4, channels];
    // No two alike, so that small steps change no maximum.
    const x = tensor(new HostArray(Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 37) % 161) / 40 - 2), shape));
    const how = { strides: 1, padding: 'same' } as const;
    // Of Σ y³/6 the gradient is Σ y²/2 · ∂y, and that of Σ gradient² is checked against differences of the plain reference.
    const attrs: Attrs = { pool: [3, 2], strides: [1, 1], padding: 'same' };
    for (const [op, reference] of [[maxPool, largest], [averagePool, average]] as const) {
      const cubed = (u: Tensor): Tensor => {
        const y = op(u, [3, 2], how);
        return mul(mul(y, y), mul(y, 1 / 6));
      };
      const second = await values(gradient((t) => {
        const first = gradient(cubed, t);
        return mul(first, first);
      }, x));
      const host = await x.array();
      const at = Float64Array.from(host.data);
      const norm = (data: Float64Array): number => {
        const y = reference({ shape, data }, attrs);
        const first = new Float64Array(data.length);
        windowsOf(shape, attrs).forEach((cells, i) => {
          const v = y.data[i];
          const shares = op === averagePool ? cells : [cells.find((cell) => data[cell] === v)!];
          for (const cell of shares) first[cell] += (v * v) / 2 / shares.length;
        });
        return first.reduce((sum, v) => sum + v * v, 0);
      };
      for (let i = 0; i < at.length; i += 7) {
        const moved = (h: number): number => norm(at.with(i, at[i] + h));
        const want = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        assert.ok(Math.abs(second[i] - want) <= 1e-6 + 2e-6 * Math.abs(want), `${op.name}, element ${i}: ${second[i]}, expected ${want}`);
      }
    }
  }
});

test('the same bits every time', async () => {
  const x = tensor(new HostArray(Float32Array.from({ length: 2 * 30 * 30 * 3 }, (_, i) => Math.cos(i * i)), [2, 30, 30, 3]));
  const how = { strides: 2, padding: 'same' } as const;
  const run = (): Promise<number[]> => values(gradient((t) => mul(averagePool(t, 5, how), maxPool(t, 5, how)), x));
  assert.equal(await run(), await run());
});

test('clear errors', async () => {
  const x = zeros([1, 4, 5, 1]);
  assert.throws(() => maxPool(x, 6), /maxPool: a window of 6 does not fit into axis 1 of shape \[1, 4, 5, 1\].*'same'/);
  assert.throws(() => averagePool(x, [2, 6]), /averagePool: a window of 6 does not fit into axis 2/);
  assert.throws(() => maxPool(x, [2]), /poolSize is \[2\]; expected a whole number of at least 1, or 2 of them/);
  assert.throws(() => maxPool(x, 0), /poolSize is 0/);
  assert.throws(() => maxPool(x, 2, { strides: 1.5 }), /strides is 1.5/);
  assert.throws(() => maxPool(x, 2, { padding: 'sane' as Padding }), /Unknown padding "sane". Did you mean "same"/);
  assert.throws(() => maxPool(zeros([4, 5]), 2), /shape \[4, 5\]; expected \[batch, time, channels\] or/);
  assert.throws(() => averagePool(cast(x, 'i32'), 2), /averagePool: x is i32; expected f32 or f16. Convert it with cast./);
});

test.run();

const narrow = suite('pooling, rows beyond a binding');
narrow.before(async () => void (await guardedDevice({ maxBindingBytes: 1024 })));
narrow.after(close);
narrow('a window that no binding holds is an error', () => {
  assert.throws(() => maxPool(zeros([1, 300, 4]), 100), /one row of the result needs more than 128 elements at once/);
});
narrow.run();
