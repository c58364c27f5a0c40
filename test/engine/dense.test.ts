import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { valueAndGrad } from '../../engine/autodiff/grad';
import { DtypeError, ShapeError } from '../../engine/errors';
import { add, mul } from '../../engine/ops/elementwise/binary';
import { composedDense, dense, isFusedActivation } from '../../engine/ops/matmul/dense';
import { fill } from '../../engine/ops/elementwise/fill';
import type { FusedActivation } from '../../engine/ops/matmul/gemm';
import { sum } from '../../engine/ops/reduce/reduce';
import type { Shape } from '../../engine/tensor/shape';
import { checkOp } from '../support/check-op';
import { matmulReference } from '../support/gemm-reference';
import type { Ref } from '../support/reference';

const f: Record<FusedActivation, (x: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};

interface Attrs {
  readonly activation: FusedActivation;
}

const size = fc.constantFrom(1, 2, 3, 4, 5, 8, 16, 17);
const rows: fc.Arbitrary<Shape> = fc.constantFrom<Shape[]>([], [0], [1], [3], [8], [17], [2, 3], [2, 1, 4]);
const cases = fc
  .tuple(rows, size, size, fc.boolean(), fc.constantFrom<FusedActivation>('linear', 'relu', 'sigmoid', 'tanh'))
  .map(([lead, inputs, units, bias, activation]) => ({
    shapes: [[...lead, inputs], [inputs, units], ...(bias ? [[units]] : [])],
    attrs: { activation },
  }));
const unit = (uniform: () => number): number => 2 * uniform() - 1;

function reference([x, kernel, bias]: Ref[], { activation }: Attrs): Ref {
  const { shape, data, scale } = matmulReference(x, kernel);
  const units = kernel.shape[1];
  const shift = (i: number): number => (bias ? bias.data[i % units] : 0);
  return {
    shape,
    data: data.map((v, i) => f[activation](v + shift(i))),
    // f changes no more than its argument; its own rounding is relative to 1 at most.
    scale: scale!.map((v, i) => v + Math.abs(shift(i)) + 1),
  };
}

/** Away from the kink of relu, where a derivative has no meaning, by smooth draws: exact zeros do not occur. */
const check = (op: typeof dense) =>
  checkOp<Attrs>({
    op: ([x, kernel, bias], { activation }) => op(x, kernel, bias, activation),
    reference,
    cases,
    domain: unit,
    ulps: ([, [inputs]]) => inputs / 2 + 4,
    gradientUlps: ([x]) => 40 * Math.max(17, x.slice(0, -1).reduce((p, n) => p * n, 1)),
    runs: 64,
  });

test('x·W + b under every fused activation, with gradients', () => check(dense));

test('the composed twin', () => check(composedDense));

test('gradients of gradients are those of the composed twin', async () => {
  const x = fill([3, 4], 0.3);
  const kernel = fill([4, 5], -0.2);
  const bias = fill([5], 0.7);
  for (const activation of ['linear', 'relu', 'sigmoid', 'tanh'] as const) {
    const second = async (op: typeof dense) => {
      const { gradients } = valueAndGrad((...inputs) => {
        const first = valueAndGrad((a, b, c) => {
          const y = op(a, b, c, activation);
          return mul(y, mul(y, y));
        })(...inputs).gradients;
        return first.map((g) => sum(mul(g, g))).reduce((total, part) => add(total, part));
      })(x, kernel, bias);
      return Promise.all(gradients.map((g) => g.data()));
    };
    const [fused, composed] = [await second(dense), await second(composedDense)];
    fused.forEach((g, i) => g.forEach((v, at) => assert.ok(Math.abs(v - composed[i][at]) <= 1e-5 * Math.abs(composed[i][at]) + 1e-9, `${activation} ${i} ${at}: ${v}, ${composed[i][at]}`)));
    assert.ok(activation === 'linear' || fused.some((g) => g.some((v) => v !== 0)), activation);
  }
});

test('errors name what does not fit', () => {
  const x = fill([2, 3], 1);
  assert.throws(() => dense(x, fill([4, 5], 1)), (e) => e instanceof ShapeError && /x \[2, 3\] and kernel \[4, 5\]/.test(e.message));
  assert.throws(() => dense(x, fill([3, 5], 1), fill([4], 1)), /bias \[4\] does not fit kernel \[3, 5\]; expected \[5\]/);
  assert.throws(() => dense(fill([2, 3], 1, 'i32'), fill([3, 5], 1)), DtypeError);
  assert.throws(() => dense(1, fill([3, 5], 1)), ShapeError);
  assert.ok(isFusedActivation('relu') && !isFusedActivation('softmax') && !isFusedActivation('toString'));
});

test.run();
