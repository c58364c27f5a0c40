/** Element by element: what they should cost is the memory's traffic. */
import { add, exp, relu, tanh, transpose } from '../../engine/ops';
import { tensor } from '../../engine/tensor/create';
import type { Tensor } from '../../engine/tensor/tensor';
import { expectClose, randomArray } from '../operands';
import { type KernelBenchmark, replayed, type Trial } from './benchmark';

const SHAPE = [2048, 512];
const SIZE = 2 ** 20;

function benchmark(name: string, inputs: number, fn: (...x: Tensor[]) => Tensor, reference: (i: number, ...x: ArrayLike<number>[]) => number): KernelBenchmark {
  return {
    name: `elementwise ${name}, ${SHAPE.join(' × ')}`,
    flops: 0,
    bytes: 4 * SIZE * (inputs + 1),
    setUp(): Trial {
      const arrays = Array.from({ length: inputs }, (_, i) => randomArray(SHAPE, i + 1, 2));
      const tensors = arrays.map((array) => tensor(array));
      const run = replayed(() => [fn(...tensors)]);
      const want = Float64Array.from({ length: SIZE }, (_, i) => reference(i, ...arrays.map(({ data }) => data)));
      return {
        run,
        check: ([y]) => expectClose(name, y, want, 1e-6),
        dispose: () => [run, ...tensors].forEach((one) => one.dispose()),
      };
    },
  };
}

export const elementwise: readonly KernelBenchmark[] = [
  benchmark('add', 2, add, (i, a, b) => a[i] + b[i]),
  benchmark('relu', 1, relu, (i, x) => Math.max(0, x[i])),
  benchmark('exp', 1, exp, (i, x) => Math.exp(x[i])),
  benchmark('tanh', 1, tanh, (i, x) => Math.tanh(x[i])),
  benchmark('transpose', 1, (x) => transpose(x), (i, x) => x[(i % SHAPE[0]) * SHAPE[1] + Math.floor(i / SHAPE[0])]),
];
