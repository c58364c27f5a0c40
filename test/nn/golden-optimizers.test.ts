/** Update rules alone, eight steps with gradients from 1e-6 to 10: against the real Keras, eager and compiled. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { add, mul, square, sum } from '../../engine/ops';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import type { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import * as optimizers from '../../nn/optimizers';
import type { Optimizer } from '../../nn/optimizers';
import { expectClose, readGolden } from '../support/golden';

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
const OPTIONS = new Set(['learningRate', 'momentum', 'nesterov', 'beta1', 'beta2', 'epsilon', 'rho', 'centered']);

const test = suite('optimizers, golden');
test.before(async () => void (await init()));
test.after(close);

for (const { name, optimizer, config, after } of cases) {
  const make = (optimizers as unknown as Record<string, ((config: object) => Optimizer) | undefined>)[optimizer.toLowerCase()];
  const known = Object.entries(config).every(([option, value]) => OPTIONS.has(option) && typeof value !== 'object');
  if (!make || !known) {
    test.skip(`${name}: nn does not have it`, () => {});
    continue;
  }
  for (const compiled of [false, true]) {
    test(`${name}, ${compiled ? 'compiled' : 'eager'}`, async () => {
      const trained = variables.map((value, i) => new Variable(tensor(value), `v${i}`));
      const method = make(config);
      const update = (...slopes: Tensor[]): void => method.applyGradients(slopes, trained);
      const step = compiled ? compileStep(update) : (...slopes: HostArray[]): void => scope(() => update(...slopes.map((g) => tensor(g))));
      for (const [i, values] of after.entries()) {
        step(...gradients[i]);
        for (const [j, variable] of trained.entries()) {
          await expectClose(variable, values[j], { rtol: 2e-6, atol: 1e-7 }, `variable ${j} after step ${i}`);
        }
      }
      assert.is(method.iterations, after.length);
    });
  }
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

test.run();
