/** Initial weights: range, mean and variance of every initializer, for dense and convolution shapes; seeds. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setSeed } from '../../engine/random';
import type { Shape } from '../../engine/tensor/shape';
import * as initializers from '../../nn/initializers';
import { initializerFrom } from '../../nn/initializers';

const test = suite('initializers');
test.before.each(() => setSeed(0));

/** Mean, variance and largest absolute value. */
function moments(values: Float32Array): { mean: number; variance: number; largest: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return {
    mean,
    variance: values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length,
    largest: values.reduce((most, v) => Math.max(most, Math.abs(v)), 0),
  };
}

/** Fans of a dense kernel [in, out] and of a convolution's [height, width, in, out], whose field multiplies both. */
const SHAPES: readonly { shape: Shape; fanIn: number; fanOut: number }[] = [
  { shape: [100, 300], fanIn: 100, fanOut: 300 },
  { shape: [3, 5, 20, 100], fanIn: 300, fanOut: 1500 },
  { shape: [30000], fanIn: 30000, fanOut: 30000 },
];

/** Variance by Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998. */
const VARIANCES: readonly [string, (fanIn: number, fanOut: number) => number][] = [
  ['glorot', (fanIn, fanOut) => 2 / (fanIn + fanOut)],
  ['he', (fanIn) => 2 / fanIn],
  ['lecun', (fanIn) => 1 / fanIn],
];

for (const [family, varianceOf] of VARIANCES) {
  for (const { shape, fanIn, fanOut } of SHAPES) {
    const expected = varianceOf(fanIn, fanOut);
    test(`${family} on [${shape}]`, () => {
      const n = shape.reduce((a, b) => a * b, 1);
      // Four standard errors of the mean and of the variance of n numbers.
      const close = ({ mean, variance }: { mean: number; variance: number }): void => {
        assert.ok(Math.abs(mean) < 4 * Math.sqrt(expected / n), `mean ${mean}`);
        assert.ok(Math.abs(variance / expected - 1) < 4 * Math.sqrt(2 / n), `variance ${variance}, expected ${expected}`);
      };
      const uniform = moments(initializerFrom(`${family}_uniform`)(shape));
      close(uniform);
      const limit = Math.sqrt(3 * expected);
      assert.ok(uniform.largest <= limit && uniform.largest > 0.99 * limit, `${uniform.largest} within ${limit}`);
      const normal = moments(initializerFrom(`${family}_normal`)(shape));
      close(normal);
      // Cut at two deviations of the normal distribution before the cut, whose variance is 1/0.8796² of the result's.
      const cut = (2 * Math.sqrt(expected)) / 0.87962566103423978;
      assert.ok(normal.largest <= cut && normal.largest > 0.95 * cut, `${normal.largest} within ${cut}`);
    });
  }
}

test('constants, and the defaults of the plain distributions', () => {
  assert.equal(initializerFrom('zeros')([2, 2]), new Float32Array(4));
  assert.equal(initializerFrom('ones')([3]), Float32Array.of(1, 1, 1));
  assert.equal(initializers.constant(2.5)([]), Float32Array.of(2.5));
  const n = 40_000;
  for (const name of ['uniform', 'random_uniform']) {
    const { largest, variance } = moments(initializerFrom(name)([n]));
    assert.ok(largest <= 0.05 && Math.abs(variance / (0.05 ** 2 / 3) - 1) < 0.05);
  }
  for (const name of ['normal', 'random_normal']) assert.ok(Math.abs(moments(initializerFrom(name)([n])).variance / 0.05 ** 2 - 1) < 0.05);
  assert.ok(moments(initializerFrom('truncated_normal')([n])).largest <= 0.1);
  const { mean } = moments(initializers.randomUniform(3, 5)([n]));
  assert.ok(Math.abs(mean - 4) < 0.02);
});

test('a seed gives the same weights again; two weights differ', () => {
  const draw = (): Float32Array => initializerFrom('glorotUniform')([4, 5]);
  const [first, second] = [draw(), draw()];
  assert.not.equal(first, second);
  setSeed(0);
  assert.equal(draw(), first);
  setSeed(1);
  assert.not.equal(draw(), first);
});

test('a function of one’s own', () => {
  assert.equal(initializerFrom((shape) => new Float32Array(shape[0]).fill(7))([2]), Float32Array.of(7, 7));
});

test.run();
