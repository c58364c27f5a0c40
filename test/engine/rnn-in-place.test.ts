/** The gates take the place of the inputs' product, their gradients that of the gates: who could notice must not. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { ValueError } from '../../engine/errors';
import { close, init } from '../../engine/gpu/gpu';
import { dense } from '../../engine/ops/matmul/dense';
import { add, mul, sum } from '../../engine/ops';
import type { SequenceOptions } from '../../engine/ops/rnn';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { layers } from '../../nn';
import { cells, layer, shapesOf } from '../support/rnn-layers';

const test = suite('recurrent sequences in place');
test.before(async () => void (await init()));
test.after(close);

const wave = (shape: Shape, phase: number, scale = 1): HostArray =>
  new HostArray(Float32Array.from({ length: sizeOf(shape) }, (_, i) => scale * Math.sin(1.7 * i * i + 0.3 * i + phase)), shape);
const inputsOf = (cell: (typeof cells)[number], batch = 3, time = 5, units = 8): Tensor[] =>
  shapesOf(cell, batch, time, units, false).map((shape, i) => tensor(wave(shape, i, i === 1 ? 0.4 : 1)));
const read = (tensors: readonly (Tensor | null)[]): Promise<ArrayLike<number>[]> => Promise.all(tensors.map((t) => t!.data()));
const near = (got: ArrayLike<number>, want: ArrayLike<number>, what: string): void => {
  for (let i = 0; i < want.length; i++) assert.ok(Math.abs(got[i] - want[i]) < 1e-5, `${what}[${i}] is ${got[i]}, not ${want[i]}`);
};

for (const cell of cells) {
  const run = (inputs: readonly Tensor[], options: SequenceOptions = {}): Tensor => layer(cell, inputs, { overwrite: true, ...options }).y;

  test(`${cell}: two tapes at once each get the gradient`, async () => {
    const inputs = inputsOf(cell);
    const [inner, outer] = [new GradientTape(), new GradientTape()];
    for (const tape of [inner, outer]) for (const input of inputs) tape.watch(input);
    const y = outer.record(() => inner.record(() => run(inputs)));
    const [first, second] = [inner.gradient(y, inputs), outer.gradient(y, inputs)];
    assert.equal(await read(first), await read(second));
  });

  test(`${cell}: the gradient has none of its own, whichever tape asks for it`, () => {
    const inputs = inputsOf(cell);
    const [first, second] = [new GradientTape(), new GradientTape()];
    first.watch(inputs[0]);
    second.watch(inputs[1]);
    // The second tape sees the gradient alone, in which wh occurs.
    const y = first.record(() => run(inputs));
    const slope = second.record(() => sum(first.gradient(y, [inputs[0]])[0]!));
    assert.throws(
      () => second.gradient(slope, [inputs[1]]),
      (error: Error) => error instanceof ValueError && /second derivatives/.test(error.message),
    );
  });

  test(`${cell}: one product for two sequences, and for more besides`, async () => {
    const gradients = (options: SequenceOptions): Promise<ArrayLike<number>[]> => {
      const [x, wh, ...rest] = inputsOf(cell);
      const tape = new GradientTape();
      for (const input of [x, wh]) tape.watch(input);
      const value = tape.record(() => {
        const product = mul(x, 2);
        const pass = (more: SequenceOptions): Tensor => sum(layer(cell, [product, wh, ...rest], { ...options, ...more }).y);
        return add(add(pass({}), pass({ goBackwards: true })), sum(mul(product, product)));
      });
      return read(tape.gradient(value, [x, wh]));
    };
    const [got, want] = [await gradients({}), await gradients({ implementation: 'steps' })];
    got.forEach((values, i) => near(values, want[i], `gradient ${i}`));
  });

  test(`${cell}: in parts of the sequence, with gradients of all states`, async () => {
    const gradients = (options: SequenceOptions): Promise<ArrayLike<number>[]> => {
      const inputs = inputsOf(cell, 19, 11, 12);
      const tape = new GradientTape();
      for (const input of inputs) tape.watch(input);
      const value = tape.record(() => {
        const { y, states } = layer(cell, inputs, { returnSequences: true, ...options });
        return states.reduce((total, state) => add(total, sum(mul(state, state))), sum(mul(y, y)));
      });
      return read([value, ...tape.gradient(value, inputs)]);
    };
    const want = await gradients({});
    for (const stepsPerDispatch of [256, 4, 1]) assert.equal(await gradients({ overwrite: true, stepsPerDispatch }), want, `${stepsPerDispatch} at a time`);
  });
}

test('a layer that is applied twice, eagerly and captured', async () => {
  const lstm = layers.lstm({ units: 4, returnSequences: true });
  const project = layers.timeDistributed({ layer: layers.dense({ units: 3 }) });
  const x = wave([2, 6, 3], 1);
  const step = (given: Tensor): (Tensor | null)[] => {
    const tape = new GradientTape({ persistent: true });
    const y = tape.record(() => lstm.apply(project.apply(lstm.apply(given) as Tensor) as Tensor) as Tensor);
    return [y, ...tape.gradient(y, lstm.weights), ...tape.gradient(y, lstm.weights)];
  };
  const [eager, captured] = [await read(step(tensor(x))), await read(compileStep(step)(x))];
  const n = lstm.weights.length;
  assert.equal(eager.slice(1, 1 + n), eager.slice(1 + n), 'the same again');
  captured.forEach((values, i) => near(values, eager[i], `result ${i}`));
});

test('a product that a layer makes is its own', async () => {
  const x = tensor(wave([2, 5, 3], 2));
  const lstm = layers.lstm({ units: 4 });
  lstm.apply(x);
  const product = dense(x, lstm.kernel, lstm.bias);
  const before = await product.data();
  await (lstm.apply(x) as Tensor).data();
  assert.equal([await product.data(), await x.data()], [before, wave([2, 5, 3], 2).data]);
});

test.run();
