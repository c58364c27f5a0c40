/** Products drawn at random, as the tests of every kernel take them, with everything that these do besides. */
import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { type FusedActivation, gemm } from '../../engine/ops/matmul/gemm';
import { type ProductDevice, VARIANTS, type VariantName } from '../../engine/ops/matmul/gemm-plan';
import type { Key } from '../../engine/random/key';
import { randomBits } from '../../engine/random/threefry';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { FloatDtype } from '../../engine/tensor/dtype';
import { empty } from '../../engine/tensor/tensor';
import { guardedDevice, toTensor, uniformFrom } from './check-op';
import { matmulReference } from './gemm-reference';
import { isCloseHalf, nearestHalf } from './half';
import { indexAt, positionOf, ref, type Ref } from './reference';
import { seed } from './seed';

/** Element types of A, B and C, and of the bias and the gate. */
export interface Types {
  readonly a: FloatDtype;
  readonly b: FloatDtype;
  readonly c: FloatDtype;
  readonly bias: FloatDtype;
}

const ALL_F32: Types = { a: 'f32', b: 'f32', c: 'f32', bias: 'f32' };

interface Product {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** The operand of which one matrix serves the whole batch. */
  readonly share: 'a' | 'b' | null;
  readonly bias: boolean;
  readonly activation: FusedActivation;
  readonly columnSums: boolean;
  readonly parts: number;
  /** What a count on the device says is wanted: a share of the rows, or of the products in a sum. */
  readonly limit: { readonly axis: 'm' | 'k'; readonly share: number } | null;
  /** What becomes of C at the end, of a single matrix. */
  readonly finish: 'gate' | 'scale' | 'dropout' | null;
  readonly state: number;
}

const f: Record<FusedActivation, (x: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};

/** Sizes around `rows` × `columns` blocks; with `aligned`, every row of the operands starts on a vec4. */
function products(rows: number, columns: number, aligned: boolean): fc.Arbitrary<Product> {
  const quads = (size: number): number => (aligned ? Math.ceil(size / 4) * 4 : size);
  const around = (block: number) => fc.constantFrom(0, 1, 2, 4, 5, block - 1, block, block + 1, 2 * block + 3);
  const drawn = fc.record({
    batch: fc.constantFrom(1, 1, 3),
    m: around(rows).map(quads),
    n: around(columns).map(quads),
    k: around(16),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
    share: fc.constantFrom(null, 'a', 'b'),
    bias: fc.boolean(),
    activation: fc.constantFrom<FusedActivation>('linear', 'linear', 'relu', 'relu', 'sigmoid', 'tanh'),
    columnSums: fc.boolean(),
    parts: fc.constantFrom(1, 1, 1, 2, 3),
    limit: fc.option(fc.record({ axis: fc.constantFrom('m', 'k'), share: fc.constantFrom(0, 0.3, 0.8, 1) }), { freq: 3 }),
    finish: fc.constantFrom(null, null, 'gate', 'scale', 'dropout'),
    state: fc.integer(),
  });
  // Where k runs down both operands, no row depends on it, and it can be limited.
  const down = (one: { transposeA: boolean; transposeB: boolean }): boolean => one.transposeA && !one.transposeB;
  return drawn.map((one) => ({
    ...one,
    k: down(one) ? one.k : quads(one.k),
    limit: one.limit?.axis === 'k' && !down(one) ? null : one.limit,
  }));
}

async function check(variant: VariantName, product: Product, types: Types, on?: ProductDevice): Promise<void> {
  const { batch, m, n, k, transposeA, transposeB, limit, state } = product;
  const uniform = uniformFrom(state);
  const draw = (dtype: FloatDtype, ...shape: number[]): Ref =>
    ref(shape, Float64Array.from({ length: shape.reduce((p, s) => p * s, 1) }, () => roundTo(dtype, 2 * uniform() - 1)));
  const [shareA, shareB] = [product.share === 'a', product.share === 'b'];
  const a = draw(types.a, shareA ? 1 : batch, transposeA ? k : m, transposeA ? m : k);
  const b = draw(types.b, shareB ? 1 : batch, transposeB ? n : k, transposeB ? k : n);
  const bias = product.bias ? draw(types.bias, n) : null;
  const c = empty([batch, m, n], types.c);
  const rows = limit?.axis === 'm' ? Math.floor(limit.share * m) : m;
  const depth = limit?.axis === 'k' ? Math.floor(limit.share * k) : k;
  const extent = limit && { axis: limit.axis, count: tensor(new HostArray(Uint32Array.of(limit.axis === 'm' ? rows : depth), [1]), 'u32') };
  const sums = product.columnSums && rows > 0 ? empty([n]) : null;
  const y = draw(types.c, m, n).data.map((v, i) => (i % 5 === 4 ? 0 : v));
  const gate = product.finish === 'gate' ? toTensor({ shape: [m, n], data: y }, types.c) : null;
  const scale = product.finish === 'gate' || product.finish === 'scale' ? 1.25 : undefined;
  const key: Key = [state >>> 0, 7];
  const bits = randomBits(key, m * n, 3);
  const words = key.map((word) => ({ dtype: 'u32', next: () => word }) as const);
  const dropout = product.finish === 'dropout' ? { key: words, stream: 3, threshold: 2 ** 31 + 5, scale: 2 } : null;
  const factor = (i: number): number => (gate ? (y[i] > 0 ? 1.25 : 0) : dropout ? (bits[i] < 2 ** 31 + 5 ? 2 : 0) : scale ?? 1);
  gemm({ ...product, gate, scale, dropout, shareA, shareB, a: toTensor(a, types.a), b: toTensor(b, types.b), c, bias: bias && toTensor(bias, types.bias), columnSums: sums, extent, variant }, on);
  const want = matmulReference(firstOf(a, depth, k, transposeA), firstOf(b, depth, k, !transposeB), { transposeA, transposeB });
  const got = await c.data();
  for (let i = 0; i < got.length; i++) {
    if (Math.floor(i / n) % m >= rows) continue;
    const shift = bias ? bias.data[i % n] : 0;
    // f changes no more than its argument does, but for the rounding of exp.
    const allowed = 2 ** -23 * ((k / 2 + 1) * (want.scale![i] + Math.abs(shift)) + 4);
    const y = factor(i) * f[product.activation](want.data[i] + shift);
    const near = types.c === 'f16' ? isCloseHalf(got[i], y, allowed * factor(i)) : Math.abs(got[i] - y) <= allowed * factor(i);
    assert.ok(near, `c[${i}] is ${got[i]}, expected ${y} by ${variant} for ${JSON.stringify(product)} (seed ${seed})`);
  }
  if (!sums || got.length === 0) return;
  const gotSums = await sums.data();
  for (let j = 0; j < n; j++) {
    const column = Array.from({ length: depth }, (_, l) => b.data[transposeB ? j * k + l : l * n + j]);
    const y = column.reduce((p, v) => p + v, 0);
    const allowed = 2 ** -23 * (k / 2 + 1) * column.reduce((p, v) => p + Math.abs(v), 0);
    assert.ok(Math.abs(gotSums[j] - y) <= allowed, `sums[${j}] is ${gotSums[j]}, expected ${y} by ${variant} for ${JSON.stringify(product)} (seed ${seed})`);
  }
}

function roundTo(dtype: FloatDtype, value: number): number {
  return dtype === 'f16' ? nearestHalf(value) : Math.fround(value);
}

/** The part of an operand that the first `depth` of k touch; k is its first axis after the batch, if `down`, or its second. */
function firstOf(x: Ref, depth: number, k: number, down: boolean): Ref {
  if (depth === k) return x;
  const [batch, first, second] = x.shape;
  const shape = down ? [batch, depth, second] : [batch, first, depth];
  return ref(shape, Float64Array.from({ length: batch * shape[1] * shape[2] }, (_, at) => x.data[positionOf(x.shape, indexAt(shape, at))]));
}

// A tile's machine code takes a second per specialisation on a software adapter: the large ones are the small one with other
// constants, and are tested in one specialisation each.
const narrowed: Partial<Record<VariantName, Partial<Product>>> = {
  'tile-32': { activation: 'relu', finish: 'gate' },
  'tile-64': { transposeA: false, transposeB: true, activation: 'tanh', columnSums: true, parts: 1, finish: 'dropout' },
  'tile-128': { transposeA: true, transposeB: false, activation: 'relu', columnSums: true, parts: 1, finish: 'scale' },
};

/** Of a batch nothing is finished, rows that are no vec4s are not dropped out; nor, for the compiler's sake, are transposed products. */
function finishable(product: Product): Product {
  const { batch, n, finish, transposeA, parts } = product;
  const impossible = batch > 1 || (finish === 'dropout' && (n % 4 !== 0 || (transposeA && parts === 1)));
  return impossible ? { ...product, finish: null } : product;
}

/** Checks a kernel, forced, on operands of some types. */
export async function checkProducts(variant: VariantName, { on, types = ALL_F32, runs = 40 }: { on?: ProductDevice; types?: Types; runs?: number } = {}): Promise<void> {
  const guards = await guardedDevice();
  const { rows, columns } = VARIANTS[variant];
  const cases = products(Math.max(rows, 4), columns, VARIANTS[variant].aligned).map((one) => finishable({ ...one, ...narrowed[variant] }));
  await fc.assert(
    fc.asyncProperty(cases, async (product) => {
      await check(variant, product, types, on);
      await guards.check();
    }),
    { seed, numRuns: process.env.WGRAD_TEST_DEEP ? 10 * runs : runs, includeErrorInReport: true },
  );
}
