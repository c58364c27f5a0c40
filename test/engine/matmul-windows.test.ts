/** Products of tensors larger than one binding: with bindings of 4 KiB, 1,024 elements are one. */
import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { init } from '../../engine/gpu/gpu';
import { dense } from '../../engine/ops/matmul/dense';
import { matmul, type MatmulOptions } from '../../engine/ops/matmul/matmul';
import { checkOp, guardedDevice } from '../support/check-op';
import { matmulReference } from '../support/gemm-reference';
import { floatDtypes } from '../support/half-suite';

const BYTES = 4096;

test.before(async () => {
  await guardedDevice({ maxBindingBytes: BYTES });
  assert.equal((await init()).maxBindingBytes, BYTES);
});

/** m, n, k: each operand in turn is larger than a window, and several at once. */
const sizes = fc.constantFrom(
  [70, 16, 20], [71, 15, 21], [16, 70, 20], [9, 71, 23], [200, 4, 3], [5, 300, 3], [4, 5, 300], [8, 8, 128], [7, 9, 131], [40, 40, 40], [33, 35, 37], [64, 64, 30],
);
const flags = fc.record({ transposeA: fc.boolean(), transposeB: fc.boolean() });
const unit = (uniform: () => number): number => 2 * uniform() - 1;

for (const dtypes of floatDtypes.map((dtype) => [dtype, 'f32'] as const)) test(`matrices of ${dtypes.join(' and ')}, stored either way, with gradients`, () =>
  checkOp<MatmulOptions>({
    op: ([a, b], options) => matmul(a, b, options),
    reference: ([a, b], options) => matmulReference(a, b, options),
    cases: fc.tuple(sizes, flags).map(([[m, n, k], options]) => ({
      shapes: [options.transposeA ? [k, m] : [m, k], options.transposeB ? [n, k] : [k, n]],
      attrs: options,
    })),
    dtypes,
    domain: unit,
    ulps: 300,
    gradientUlps: 600,
    runs: 48,
  }));

test('batches', () =>
  checkOp({
    op: ([a, b]) => matmul(a, b),
    reference: ([a, b]) => matmulReference(a, b),
    cases: fc
      .constantFrom([[50, 5, 7], [50, 7, 3]], [[50, 5, 7], [1, 7, 3]], [[3, 40, 9], [3, 9, 31]], [[2, 35, 36], [36, 11]], [[300, 2, 3], [3, 4]])
      .map((shapes) => ({ shapes, attrs: undefined })),
    domain: unit,
    ulps: 40,
    gradientUlps: 1200,
    runs: 16,
  }));

for (const dtype of floatDtypes) test(`dense of ${dtype}, with the gradients of its kernel and bias`, () =>
  checkOp({
    op: ([x, kernel, bias]) => dense(x, kernel, bias, 'linear'),
    reference: ([x, kernel, bias]) => {
      const product = matmulReference(x, kernel);
      return {
        ...product,
        data: product.data.map((v, i) => v + bias.data[i % bias.shape[0]]),
        scale: product.scale!.map((v, i) => v + Math.abs(bias.data[i % bias.shape[0]])),
      };
    },
    cases: fc
      .constantFrom([200, 7, 9], [30, 40, 40], [31, 41, 35], [3, 300, 5], [8, 16, 90])
      .map(([rows, inputs, units]) => ({ shapes: [[rows, inputs], [inputs, units], [units]], attrs: undefined })),
    dtypes: [dtype, 'f32', 'f32'],
    domain: unit,
    ulps: 152,
    gradientUlps: 300,
    runs: 16,
  }));

test.run();
