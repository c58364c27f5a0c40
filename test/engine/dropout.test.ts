/** Dropout: Threefry's bits decide, exactly; the gradient drops the same; a replayed step drops others. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape, grad, valueAndGrad } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { dropout, mul, slice } from '../../engine/ops';
import { fill } from '../../engine/ops/elementwise/fill';
import { defaultGenerator, RandomGenerator, setSeed } from '../../engine/random';
import type { Key } from '../../engine/random/key';
import { randomBits, threefry } from '../../engine/random/threefry';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { guardedDevice } from '../support/check-op';
import { nearestHalf } from '../support/half';
import { floatDtypes } from '../support/half-suite';
import { countedValues, readAll, same } from '../support/moves';

/** What dropout makes of `x`: elements whose bits are below (1 − rate) · 2³² stay. */
function dropped(x: ArrayLike<number>, rate: number, key: Key, stream = 0): Float32Array {
  const bits = randomBits(key, x.length, stream);
  const scale = rate < 1 ? Math.fround(1 / (1 - rate)) : 0;
  return Float32Array.from(x, (v, i) => (bits[i] < (1 - rate) * 2 ** 32 ? Math.fround(v * scale) : 0));
}

const key = (seed: number, n = 0): Key => {
  const generator = new RandomGenerator(seed);
  for (let i = 0; i < n; i++) generator.nextKey();
  return generator.nextKey();
};

function define(name: string, options: { maxBindingBytes?: number }): void {
  const test = suite(name);
  test.before(async () => {
    await init(options);
    await guardedDevice();
  });
  test.after(close);

  for (const n of [1, 2, 3, 4, 5, 63, 64, 65, 1023, 1024, 1025, 3000]) {
    test(`the bits of the host's Threefry, forward and back: ${n} elements`, async () => {
      const guards = await guardedDevice();
      for (const dtype of floatDtypes) for (const rate of [0.2, 0.5, 0.9]) {
        const [x, dy] = [countedValues([n], 'f32'), countedValues([n], 'f32', 3)];
        const input = tensor(x, dtype);
        const tape = new GradientTape();
        tape.watch(input);
        const y = tape.record(() => dropout(input, rate, new RandomGenerator(n)));
        const [dx] = tape.gradient(y, [input], tensor(dy, dtype));
        assert.equal([y.dtype, dx!.dtype], [dtype, dtype]);
        const round = (values: Float32Array): Float32Array => (dtype === 'f16' ? values.map(nearestHalf) : values);
        const [values, gradient] = await readAll([y, dx!]);
        await guards.check();
        same(values, round(dropped(x.data, rate, key(n))), `dropout ${rate} of ${dtype}`);
        same(gradient, round(dropped(dy.data, rate, key(n))), `gradient of dropout ${rate} of ${dtype}`);
      }
    });
  }

  test.run();
}

define('dropout', {});
define('dropout, with bindings of 1 KiB', { maxBindingBytes: 1024 });

const test = suite('dropout, other');
test.before(async () => void (await init()));
test.after(close);

/** Indices of elements that are not 0. */
const kept = (values: ArrayLike<number>): number[] => Array.from(values).flatMap((v, i) => (v === 0 ? [] : [i]));
const ones = new HostArray(new Float32Array(1000).fill(1), [10, 100]);

test('every call and every element has its own odds', async () => {
  const generator = new RandomGenerator(1);
  const masks = [];
  for (let i = 0; i < 3; i++) masks.push(await dropout(ones, 0.5, generator).data());
  masks.forEach((mask, i) => same(mask, dropped(ones.data, 0.5, key(1, i)), `call ${i}`));
  assert.not.equal(kept(masks[0]), kept(masks[1]));
});

test('the share that stays, and the expectation', async () => {
  const n = 200_000;
  for (const rate of [0.1, 0.2, 0.5, 0.75]) {
    const y = await dropout(fill([n], 1), rate, new RandomGenerator(2)).data();
    const share = kept(y).length / n;
    assert.ok(Math.abs(share - (1 - rate)) < 5 * Math.sqrt((rate * (1 - rate)) / n), `${share} at rate ${rate}`);
    assert.ok(y.every((v) => v === 0 || v === Math.fround(1 / (1 - rate))));
  }
});

test('rate 0 keeps all and draws no key, rate 1 drops all, the dropped are 0 whatever they were', async () => {
  const generator = new RandomGenerator(3);
  const x = tensor([1, -2, NaN, Infinity]);
  same(await dropout(x, 0, generator).data(), [1, -2, NaN, Infinity], 'rate 0');
  assert.is(generator.drawn, 0);
  same(await dropout(x, 1, generator).data(), [0, 0, 0, 0], 'rate 1');
  same(await grad((x) => dropout(x, 1, generator))(x)[0].data(), [0, 0, 0, 0], 'gradient at rate 1');
  const y = await dropout(fill([1000], NaN), 0.5, generator).data();
  assert.ok(y.some(Number.isNaN) && y.some((v) => v === 0), 'NaN stays NaN where it stays');
});

test('the default generator, and its seed', async () => {
  setSeed(4);
  const first = await dropout(ones, 0.3).data();
  const second = await dropout(ones, 0.3).data();
  same(first, dropped(ones.data, 0.3, key(4)), 'first call');
  assert.not.equal(kept(first), kept(second));
  setSeed(4);
  same(await dropout(ones, 0.3).data(), first, 'first call again');
});

test('the gradient of the gradient', async () => {
  const generator = () => new RandomGenerator(5);
  const x = countedValues([500], 'f32');
  const square = (x: Tensor): Tensor => {
    const y = dropout(x, 0.5, generator());
    return mul(y, y);
  };
  const second = await grad((x) => grad(square)(x)[0])(x)[0].data();
  same(second, dropped(new Float32Array(500).fill(4), 0.5, key(5)), 'second derivative: 2 · scale² where it stays');
});

test('a replayed step: a new mask each time, one mask forward and back, the bits of eager code', async () => {
  const [captured, eager] = [new RandomGenerator(6), new RandomGenerator(6)];
  const run = (x: Tensor, generator: RandomGenerator) => {
    const { value, gradients } = valueAndGrad((x) => dropout(x, 0.5, generator))(x);
    return { value, gradient: gradients[0] };
  };
  const step = compileStep((x) => run(x, captured));
  const results = Array.from({ length: 5 }, () => step(ones));
  const masks = [];
  for (const [i, { value, gradient }] of results.entries()) {
    const [y, dx] = await readAll([value, gradient]);
    same(y, dropped(ones.data, 0.5, key(6, i)), `step ${i}`);
    same(dx, y, `gradient of step ${i}`);
    same(await run(tensor(ones), eager).value.data(), y, `eager step ${i}`);
    masks.push(kept(y).join());
  }
  assert.is(new Set(masks).size, 5);
});

test('two dropouts in a step, of one generator and of two', async () => {
  const [shared, own] = [new RandomGenerator(7), new RandomGenerator(8)];
  const step = compileStep((x) => [dropout(x, 0.5, shared), dropout(x, 0.5, shared), dropout(x, 0.5, own)]);
  for (let i = 0; i < 3; i++) {
    const [a, b, c] = await readAll(step(ones));
    // One key per step and generator; the calls of a step are its streams.
    same(a, dropped(ones.data, 0.5, key(7, i), 0), `first, step ${i}`);
    same(b, dropped(ones.data, 0.5, key(7, i), 1), `second, step ${i}`);
    same(c, dropped(ones.data, 0.5, key(8, i), 2), `third, step ${i}`);
  }
  assert.is(shared.drawn, 3);
});

test('seeding again reaches a captured step', async () => {
  const generator = new RandomGenerator(9);
  const step = compileStep((x) => dropout(x, 0.5, generator));
  const first = await step(ones).data();
  assert.not.equal(kept(await step(ones).data()), kept(first));
  generator.reseed(9);
  same(await step(ones).data(), first, 'first step again');
});

test('other random ops between the steps do not repeat their keys', async () => {
  setSeed(10);
  const step = compileStep((x) => dropout(x, 0.5));
  const masks = [await step(ones).data(), await dropout(ones, 0.5).data()];
  defaultGenerator().permutation(5);
  masks.push(await step(ones).data());
  same(masks[1], dropped(ones.data, 0.5, key(10, 1)), 'between');
  same(masks[2], dropped(ones.data, 0.5, key(10, 3)), 'after');
});

test('more than 65,535 workgroups', async () => {
  const n = 65_540 * 1024;
  assert.ok(n / 1024 > gpu().device.limits.maxComputeWorkgroupsPerDimension);
  const y = dropout(fill([n], 1), 0.5, new RandomGenerator(11));
  // The last elements: their counters, and that the fold reaches them.
  const tail = await slice(y, [n - 64], [64]).data();
  const bits = randomBitsFrom(key(11), n - 64, 64);
  same(tail, bits.map((b) => (b < 2 ** 31 ? 2 : 0)), 'tail');
});

test.run();

function randomBitsFrom(key: Key, start: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => threefry(key, [Math.floor((start + i) / 2), 0])[(start + i) % 2]);
}

