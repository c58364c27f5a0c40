/** Dropout, relu and their gradients as part of a product in a compiled step: the numbers of eager code, in fewer dispatches. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { add, cast, dropout, mul, relu } from '../../engine/ops';
import { dense } from '../../engine/ops/matmul/dense';
import { matmul } from '../../engine/ops/matmul/matmul';
import { RandomGenerator } from '../../engine/random';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { expectClose } from '../support/golden';
import { floatDtypes } from '../support/half-suite';
import { seed } from '../support/seed';

const wave = (shape: readonly number[], k: number): HostArray =>
  new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(k * i * i + k)), shape);

/** A hidden layer in the ways that a model may have it. */
const hidden = {
  'relu in the layer': (x: Tensor, w: Tensor, b: Tensor) => dense(x, w, b, 'relu'),
  'relu of its own': (x: Tensor, w: Tensor, b: Tensor) => relu(dense(x, w, b)),
  'relu in the layer, dropout': (x: Tensor, w: Tensor, b: Tensor, drop: Drop) => drop(dense(x, w, b, 'relu')),
  'relu of its own, dropout': (x: Tensor, w: Tensor, b: Tensor, drop: Drop) => drop(relu(dense(x, w, b))),
  'dropout alone': (x: Tensor, w: Tensor, b: Tensor, drop: Drop) => drop(dense(x, w, b)),
  'dropout before relu': (x: Tensor, w: Tensor, b: Tensor, drop: Drop) => relu(drop(dense(x, w, b))),
  'dropout after tanh': (x: Tensor, w: Tensor, b: Tensor, drop: Drop) => drop(dense(x, w, b, 'tanh')),
};
type Drop = (x: Tensor) => Tensor;
type Layer = (x: Tensor, w: Tensor, b: Tensor, drop: Drop) => Tensor;

/** Output and gradients of hidden layer and output layer, those of the layers between included. */
function everything(layer: Layer, generator: RandomGenerator, [x, w, b, v]: Tensor[]): Tensor[] {
  const tape = new GradientTape();
  for (const input of [x, w, b, v]) tape.watch(input);
  const [y, h] = tape.record(() => {
    const h = layer(x, w, b, (x) => dropout(x, 0.3, generator));
    return [matmul(h, v), h];
  });
  const dy = tensor(wave(y.shape, 0.7), y.dtype);
  return [y, ...tape.gradient(y, [x, w, b, v, h], dy)] as Tensor[];
}

const sizes = fc.tuple(
  fc.constantFrom(1, 3, 16, 33),
  fc.constantFrom(1, 4, 7, 20),
  fc.constantFrom(1, 3, 4, 8, 36, 41),
  fc.constantFrom(1, 2, 4, 10),
);

const test = suite('substitutes');
test.before(async () => void (await init()));
test.after(close);

/** Of f16 a product and what is done to it are rounded once, not twice: in each of up to 41 terms of the sums behind. */
const tolerances = { f32: { rtol: 1e-6, atol: 1e-6 }, f16: { rtol: 2 ** -10, atol: 41 * 2 ** -11 } };

for (const dtype of floatDtypes) for (const [name, layer] of Object.entries(hidden)) {
  test(`as eager code, bit for bit but for the order of sums, ${dtype}: ${name}`, () =>
    fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (sizes, k) => {
        const [batch, inputs, units, outputs] = sizes;
        const values = [wave([batch, inputs], 0.3 + (k % 10)), wave([inputs, units], 1.1), wave([units], 0.9), wave([units, outputs], 1.7)];
        const halved = ([x, ...weights]: Tensor[]): Tensor[] => [cast(x, dtype), ...weights];
        const [captured, eager] = [new RandomGenerator(k), new RandomGenerator(k)];
        const step = compileStep((...inputs) => everything(layer, captured, halved(inputs)));
        for (let i = 0; i < 2; i++) {
          const got = step(...values);
          const want = everything(layer, eager, halved(values.map((value) => tensor(value))));
          for (const [j, tensor] of got.entries()) await expectClose(tensor, await want[j].array(), tolerances[dtype], `result ${j} of step ${i}`);
        }
        step.dispose();
      }),
      { seed, numRuns: dtype === 'f32' ? 12 : 6, includeErrorInReport: true },
    ));
}

/** Dispatches of a compiled step on these inputs. */
function dispatches(fn: (...inputs: Tensor[]) => unknown, ...inputs: HostArray[]): number {
  const step = compileStep(fn as () => void);
  (step as (...inputs: HostArray[]) => void)(...inputs);
  const [count] = step.dispatches;
  step.dispose();
  return count;
}

const weights = [wave([20, 36], 1.1), wave([36], 0.9), wave([36, 8], 1.7)];

/** Gradients of the weights of two layers. */
function gradients(layer: Layer) {
  return (x: Tensor, ...inputs: Tensor[]): Tensor[] => {
    const tape = new GradientTape();
    for (const input of inputs) tape.watch(input);
    const [w, b, v] = inputs;
    const y = tape.record(() => matmul(layer(x, w, b, (x) => dropout(x, 0.3)), v));
    return tape.gradient(y, inputs, tensor(wave(y.shape, 0.7), y.dtype)) as Tensor[];
  };
}

for (const dtype of floatDtypes) {
  for (const name of ['relu in the layer', 'relu of its own', 'relu in the layer, dropout', 'relu of its own, dropout', 'dropout alone'] as const) {
    test(`no dispatch of its own, ${dtype}: ${name}`, () => {
      const x = wave([16, 20], 0.3);
      const of = (layer: Layer): Layer => (x, w, b, drop) => layer(cast(x, dtype), w, b, drop);
      const plain = dispatches(gradients(of((x, w, b) => dense(x, w, b))), x, ...weights);
      assert.is(dispatches(gradients(of(hidden[name])), x, ...weights), plain);
    });
  }
}

test('a product that is needed for itself stays, and so does what is done to it afterwards', async () => {
  const x = wave([16, 20], 0.3);
  const [w, b] = weights;
  const both = (x: Tensor, w: Tensor, b: Tensor): Tensor[] => {
    const h = dense(x, w, b, 'relu');
    return [h, dropout(h, 0.3)];
  };
  const step = compileStep(both);
  const [h, dropped] = step(x, w, b);
  assert.is(step.dispatches[0], 2);
  const [plain, some] = [await h.data(), await dropped.data()];
  assert.ok(some.every((v, i) => v === 0 || Math.abs(v - plain[i] / 0.7) <= 1e-6 * v));
  assert.ok(some.some((v, i) => v === 0 && plain[i] > 0) && plain.some((v) => v > 0));
});

test('gradients that are asked for on the way are found', async () => {
  const [x, w, b] = [wave([16, 20], 0.3), ...weights];
  const middle = (x: Tensor, w: Tensor, b: Tensor): Tensor => {
    const tape = new GradientTape();
    tape.watch(w);
    const [h, y] = tape.record(() => {
      const h = dense(x, w, b, 'relu');
      return [h, dropout(h, 0.5)];
    });
    return tape.gradient(y, [h])[0]!;
  };
  const got = await compileStep(middle)(x, w, b).data();
  assert.ok(got.every((v) => v === 0 || v === 2) && got.includes(0) && got.includes(2));
});

test('what is overwritten between the product and dropout was multiplied before', async () => {
  const [x, w] = [wave([4, 4], 0.3), new Variable(tensor(wave([4, 4], 1.1)), 'w')];
  const expected = await matmul(tensor(x), w.value).data();
  const step = compileStep((x: Tensor) => {
    const product = matmul(x, w.value);
    w.assign(mul(w.value, 0));
    return dropout(add(product, 0), 0) && dropout(product, 1e-9, new RandomGenerator(1));
  });
  assert.equal([...(await step(x).data())], [...expected].map((v) => Math.fround(v)));
  assert.ok((await w.value.data()).every((v) => v === 0));
});

test.run();
