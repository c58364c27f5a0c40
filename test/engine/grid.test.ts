/** One dispatch of more than 65,535 workgroups, as it is: the other tests fold smaller grids. */
import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { init } from '../../engine/gpu/gpu';
import { mul } from '../../engine/ops/elementwise/binary';
import { matmul } from '../../engine/ops/matmul/matmul';
import { sum } from '../../engine/ops/reduce/reduce';
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

test('more products than 65,535 workgroups', async () => {
  const count = 66_000;
  const values = Float32Array.from({ length: count * 2 }, (_, i) => (i % 2048) - 1000);
  const got = await matmul(tensor(new HostArray(values, [count, 1, 2])), tensor(new HostArray(Float32Array.of(1, 2), [1, 2, 1]))).data();
  const wrong = got.findIndex((y, i) => y !== values[2 * i] + 2 * values[2 * i + 1]);
  assert.equal(wrong, -1, `product ${wrong} is ${got[wrong]}`);
});

test.run();
