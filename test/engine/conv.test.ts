/** Convolutions in one and two dimensions: values, gradients, gradients of gradients, large tensors in pieces, errors. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grad } from '../../engine/autodiff/grad';
import { close } from '../../engine/gpu/gpu';
import { add, cast, mul, sum } from '../../engine/ops';
import { conv1d, conv2d } from '../../engine/ops/conv/conv';
import { tensor, zeros } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { guardedDevice, toTensor, uniformFrom } from '../support/check-op';
import { define, large, pieces, rectified } from '../support/conv-cases';
import { convReference } from '../support/conv-reference';
import { ref, type Ref } from '../support/reference';

define('convolutions', {}, rectified, 72);
define('convolutions, many workgroups', {}, large, 8);

define('convolutions beyond one binding', { maxBindingBytes: 4096 }, pieces, 24);

const test = suite('convolutions, single cases');
test.before(async () => void (await guardedDevice()));
test.after(close);

const values = async (t: Tensor): Promise<number[]> => [...(await t.data())];
const row = (...data: number[]): Tensor => tensor(new HostArray(Float32Array.from(data), [1, data.length, 1]));
const taps = (...data: number[]): Tensor => tensor(new HostArray(Float32Array.from(data), [data.length, 1, 1]));

test('by hand: not flipped, with gaps, causal', async () => {
  assert.equal(await values(conv1d(row(1, 2, 3, 4), taps(10, 1))), [12, 23, 34]);
  assert.equal(await values(conv1d(row(1, 2, 3, 4), taps(10, 1), { padding: 'same' })), [12, 23, 34, 40]);
  assert.equal(await values(conv1d(row(1, 2, 3, 4), taps(10, 1), { padding: 'causal', dilationRate: 2 })), [1, 2, 13, 24]);
  assert.equal(await values(conv1d(row(1, 2, 3, 4, 5), taps(10, 1), { strides: 3 })), [12, 45]);
  assert.equal(await values(conv1d(row(1, -2), taps(1), { bias: [-0.5], activation: 'relu' })), [0.5, 0]);
});

test('gradients of gradients', async () => {
  const draw = uniformFrom(5);
  const random = (...shape: number[]): Ref => ref(shape, Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(2 * draw() - 1)));
  const [x, w, bias] = [random(2, 5, 6, 3), random(3, 2, 3, 4), random(4)];
  const how = { strides: [2, 1], dilationRate: [1, 2], padding: 'same' } as const;
  const attrs = { strides: how.strides, dilation: how.dilationRate, padding: how.padding };
  // Of Σ y²/2, whose gradients are linear in y: Σ of their squares, by x, by the filters and by the bias.
  const energy = (a: Tensor, b: Tensor, c: Tensor): Tensor => {
    const y = conv2d(a, b, { ...how, bias: c });
    return mul(0.5, mul(y, y));
  };
  const second = grad((a, b, c) => grad(energy)(a, b, c).map((g) => sum(mul(g, g))).reduce((p, q) => add(p, q)))(toTensor(x), toTensor(w), toTensor(bias));
  const operands = [x, w, bias];
  const moved = (which: number, i: number, h: number): Ref[] =>
    operands.map((one, k) => (k === which ? ref(one.shape, one.data.with(i, one.data[i] + h)) : one));
  const half = (ops: Ref[]): number => convReference(ops[0], ops[1], ops[2], attrs).data.reduce((p, y) => p + (y * y) / 2, 0);
  const differences = (ops: Ref[], which: number, i: number, h: number): number => {
    const at = (d: number): number => half(ops.map((one, k) => (k === which ? ref(one.shape, one.data.with(i, one.data[i] + d)) : one)));
    return (at(h) - at(-h)) / (2 * h);
  };
  // The energy is a polynomial of second degree in each single number: differences are exact, however wide.
  const norm = (ops: Ref[]): number =>
    ops.reduce((total, one, which) => total + one.data.reduce((p, _, i) => p + differences(ops, which, i, 1) ** 2, 0), 0);
  for (let which = 0; which < 3; which++) {
    const got = await values(second[which]);
    for (let i = 0; i < got.length; i += Math.ceil(got.length / 3)) {
      const want = (norm(moved(which, i, 1e-4)) - norm(moved(which, i, -1e-4))) / 2e-4;
      assert.ok(Math.abs(got[i] - want) <= 1e-5 * Math.abs(want) + 1e-3, `operand ${which}, element ${i}: ${got[i]}, expected ${want}`);
    }
  }
});

test('what padding and other rows hold has no influence', async () => {
  for (const variant of ['naive', 'broadcast', 'tile-32'] as const) {
    // Elements past the last window, beside which nothing lies.
    const x = tensor(new HostArray(Float32Array.of(1, 2, NaN, 3, 4, Infinity), [1, 2, 3, 1]));
    const w = tensor(new HostArray(Float32Array.of(1, 10), [1, 2, 1, 1]));
    assert.equal(await values(conv2d(x, w, { strides: [1, 2], variant })), [21, 43], variant);
    const [, dw] = grad((a, b) => sum(conv2d(a, b, { strides: [1, 2], variant })))(x, w);
    assert.equal(await values(dw), [4, 6], variant);
    assert.equal(await values(conv1d(row(NaN, 1, Infinity, -Infinity), taps(1), { activation: 'relu', variant })), [NaN, 1, Infinity, 0], variant);
  }
});

test('the same bits every time', async () => {
  const x = tensor(new HostArray(Float32Array.from({ length: 3 * 30 * 30 * 4 }, (_, i) => Math.cos(i * i)), [3, 30, 30, 4]));
  const w = tensor(new HostArray(Float32Array.from({ length: 9 * 4 * 8 }, (_, i) => Math.sin(i * i)), [3, 3, 4, 8]));
  const run = async (): Promise<number[][]> => Promise.all(grad((a, b) => mul(conv2d(a, b), conv2d(a, b)))(x, w).map(values));
  assert.equal(await run(), await run());
});

test('clear errors', () => {
  const x = zeros([1, 4, 5, 6]);
  assert.throws(() => conv2d(x, zeros([5, 1, 6, 2])), /conv2d: a filter that spans 5 elements does not fit into axis 1 of shape \[1, 4, 5, 6\].*'same'/);
  assert.throws(() => conv2d(x, zeros([1, 3, 6, 2]), { dilationRate: [1, 3] }), /spans 7 elements does not fit into axis 2/);
  assert.throws(() => conv2d(x, zeros([1, 1, 4, 2])), /x \[1, 4, 5, 6\] and filters \[1, 1, 4, 2\] do not fit; expected \[batch, height, width, channels\]/);
  assert.throws(() => conv1d(zeros([1, 4, 5]), zeros([1, 5])), /expected \[batch, steps, channels\] and \[wide, channels, filters\]/);
  assert.throws(() => conv2d(x, zeros([1, 1, 2, 4])), /conv2d: 4 filters cannot be shared out evenly among 3 groups of 2 of 6 channels/);
  assert.throws(() => conv2d(x, zeros([1, 1, 6, 2]), { bias: [1] }), /bias \[1\] does not fit filters \[1, 1, 6, 2\]; expected \[2\]/);
  assert.throws(() => conv2d(x, zeros([1, 1, 6, 2]), { strides: 0 }), /strides is 0/);
  assert.throws(() => conv2d(x, zeros([1, 1, 6, 2]), { dilationRate: [1, 1, 1] }), /dilationRate is \[1, 1, 1\]; expected .* or 2 of them/);
  assert.throws(() => conv2d(x, zeros([1, 1, 6, 2]), { padding: 'causal' }), /Unknown padding "causal"/);
  assert.throws(() => conv2d(cast(x, 'i32'), zeros([1, 1, 6, 2])), /conv2d: x is i32; expected f32 or f16. Convert it with cast./);
});

test.run();

const narrow = suite('convolutions, rows beyond a binding');
narrow.before(async () => void (await guardedDevice({ maxBindingBytes: 1024 })));
narrow.after(close);
narrow('what no binding holds is an error', () => {
  assert.throws(() => conv1d(zeros([1, 300, 4]), zeros([1, 4, 4])), /one row of the result needs more than 128 elements at once/);
  assert.throws(() => grad((w) => conv2d(zeros([1, 3, 3, 8]), w))(zeros([3, 3, 8, 2])), /filters with 144 weights needs more than half a binding/);
});
narrow.run();
