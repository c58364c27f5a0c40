/** Layers that merge, reshape and permute, against the real Keras and by hand: values, gradients, shapes, masks, errors. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { mul } from '../../engine/ops';
import { maskOf, setMask } from '../../nn/core/mask';
import { close, HostArray, init, input, type Layer, layers, model, setSeed, tensor, type Tensor } from 'wgrad';
import { expectClose, readGolden } from '../support/golden';
import { hasLayer, type LayerCase, layerFrom, runLayerTest } from '../support/run-layer-test';

const test = suite('merging layers');
test.before(async () => void (await init()));
test.after(close);

for (const golden of readGolden<{ readonly cases: readonly LayerCase[] }>('merging').cases) {
  if (!hasLayer(golden)) test.skip(`${golden.name}: nn has no ${golden.layer}`, () => {});
  else if (golden.inputs.length === 1) test(golden.name, () => runLayerTest(golden));
  else test(golden.name, () => runMergeTest(golden));
}

/** What `runLayerTest` asks, of a layer with several inputs and no weights. */
async function runMergeTest(golden: LayerCase): Promise<void> {
  const layer = layerFrom(golden);
  const { inputs, outputs: [output], upstream: [upstream] } = golden;
  assert.equal(layer.computeOutputShape(inputs.map(({ shape }) => [null, ...shape.slice(1)])), [null, ...output.shape.slice(1)]);
  const tape = new GradientTape();
  const xs = inputs.map((value) => tensor(value));
  xs.forEach((x) => tape.watch(x));
  const y = tape.record(() => layer.apply(xs) as Tensor);
  const gradients = tape.gradient(tape.record(() => mul(y, upstream)), xs);
  // Sums of three numbers that cancel keep the rounding of the first two.
  await expectClose(y, output, { atol: 3e-7 });
  for (const [i, gradient] of gradients.entries()) await expectClose(gradient!, golden.inputGradients[i]!, {}, `gradient of input ${i}`);
  const again = new (layer.constructor as new (config: object) => Layer)(layer.getConfig());
  assert.equal(await (again.apply(xs) as Tensor).data(), await y.data(), 'the configuration makes the same layer');
}

const numbers = async (t: Tensor): Promise<number[]> => [...(await t.data())];

/** [1, steps, 1], with a mask if there is one. */
function sequence(values: number[], mask?: number[]): Tensor {
  const x = tensor(new HostArray(Float32Array.from(values), [1, values.length, 1]));
  if (mask) setMask(x, tensor(new HostArray(Uint32Array.from(mask), [1, mask.length], 'bool')));
  return x;
}

test('masked steps do not count in products, maxima and minima; a step is masked where all are', async () => {
  const a = sequence([2, 9, 4, 7], [1, 0, 1, 0]);
  const b = sequence([3, 5, 6, 8], [1, 1, 0, 0]);
  const merged = async (layer: Layer, ...inputs: Tensor[]): Promise<number[]> => numbers(layer.apply(inputs) as Tensor);
  assert.equal(await merged(layers.multiply(), a, b), [6, 5, 4, 0]);
  assert.equal((await merged(layers.maximum(), a, b)).slice(0, 3), [3, 5, 4]);
  assert.equal((await merged(layers.minimum(), a, b)).slice(0, 3), [2, 5, 4]);
  assert.equal(await merged(layers.add(), a, b), [5, 14, 10, 15]);
  for (const layer of [layers.add(), layers.multiply(), layers.maximum()]) {
    assert.equal(await numbers(maskOf(layer.apply([a, b]) as Tensor)!), [1, 1, 1, 0]);
  }
  const plain = sequence([1, 2, 3, 10]);
  assert.equal(await merged(layers.multiply(), plain, a), [2, 2, 12, 10]);
  assert.equal(await merged(layers.minimum(), plain, a), [1, 2, 3, 10]);
  assert.equal(await merged(layers.maximum(), a, plain, b), [3, 5, 4, 10]);
  assert.is(maskOf(layers.add().apply([a, plain]) as Tensor), null, 'nothing is masked that an input without a mask has');
});

test('concatenate joins masks along time, and merges them along other axes', async () => {
  const a = sequence([1, 2], [1, 0]);
  const b = sequence([3, 4], [0, 0]);
  const plain = sequence([5, 6]);
  const maskAfter = async (axis: number, ...inputs: Tensor[]): Promise<number[] | null> => {
    const mask = maskOf(layers.concatenate({ axis }).apply(inputs) as Tensor);
    return mask && numbers(mask);
  };
  assert.equal(await maskAfter(1, a, b), [1, 0, 0, 0]);
  assert.equal(await maskAfter(-2, a, plain), [1, 0, 1, 1]);
  assert.equal(await maskAfter(-1, a, b), [1, 0]);
  assert.equal(await maskAfter(-1, b, plain), [1, 1]);
  assert.is(await maskAfter(1, plain, plain), null);
});

test('inputs of lower rank get axes after the batch', async () => {
  const x = tensor(new HostArray(Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]), [2, 2, 2]));
  const y = tensor([[10, 20], [30, 40]]);
  const layer = layers.add();
  assert.equal(layer.computeOutputShape([[null, 2, 2], [null, 2]]), [null, 2, 2]);
  assert.equal(await numbers(layer.apply([x, y]) as Tensor), [11, 22, 13, 24, 35, 46, 37, 48]);
  assert.equal(layers.add().computeOutputShape([[null, null, 1], [4, 3, 5]]), [4, 3, 5]);
  assert.equal(layers.add().computeOutputShape([[null, 1], [null, null]]), [null, null]);
});

test('a branching model computes what its layers do one by one', async () => {
  setSeed(2);
  const [left, right] = [input({ shape: [4] }), input({ shape: [4] })];
  const shared = layers.dense({ units: 3, activation: 'tanh' });
  const [p, q] = [shared.apply(left), shared.apply(right)];
  const both = model({ inputs: [left, right], outputs: layers.concatenate().apply([layers.multiply().apply([p, q]), layers.average().apply([p, q])]) });
  assert.equal(both.outputShape, [null, 6]);
  const [x, y] = [1, 2].map((phase) => new HostArray(Float32Array.from({ length: 8 }, (_, i) => Math.sin(i + phase)), [2, 4]));
  const [a, b] = [await numbers(shared.apply(x)), await numbers(shared.apply(y))];
  const expected = [0, 1].flatMap((row) => [
    ...[0, 1, 2].map((c) => a[3 * row + c] * b[3 * row + c]),
    ...[0, 1, 2].map((c) => (a[3 * row + c] + b[3 * row + c]) / 2),
  ]);
  await expectClose(both.apply([x, y]) as Tensor, new HostArray(Float32Array.from(expected), [2, 6]));
});

test('reshape and permute in a model: unknown sizes, and sizes that follow', () => {
  assert.equal(layers.reshape({ targetShape: [-1, 4] }).computeOutputShape([null, null]), [null, null, 4]);
  assert.equal(layers.reshape({ targetShape: [-1, 4] }).computeOutputShape([null, 6, 2]), [null, 3, 4]);
  assert.equal(layers.permute({ dims: [2, 1] }).computeOutputShape([null, null, 3]), [null, 3, null]);
});

test('clear errors', () => {
  const [a, b] = [sequence([1, 2]), sequence([1, 2, 3])];
  assert.throws(() => layers.add({ name: 'm' }).apply([a, b]), /Layer "m": \[null, 2, 1\] and \[null, 3, 1\] do not broadcast/);
  assert.throws(() => layers.add({ name: 'm' }).apply(a), /Layer "m" merges several tensors; got one of shape \[null, 2, 1\]/);
  assert.throws(() => layers.subtract({ name: 'm' }).apply([a, a, a]), /Layer "m" takes two tensors; got 3/);
  assert.throws(() => layers.concatenate({ name: 'm' }).apply([a, b]), /Layer "m": shapes \[null, 2, 1\] and \[null, 3, 1\] do not fit together; sizes may differ along axis 2 only/);
  assert.throws(() => layers.concatenate({ name: 'm', axis: 3 }).apply([a, a]), /Layer "m": axis 3 is out of range/);
  assert.throws(() => layers.reshape({ targetShape: [-1, -1] }), /Reshape: targetShape is \[-1, -1\]/);
  assert.throws(() => layers.reshape({ name: 'm', targetShape: [3] }).apply(a), /Layer "m": 2 elements do not fit shape \[3\]/);
  assert.throws(() => layers.permute({ dims: [0, 1] }), /Permute: dims is \[0, 1\]; expected each of 1 to 2 once/);
  assert.throws(() => layers.permute({ name: 'm', dims: [1] }).apply(a), /Layer "m" orders 1 axes and the batch; got \[null, 2, 1\]/);
});

test.run();
