/** NumPy's legacy generator against NumPy's own shuffles. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NumpyRandom } from '../../nn/datasets/numpy-random';
import golden from '../golden/numpy-shuffle.json';
import { sha256 } from '../support/datasets';

const fingerprint = (order: Int32Array) => ({ first: [...order.subarray(0, 20)], sha256: sha256(new Uint8Array(order.buffer)) });

for (const { seed, size, shuffles } of golden.cases) {
  test(`RandomState(${seed}): two shuffles of ${size}`, () => {
    const random = new NumpyRandom(seed);
    for (const expected of shuffles) assert.equal(fingerprint(random.permutation(size)), expected);
  });
}

test('RandomState(0).permutation(392)', () => {
  assert.equal(fingerprint(new NumpyRandom(0).permutation(392)), golden.permutation);
});

test('shuffle works in place on any array', () => {
  const values = ['a', 'b', 'c', 'd', 'e'];
  const order = new NumpyRandom(5).permutation(5);
  assert.equal(new NumpyRandom(5).shuffle(values), [...order].map((i) => 'abcde'[i]));
});

test.run();
