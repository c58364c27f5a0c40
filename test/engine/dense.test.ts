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
import { tensor } from '../../engine/tensor/create';
import type { FloatDtype, TypedArray } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import type { Shape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { checkOp } from '../support/check-op';
import { matmulReference } from '../support/gemm-reference';
import { nearestHalf } from '../support/half';
import { half } from '../support/half-suite';
import { readAll } from '../support/moves';
import type { Ref } from '../support/reference';

const f: Record<FusedActivation, (x: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};

const wave = (shape: readonly number[], k: number): HostArray =>
  new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(k * i * i + k)), shape);

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

/** At most so many terms make a gradient. */
const summed = (x: Shape): number => Math.max(17, x.slice(0, -1).reduce((p, n) => p * n, 1));

/** Away from the kink of relu, where a derivative has no meaning, by smooth draws: exact zeros do not occur. */
const check = (op: typeof dense, dtypes: readonly FloatDtype[] = ['f32', 'f32', 'f32'], dtype?: FloatDtype) =>
  checkOp<Attrs>({
    op: ([x, kernel, bias], { activation }) => op(x, kernel, bias, activation, { dtype }),
    reference,
    cases,
    dtypes,
    domain: unit,
    ulps: ([, [inputs]]) => inputs / 2 + 4,
    gradientUlps: ([x]) => 40 * summed(x),
    // Of y, which the derivatives of sigmoid and tanh count up to twice, and of dz, in every term.
    roundings: ([x], { activation }) => (activation === 'sigmoid' || activation === 'tanh' ? 3 * summed(x) : 0),
    runs: 64,
  });

test('x·W + b under every fused activation, with gradients', () => check(dense));

half(test)('f16 by f32 weights', () => check(dense, ['f16', 'f32', 'f32']));

half(test)('all f16', () => check(dense, ['f16', 'f16', 'f16']));

test('the composed twin', () => check(composedDense));

/** x and dy of values that f16 holds, through a layer whose results are of `dtype`: all that comes out of it. */
async function layer(x: Tensor, activation: FusedActivation, dtype: FloatDtype): Promise<TypedArray[]> {
  const weights = [wave([40, 24], 1.3), wave([24], 0.7)].map((values) => tensor(values));
  const { value, gradients } = valueAndGrad((...inputs) => {
    const y = dense(inputs[0], inputs[1], inputs[2], activation, { dtype });
    return mul(y, tensor(wave([33, 24], 2.1).map(nearestHalf), dtype));
  })(x, ...weights);
  assert.deepEqual([value.dtype, ...gradients.map((g) => g.dtype)], [dtype, x.dtype, 'f32', 'f32']);
  return readAll([value, ...gradients]);
}

half(test)('a layer of f16 differs from that of f32 on the same values by the roundings of y, dz and dx', async () => {
  const values = wave([33, 40], 0.9).map(nearestHalf);
  for (const activation of ['linear', 'relu', 'sigmoid', 'tanh'] as const) {
    const half = await layer(tensor(values, 'f16'), activation, 'f16');
    const single = await layer(tensor(values), activation, 'f32');
    half.forEach((got, i) => {
      // y and its product with dy are rounded; a gradient is a sum of terms below 1, each off by up to three roundings.
      const terms = i === 0 ? 1 : i === 1 ? 24 : 33;
      got.forEach((v, at) => {
        const allowed = 2 ** -11 * (3 * terms + Math.abs(single[i][at]));
        assert.ok(Math.abs(v - single[i][at]) <= allowed, `${activation}, result ${i} at ${at}: ${v}, in f32 ${single[i][at]}`);
      });
    });
  }
});

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
  assert.throws(() => dense(fill([2, 3], 1, 'f16'), fill([3, 5], 1, 'i32')), (e) => e instanceof DtypeError && /kernel is i32; expected f32 or f16/.test(e.message));
  assert.ok(isFusedActivation('relu') && !isFusedActivation('softmax') && !isFusedActivation('toString'));
});

test.run();
