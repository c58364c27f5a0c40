import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { normal, permutation, truncatedNormal, uniform } from '../../engine/random/distributions';
import { defaultGenerator, RandomGenerator, setSeed } from '../../engine/random';
import { foldIn, type Key, keyOf } from '../../engine/random/key';
import { randomBits, threefry, type Words } from '../../engine/random/threefry';

const bits = suite('threefry');

// Known answers of Random123 (kat_vectors, "threefry2x32 20"), which JAX's tests repeat.
const known: [key: Words, counter: Words, output: Words][] = [
  [[0, 0], [0, 0], [0x6b200159, 0x99ba4efe]],
  [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x1cb996fc, 0xbb002be7]],
  [[0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3], [0xc4923a9c, 0x483df7a0]],
];
for (const [key, counter, output] of known) {
  bits(`the published answer for key ${key} and counter ${counter}`, () => assert.equal(threefry(key, counter), output));
}

bits("the keys that JAX's documentation shows for split(PRNGKey(0))", () => {
  // JAX runs the counters 0 to 3 as the pairs (0, 2) and (1, 3).
  const [[a, c], [b, d]] = [threefry(keyOf(0), [0, 2]), threefry(keyOf(0), [1, 3])];
  assert.equal([[a, b], [c, d]], [[4146024105, 967050713], [2718843009, 1272950319]]);
});

bits('randomBits are the words of successive counters, whatever their number', () => {
  const key: Key = [123, 456];
  for (const n of [0, 1, 2, 7, 64]) {
    const expected = Array.from({ length: n }, (_, i) => threefry(key, [Math.floor(i / 2), 9])[i % 2]);
    assert.equal([...randomBits(key, n, 9)], expected);
  }
});

bits('seeds and folded keys differ in both words', () => {
  assert.equal(keyOf(2 ** 32 * 5 + 7), [5, 7]);
  assert.equal(foldIn([1, 2], 3), threefry([1, 2], [0, 3]));
  const keys = new Set(Array.from({ length: 1000 }, (_, i) => foldIn(keyOf(0), i).join()));
  assert.is(keys.size, 1000);
});

bits('a seed that is no whole number ≥ 0', () => {
  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(() => setSeed(seed), (error: Error) => error.name === 'ValueError' && error.message.includes(String(seed)));
  }
});

const numbers = suite('distributions');
const N = 100_000;

/** Fails if the mean of `values` is more than five standard errors from `mean`. */
function expectMean(values: ArrayLike<number>, mean: number, variance: number, label: string): void {
  const n = values.length;
  const found = Array.from(values).reduce((sum, v) => sum + v, 0) / n;
  const error = Math.sqrt(variance / n);
  assert.ok(Math.abs(found - mean) < 5 * error, `${label} is ${found}; expected ${mean} ± ${5 * error}`);
}

numbers('uniform: bounds, moments, no correlation of neighbours', () => {
  const x = uniform([1, 2], N);
  assert.ok(x.every((v) => v >= 0 && v < 1));
  expectMean(x, 1 / 2, 1 / 12, 'mean');
  expectMean(x.map((v) => (v - 0.5) ** 2), 1 / 12, 1 / 180, 'variance');
  expectMean(x.slice(1).map((v, i) => (v - 0.5) * (x[i] - 0.5)), 0, 1 / 144, 'covariance');
  const y = uniform([1, 2], N, -3, 5);
  assert.ok(y.every((v, i) => Math.abs(v - (8 * x[i] - 3)) < 1e-6));
});

numbers('uniform: every eighth of the range is hit as often as it should', () => {
  const counts = new Array<number>(8).fill(0);
  for (const v of uniform([3, 4], N)) counts[Math.floor(8 * v)]++;
  for (const count of counts) assert.ok(Math.abs(count - N / 8) < 5 * Math.sqrt(N / 8), `${counts}`);
});

numbers('normal: the first four moments, tails, no correlation of pairs', () => {
  const z = normal([5, 6], N);
  assert.ok(z.every(Number.isFinite));
  expectMean(z, 0, 1, 'mean');
  expectMean(z.map((v) => v ** 2), 1, 2, 'variance');
  expectMean(z.map((v) => v ** 3), 0, 15, 'skewness');
  expectMean(z.map((v) => v ** 4), 3, 96, 'kurtosis');
  expectMean(z.map((v) => Number(Math.abs(v) > 2)), 0.0455, 0.0455 * 0.9545, 'beyond 2σ');
  expectMean(z.filter((_, i) => i % 2 === 0).map((v, i) => v * z[2 * i + 1]), 0, 1, 'covariance of a pair');
  const scaled = normal([5, 6], N, 10, 0.5);
  assert.ok(scaled.every((v, i) => Math.abs(v - (10 + 0.5 * z[i])) < 1e-5));
});

numbers('truncated normal: within two deviations, with the variance that goes with it', () => {
  const z = truncatedNormal([7, 8], N);
  assert.ok(z.every((v) => Math.abs(v) <= 2));
  assert.ok(z.some((v) => v > 1.99) && z.some((v) => v < -1.99), 'cut at 2, not before');
  expectMean(z, 0, 0.774, 'mean');
  expectMean(z.map((v) => v ** 2), 0.8796256610342398 ** 2, 0.8, 'variance');
  const scaled = truncatedNormal([7, 8], N, -1, 3);
  assert.ok(scaled.every((v, i) => Math.abs(v - (3 * z[i] - 1)) < 1e-5));
});

numbers('an odd number of numbers, and none', () => {
  for (const draw of [uniform, normal, truncatedNormal]) {
    assert.is(draw([1, 1], 0).length, 0);
    assert.equal(draw([1, 1], 7), draw([1, 1], 8).slice(0, 7));
  }
  assert.equal([...permutation([1, 1], 0)], []);
  assert.equal([...permutation([1, 1], 1)], [0]);
});

numbers('permutation: each of the 24 orders of four as often as the others', () => {
  const counts = new Map<string, number>();
  const draws = 24_000;
  for (let i = 0; i < draws; i++) {
    const order = permutation([9, i], 4).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.is(counts.size, 24);
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  // The 99.9th percentile with 23 degrees of freedom.
  assert.ok(chiSquare < 49.7, `χ² = ${chiSquare}`);
});

numbers('permutation: a long one holds every number once and is far from order', () => {
  const order = permutation([10, 11], 60_000);
  assert.equal([...order].sort((a, b) => a - b), Array.from({ length: 60_000 }, (_, i) => i));
  assert.ok(order.filter((v, i) => v === i).length < 12, 'about one number stays where it was');
});

const generators = suite('generators');

generators('the same seed gives the same numbers, another seed others', () => {
  const [a, b, c] = [new RandomGenerator(3), new RandomGenerator(3), new RandomGenerator(4)];
  const first = a.uniform(8);
  assert.equal(first, b.uniform(8));
  assert.not.equal(first, c.uniform(8));
  assert.not.equal(first, a.uniform(8), 'no key is used twice');
  assert.equal(a.permutation(9).length, 9);
  a.reseed(3);
  assert.equal(a.uniform(8), first);
});

generators('what is drawn depends on how many keys were drawn before, not on what for', () => {
  const [a, b] = [new RandomGenerator(5), new RandomGenerator(5)];
  a.normal(100);
  b.permutation(3);
  assert.is(a.drawn, b.drawn);
  assert.equal(a.truncatedNormal(5), b.truncatedNormal(5));
});

generators('without a seed, generators differ', () => {
  assert.not.equal(new RandomGenerator().uniform(8), new RandomGenerator().uniform(8));
});

generators('setSeed reseeds the generator that everybody shares', () => {
  const generator = defaultGenerator();
  setSeed(11);
  const first = generator.nextKey();
  setSeed(11);
  assert.is(defaultGenerator(), generator);
  assert.equal(generator.nextKey(), first);
});

generators('the two step scalars are the words of one key, another one each step', () => {
  const [a, b] = [new RandomGenerator(6), new RandomGenerator(6)];
  for (let step = 0; step < 3; step++) assert.equal(a.stepKey.map((word) => word.next()), b.nextKey());
});

bits.run();
numbers.run();
generators.run();
