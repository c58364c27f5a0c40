import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { fill } from '../../engine/ops/elementwise/fill';
import { ones, zeros } from '../../engine/tensor/create';
import type { Dtype } from '../../engine/tensor/dtype';
import { guardedDevice } from '../support/check-op';
import { nearestHalf } from '../support/half';
import { half } from '../support/half-suite';

const cases: [Dtype, number[]][] = [
  ['f32', [0, -0, 1.5, -3e38, Infinity, NaN]],
  ['f16', [0, -0, 1.5, -65504, 0.1, 2 ** -24, 1e5, NaN]],
  ['i32', [0, -1, 2147483647, -2147483648]],
  ['u32', [0, 7, 4294967295]],
  ['bool', [0, 1]],
];
for (const [dtype, values] of cases) {
  (dtype === 'f16' ? half(test) : test)(`fill with ${dtype}`, async () => {
    const guards = await guardedDevice();
    for (const n of [0, 1, 3, 4, 5, 1023, 1024, 1025, 3001, 20_001]) {
      const value = values[n % values.length];
      const t = fill([n], value, dtype);
      assert.equal(t.dtype, dtype);
      const got = await t.data();
      const want = dtype === 'f32' ? Math.fround(value) : dtype === 'f16' ? nearestHalf(value) : value;
      assert.equal(got.length, n);
      assert.equal(got.findIndex((v) => !Object.is(v, want)), -1, `${n} times ${value}`);
      await guards.check();
    }
  });
}

test('zeros and ones of any rank', async () => {
  assert.deepEqual([...(await zeros([2, 1, 3]).data())], [0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...(await ones([], 'i32').data())], [1]);
  assert.deepEqual(zeros([2, 1, 3]).shape, [2, 1, 3]);
});

test.run();
