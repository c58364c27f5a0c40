/** One dispatch of more than 65,535 workgroups, as it is: the other tests fold smaller grids. */
import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { init } from '../../engine/gpu/gpu';
import { mul } from '../../engine/ops/binary';
import { sum } from '../../engine/ops/reduce';
import { ones, tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';

test('row sums of more rows than 65,535 workgroups of 16 take', async () => {
  const { device, maxBindingBytes } = await init();
  const [rows, columns] = [16 * 65_600, 17];
  assert.ok(rows / 16 > 65_535 && device.limits.maxComputeWorkgroupsPerDimension >= 65_535);
  assert.ok(rows * columns * 4 <= maxBindingBytes, 'one window');
  const values = Float32Array.from({ length: rows }, (_, i) => i % 1009);
  const got = await sum(mul(tensor(new HostArray(values, [rows, 1])), ones([1, columns])), 1).data();
  const wrong = got.findIndex((v, i) => v !== columns * values[i]);
  assert.equal(wrong, -1, `row ${wrong} is ${got[wrong]}`);
});

test.run();
