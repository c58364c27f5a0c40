/** Loss scaling: what is finite is trained on as without it, bit for bit; a step that is not never happened. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { mean, mul } from '../../engine/ops';
import { dense } from '../../engine/ops/matmul/dense';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import * as layers from '../../nn/layers';
import { sequential } from '../../nn/models/sequential';
import * as optimizers from '../../nn/optimizers';
import type { Optimizer } from '../../nn/optimizers/optimizer';

const test = suite('loss scaling');
test.before(async () => void (await init()));
test.after(close);

const wave = (shape: readonly number[], phase: number): HostArray =>
  new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.cos(1.7 * i + phase)), shape);

/** The gradient overflows for inputs of this size, the loss itself does not matter. */
const HUGE = 3e38;

interface Trained {
  readonly optimizer: Optimizer;
  readonly variables: readonly Variable[];
  train(x: HostArray): void;
}

/** mean((x·W + b)²) of more than one chunk of weights, minimised. */
function trained(optimizer: Optimizer, captured: boolean): Trained {
  const variables = [new Variable(tensor(wave([70, 66], 1)), 'W'), new Variable(tensor(wave([66], 2)), 'b')];
  const update = (x: Tensor): void => {
    const tape = new GradientTape();
    const loss = tape.record(() => {
      const y = dense(x, variables[0].value, variables[1].value);
      return optimizer.scaleLoss(mean(mul(y, y)));
    });
    optimizer.applyGradients(tape.gradient(loss, variables), variables);
  };
  const step = compileStep(update);
  return { optimizer, variables, train: (x) => (captured ? step(x) : scope(() => update(tensor(x)))) };
}

async function bitsOf({ optimizer, variables }: Trained): Promise<number[][]> {
  const states = variables.flatMap((variable) =>
    optimizer.statesOf(variable).map(({ storage, byteOffset }) => ({ storage, byteOffset, byteLength: variable.value.byteLength })),
  );
  const buffers = await gpu().readback.read([...variables.map(({ value }) => value), ...states]);
  return buffers.map((buffer) => [...new Uint32Array(buffer)]);
}

const batch = (i: number): HostArray => wave([4, 70], i);
const poisoned = (): HostArray => batch(9).map((x, i) => (i === 100 ? HUGE : x));

const makers: Record<string, () => Optimizer> = {
  ...Object.fromEntries(['adadelta', 'adagrad', 'adam', 'adamax', 'ftrl', 'lion', 'nadam', 'rmsprop', 'sgd'].map((name) => [name, () => optimizers.optimizerFrom(name)])),
  'adam with amsgrad': () => optimizers.adam({ amsgrad: true }),
  'adam with a clipped norm': () => optimizers.adam({ clipnorm: 0.01 }),
  'adam with bounded gradients': () => optimizers.adam({ clipvalue: 0.01 }),
  'adamw with a schedule': () => optimizers.adamw({ learningRate: optimizers.schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 }) }),
};

for (const [name, make] of Object.entries(makers)) {
  for (const captured of [true, false]) {
    test(`${name}, ${captured ? 'captured' : 'eager'}: the same bits as without`, async () => {
      const [scaled, plain] = [make().scaleLossDynamically({ initialScale: 1024, dynamicGrowthSteps: 2 }), make()].map((optimizer) => trained(optimizer, captured));
      for (let i = 0; i < 5; i++) for (const one of [scaled, plain]) one.train(batch(i));
      assert.equal(await bitsOf(scaled), await bitsOf(plain));
      assert.equal(await scaled.optimizer.lossScaleState(), { scale: 4096, goodSteps: 1, skipped: 0 });
    });
  }
}

for (const name of ['adam', 'adamax', 'sgd']) {
  for (const captured of [true, false]) {
    test(`${name}, ${captured ? 'captured' : 'eager'}: a step with an infinite gradient never happened`, async () => {
      const scaling = { initialScale: 64, dynamicGrowthSteps: 3 };
      const [some, others] = [0, 1].map(() => trained(optimizers.optimizerFrom(name).scaleLossDynamically(scaling), captured));
      for (let i = 0; i < 5; i++) {
        if (i === 0 || i === 3) {
          const before = i > 0 && (await bitsOf(some));
          some.train(poisoned());
          if (before) assert.equal(await bitsOf(some), before);
        }
        for (const one of [some, others]) one.train(batch(i));
      }
      assert.equal(await bitsOf(some), await bitsOf(others));
      // Halved, doubled after three, halved again.
      assert.equal(await some.optimizer.lossScaleState(), { scale: 32, goodSteps: 2, skipped: 2 });
      assert.is(some.optimizer.iterations, 7);
      await some.optimizer.countSteps();
      assert.is(some.optimizer.iterations, 5);
      for (const one of [some, others]) one.train(batch(5));
      await some.optimizer.countSteps();
      assert.equal([some.optimizer.iterations, await bitsOf(some)], [6, await bitsOf(others)]);
    });
  }
}

test('NaN is not finite either, and one skipped step after the other halves the scale each time', async () => {
  const one = trained(optimizers.adam().scaleLossDynamically({ initialScale: 8 }), true);
  one.train(batch(0));
  const before = await bitsOf(one);
  for (let i = 0; i < 4; i++) one.train(batch(i).map(() => NaN));
  assert.equal(await bitsOf(one), before);
  assert.equal(await one.optimizer.lossScaleState(), { scale: 0.5, goodSteps: 0, skipped: 4 });
});

test('the scale does not grow out of what f32 holds', async () => {
  const one = trained(optimizers.sgd(1e-3).scaleLossDynamically({ initialScale: 2 ** 126, dynamicGrowthSteps: 1 }), true);
  // Gradients of next to nothing stay finite.
  for (let i = 0; i < 3; i++) one.train(batch(i).map((x) => 1e-20 * x));
  assert.ok((await one.optimizer.lossScaleState())!.scale <= 2 ** 126);
});

test('fit: losses as without, penalties included; skipped steps are not counted', async () => {
  const run = async (scaled: boolean) => {
    const model = sequential([
      layers.dense({ units: 8, activation: 'tanh', inputShape: [5], kernelRegularizer: 'l2', kernelInitializer: 'ones' }),
      layers.dense({ units: 1, kernelInitializer: 'ones' }),
    ]);
    const optimizer = optimizers.adam(0.01);
    if (scaled) optimizer.scaleLossDynamically({ initialScale: 256 });
    model.compile({ optimizer, loss: 'mse' });
    const { history } = await model.fit(wave([32, 5], 1), wave([32, 1], 2), { epochs: 3, batchSize: 8, shuffle: false, verbose: 0 });
    await model.fit(wave([8, 5], 1), new HostArray(new Float32Array(8).fill(HUGE), [8, 1]), { batchSize: 8, verbose: 0 });
    return { history, iterations: optimizer.iterations, weights: (await model.getWeights()).flatMap(({ data }) => [...data]) };
  };
  const [scaled, plain] = [await run(true), await run(false)];
  assert.equal(scaled.history, plain.history);
  assert.equal([scaled.iterations, plain.iterations], [12, 13]);
  assert.ok(scaled.weights.every(Number.isFinite), 'the overflow was skipped');
  assert.not(plain.weights.every(Number.isFinite), 'and was one');
});

test('wrong options, and a scale for an optimizer under way, are refused', async () => {
  const given = (scaling: object) => () => optimizers.adam().scaleLossDynamically(scaling);
  assert.throws(given({ initialScale: 0 }), /initialScale is 0; expected a number > 0/);
  assert.throws(given({ initialScale: Infinity }), /initialScale is Infinity/);
  assert.throws(given({ dynamicGrowthSteps: 1.5 }), /dynamicGrowthSteps is 1.5; expected a whole number/);
  const one = trained(optimizers.adam(), true);
  one.train(batch(0));
  assert.throws(() => one.optimizer.scaleLossDynamically(), /has taken 1 steps; call it before the first/);
  assert.is(await one.optimizer.lossScaleState(), null);
});

test.run();
