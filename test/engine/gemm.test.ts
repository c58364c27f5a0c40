/** Every kernel of matrix products, forced, with everything they do besides: bias, activation, column sums, parts of k. */
import * as assert from 'node:assert/strict';
import { test } from 'uvu';
import { gemm } from '../../engine/ops/matmul/gemm';
import { type ProductDevice, VARIANTS, type VariantName } from '../../engine/ops/matmul/gemm-plan';
import { empty } from '../../engine/tensor/tensor';
import { guardedDevice, toTensor } from '../support/check-op';
import { checkProducts } from '../support/gemm-cases';
import { nearestHalf } from '../support/half';
import { half } from '../support/half-suite';
import { ref } from '../support/reference';

for (const variant of Object.keys(VARIANTS) as VariantName[]) {
  test(`${variant}: ragged sizes, transposes, batches, bias, activations, column sums, parts of k`, () => checkProducts(variant));
}

const fourLanes: ProductDevice = { software: true, subgroup: 4 };
test('processors whose subgroups have four lanes', async () => {
  await checkProducts('broadcast', { on: fourLanes });
  await checkProducts('broadcast-strided', { on: fourLanes });
  await checkProducts('broadcast-8', { on: fourLanes });
});

test('NaN and infinity pass through products and relu as in NumPy', async () => {
  await guardedDevice();
  for (const variant of ['naive', 'broadcast', 'broadcast-strided', 'tile-32'] as const) {
    const b = ref([5, 4], [NaN, 1, Infinity, -Infinity, ...new Array<number>(16).fill(1)]);
    const a = ref([4, 5], new Array<number>(20).fill(1));
    const c = empty([4, 4]);
    gemm({ batch: 1, m: 4, n: 4, k: 5, transposeA: false, transposeB: false, a: toTensor(a), b: toTensor(b), c, activation: 'relu', variant });
    assert.deepEqual([...(await c.data())].slice(0, 4), [NaN, 5, Infinity, 0], variant);
  }
});

half(test)('past the range of f16 results are infinite', async () => {
  await guardedDevice();
  for (const variant of ['naive', 'broadcast', 'broadcast-strided', 'tile-32'] as const) {
    const [a, b] = [ref([4, 4], new Array<number>(16).fill(256)), ref([4, 4], [-1, 63, 64, 65, ...new Array<number>(12).fill(64)])];
    const c = empty([4, 4], 'f16');
    gemm({ batch: 1, m: 4, n: 4, k: 4, transposeA: false, transposeB: false, a: toTensor(a, 'f16'), b: toTensor(b, 'f16'), c, variant });
    assert.deepEqual([...(await c.data())].slice(0, 4), [256 * 191 - 16, 256 * 255 - 0, Infinity, Infinity].map(nearestHalf), variant);
  }
});

test.run();
