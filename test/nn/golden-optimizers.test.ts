/** Update rules alone, eight steps with gradients from 1e-6 to 10: against the real Keras, eager and compiled. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { add, mul, square, sum } from '../../engine/ops';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import * as optimizers from '../../nn/optimizers';
import type { Optimizer } from '../../nn/optimizers';
import * as schedules from '../../nn/schedules';
import { guardedDevice, uniformFrom } from '../support/check-op';
import { expectClose, readGolden, type Tolerance } from '../support/golden';

interface Golden {
  readonly variables: readonly HostArray[];
  readonly gradients: readonly (readonly HostArray[])[];
  readonly cases: readonly {
    readonly name: string;
    readonly optimizer: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly after: readonly (readonly HostArray[])[];
  }[];
}

const { variables, gradients, cases } = readGolden<Golden>('optimizers');

/**
 * Steps are about as long as the rate, and 1 − 0.999ᵗ in f32 has five digits in the first steps: hence 1e-5 of the rate where that
 * is more than 1e-7. (In f64, the adam-schedule case differs by 6e-6 of the rate from Keras.)
 */
const toleranceAt = (rate: number): Tolerance => ({ rtol: 2e-6, atol: Math.max(1e-7, 1e-5 * rate) });

const test = suite('optimizers, golden');
test.before(async () => void (await init()));
test.after(close);

for (const { name, optimizer, config, after } of cases) {
  const make = (optimizers as unknown as Record<string, (config: object) => Optimizer>)[optimizer.toLowerCase()];
  const options = 'learningRate' in config ? { ...config, learningRate: rateFrom(config.learningRate) } : config;
  for (const compiled of [false, true]) {
    test(`${name}, ${compiled ? 'compiled' : 'eager'}`, async () => {
      const trained = variables.map((value, i) => new Variable(tensor(value), `v${i}`));
      const method = make(options);
      const tolerance = toleranceAt(method.currentLearningRate);
      const update = (...slopes: Tensor[]): void => method.applyGradients(slopes, trained);
      const step = compiled ? compileStep(update) : (...slopes: HostArray[]): void => scope(() => update(...slopes.map((g) => tensor(g))));
      for (const [i, values] of after.entries()) {
        step(...gradients[i]);
        for (const [j, variable] of trained.entries()) {
          await expectClose(variable, values[j], tolerance, `variable ${j} after step ${i}`);
        }
      }
      assert.is(method.iterations, after.length);
    });
  }
}

/** A number, or the schedule that a golden file describes. */
function rateFrom(rate: unknown): unknown {
  if (typeof rate !== 'object') return rate;
  const { schedule, config } = rate as { schedule: string; config: object };
  return new (schedules as unknown as Record<string, new (config: object) => object>)[schedule](config);
}

test('a gradient from which another one is computed', async () => {
  const [b, w] = [new Variable(tensor([1, 2, 3]), 'b'), new Variable(tensor([0.5, -1, 2]), 'w')];
  const k = tensor([2, 3, 4]);
  const method = optimizers.sgd(0.1);
  const step = compileStep(() => {
    const tape = new GradientTape();
    // d/db is dz itself, d/dw = dz·k reads it.
    const loss = tape.record(() => sum(square(add(b, mul(w, k)))));
    method.applyGradients(tape.gradient(loss, [b, w]), [b, w]);
  });
  step();
  await expectClose(b, [1 - 0.4, 2 + 0.2, 3 - 2.2]);
  await expectClose(w, [0.5 - 0.8, -1 + 0.6, 2 - 8.8]);
});

/** Gradients like these parameters', with lengths around the kernels' chunks of 4,096 and windows. */
function clipCase(limit: number | null) {
  const sizes = [1, 5, 4096, 4099, 9001, 64, 3];
  const uniform = uniformFrom(7);
  const slopes = sizes.map((n) => Float32Array.from({ length: n }, () => (limit ?? 1) * (uniform() - 0.5)));
  return { trained: sizes.map((n, i) => new Variable(tensor(new HostArray(new Float32Array(n), [n])), `v${i}`)), slopes };
}

const norm = (...parts: readonly Float32Array[]): number => Math.sqrt(parts.reduce((total, part) => part.reduce((sum, x) => sum + x * x, total), 0));

for (const kind of ['clipnorm', 'globalClipnorm', 'clipvalue'] as const) {
  test(`${kind} of parameters of many sizes, also in windows; padding does not count`, async () => {
    const guards = await guardedDevice({ maxBindingBytes: 16 * 1024 });
    for (const limit of [0.25, 20, 1000]) {
      const { trained, slopes } = clipCase(1);
      const handed = slopes.map((slope) => tensor(slope));
      optimizers.sgd({ learningRate: 1, [kind]: limit }).applyGradients(handed, trained);
      const whole = norm(...slopes);
      for (const [i, slope] of slopes.entries()) {
        const length = kind === 'globalClipnorm' ? whole : norm(slope);
        const expected = [...slope].map((g) => -(kind === 'clipvalue' ? Math.max(-limit, Math.min(limit, g)) : length > limit ? (g * limit) / length : g));
        await expectClose(trained[i], expected, { rtol: 1e-6 }, `limit ${limit}, variable ${i}`);
        assert.equal(await handed[i].data(), slope, 'the gradients that were handed in stay');
      }
      await guards.check();
    }
    await init({ maxBindingBytes: undefined });
  });
}

test('a NaN is not clipped away, a null gradient takes no part', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => new Variable(tensor([1, 1]), name));
  optimizers.sgd({ learningRate: 1, clipnorm: 1 }).applyGradients([tensor([NaN, 1]), tensor([3, 4]), null], [a, b, c]);
  assert.ok(Number.isNaN((await a.read()).data[0]));
  await expectClose(b, [1 - 0.6, 1 - 0.8]);
  await expectClose(c, [1, 1]);
  const [d, e] = ['d', 'e'].map((name) => new Variable(tensor([1, 1]), name));
  optimizers.sgd({ learningRate: 1, globalClipnorm: 1 }).applyGradients([null, tensor([3, 4])], [d, e]);
  await expectClose(e, [1 - 0.6, 1 - 0.8]);
  const f = new Variable(tensor([1, 1]), 'f');
  optimizers.sgd({ learningRate: 1, clipvalue: 1 }).applyGradients([tensor([NaN, -5])], [f]);
  assert.ok(Number.isNaN((await f.read()).data[0]));
  assert.is((await f.read()).data[1], 2);
});

test('schedules and mid-training changes of the rate reach replayed steps', async () => {
  const w = new Variable(tensor([0]), 'w');
  const method = optimizers.sgd(schedules.piecewiseConstantDecay({ boundaries: [1, 3], values: [1, 10, 100] }));
  const step = compileStep((slope: Tensor) => method.applyGradients([slope], [w]));
  const seen: number[] = [];
  for (let i = 0; i < 7; i++) {
    if (i === 5) method.learningRate = 1000;
    if (i === 6) method.learningRate = schedules.exponentialDecay({ initialLearningRate: 64, decaySteps: 1, decayRate: 0.5 });
    step(tensor([-1]));
    seen.push((await w.read()).data[0]);
  }
  // Steps 0, 1 | 2, 3 | 4 | a rate set | a schedule set, at its step 6.
  assert.equal(seen, [1, 2, 12, 22, 122, 1122, 1123]);
});

test('configurations make the same optimizer; contradictions are refused', () => {
  for (const [name, Class] of Object.entries(optimizers).filter(([name]) => /^[A-Z]/.test(name) && name !== 'Optimizer')) {
    const make = Class as new (config?: object) => Optimizer;
    const one = new make({ learningRate: 0.5, weightDecay: 0.1, clipvalue: 2 });
    const config = one.getConfig();
    assert.equal(new make(config).getConfig(), config, name);
    assert.equal([config.learningRate, config.weightDecay, config.clipvalue, config.clipnorm], [0.5, 0.1, 2, null], name);
  }
  assert.is(optimizers.adamw().getConfig().weightDecay, 0.004);
  assert.throws(() => optimizers.adam({ clipnorm: 1, clipvalue: 1 }), /clipnorm and clipvalue are given/);
  assert.throws(() => optimizers.adam({ globalClipnorm: 0 }), /globalClipnorm is 0/);
  assert.throws(() => optimizers.adam({ weightDecay: -1 }), /weightDecay is -1/);
  assert.throws(() => optimizers.ftrl({ learningRatePower: 1 }), /learningRatePower is 1/);
});

test.run();
