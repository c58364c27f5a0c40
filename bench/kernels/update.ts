/** Adam over all parameters of a model in one dispatch, beside the same in separate ops. */
import type { StepScalar } from '../../engine/gpu/step-slots';
import { add, div, mul, sqrt, sub } from '../../engine/ops';
import { adamUpdate } from '../../engine/ops/update/adam';
import { tensor, zeros } from '../../engine/tensor/create';
import type { TypedArray } from '../../engine/tensor/dtype';
import { viewOf } from '../../engine/tensor/tensor';
import { expectClose, randomArray } from '../operands';
import { type KernelBenchmark, replayed, type Trial } from './benchmark';

const [RATE, BETA_1, BETA_2, EPSILON] = [0.001, 0.9, 0.999, 1e-7];

function benchmark(name: string, n: number): KernelBenchmark {
  return {
    name: `update Adam, ${name}`,
    // Four for each moment, the square root, two divisions and a product, the difference.
    flops: 12 * n,
    // Reads p, g, m, v; writes p, m, v.
    bytes: 4 * 7 * n,
    setUp(): Trial {
      const [parameters, gradients] = [randomArray([n], 1), randomArray([n], 2)];
      const p = tensor(parameters);
      const g = tensor(gradients);
      const states = [zeros([n]), zeros([n])];
      // The same step again and again: moments grow, the arithmetic stays.
      const scalars: StepScalar[] = [{ dtype: 'f32', next: () => RATE }, { dtype: 'u32', next: () => 1 }];
      const attrs = { beta1: BETA_1, beta2: BETA_2, epsilon: EPSILON, amsgrad: false };
      const range = { parameters: p, gradients: g, states, size: n, members: [{ start: 0, length: n }] };
      const [q, m, v] = [tensor(parameters), zeros([n]), zeros([n])];
      const composed = replayed(() => {
        const first = add(m, mul(sub(g, m), 1 - BETA_1));
        const second = add(v, mul(sub(mul(g, g), v), 1 - BETA_2));
        const rate = (RATE * Math.sqrt(1 - BETA_2)) / (1 - BETA_1);
        return [sub(q, div(mul(first, rate), add(sqrt(second), EPSILON))), first, second];
      });
      return {
        run() {
          adamUpdate(range, scalars, attrs);
          return [p, ...states].map((whole) => viewOf(whole, [n], 'f32'));
        },
        naive: composed,
        check: (results) => check(parameters.data, gradients.data, results),
        dispose: () => [composed, p, g, ...states, q, m, v].forEach((one) => one.dispose()),
      };
    },
  };
}

/** After the first step from moments of 0. */
function check(p: TypedArray, g: TypedArray, [got, m, v]: readonly TypedArray[]): void {
  const rate = (RATE * Math.sqrt(1 - BETA_2)) / (1 - BETA_1);
  const first = Float64Array.from(g, (value) => value * (1 - BETA_1));
  const second = Float64Array.from(g, (value) => value * value * (1 - BETA_2));
  expectClose('first moments', m, first, 1e-5);
  expectClose('second moments', v, second, 1e-5);
  // Steps are a thousandth of the parameters: compared by themselves, at the parameters' rounding.
  const steps = Float64Array.from(p, (value, i) => got[i] - value);
  expectClose('steps', steps, Float64Array.from(first, (value, i) => (-rate * value) / (Math.sqrt(second[i]) + EPSILON)), 1e-3);
}

export const update: readonly KernelBenchmark[] = [benchmark('102 thousand parameters (MLP)', 101_772), benchmark('2.6 million parameters (Embedding 10,000 × 256 + LSTM)', 2_757_248)];
