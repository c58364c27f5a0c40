/** Pooling over windows, forward and with gradients. */
import { GradientTape } from '../../engine/autodiff/grad';
import { averagePool, maxPool, mean } from '../../engine/ops';
import { tensor } from '../../engine/tensor/create';
import type { HostArray } from '../../engine/tensor/host-array';
import { sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { expectClose, randomArray } from '../operands';
import { type KernelBenchmark, replayed, type Trial } from './benchmark';

const IMAGES = [32, 26, 26, 32];
const POOLED = 32 * 13 * 13 * 32;
const SEQUENCES = [512, 256, 16];

const combined = { max: (window: number[]) => Math.max(...window), average: (window: number[]) => window.reduce((a, b) => a + b) / window.length };

/** Windows of 2 × 2 in [batch, height, width, channels]. */
function windows(x: HostArray, combine: (window: number[]) => number): Float64Array {
  const [batch, height, width, channels] = x.shape;
  const y: number[] = [];
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < height; i += 2)
      for (let j = 0; j < width; j += 2)
        for (let c = 0; c < channels; c++) {
          const at = ((b * height + i) * width + j) * channels + c;
          y.push(combine([at, at + channels, at + width * channels, at + (width + 1) * channels].map((k) => x.data[k])));
        }
  return Float64Array.from(y);
}

function benchmark(name: string, shape: number[], results: number, flops: number, fn: (x: Tensor) => Tensor, reference: (x: HostArray) => Float64Array, backward: boolean): KernelBenchmark {
  const size = sizeOf(shape);
  return {
    name: `pool ${name}, ${shape.join(' × ')}${backward ? ', with gradient' : ''}`,
    flops: (backward ? 2 : 1) * flops,
    bytes: (backward ? 2 : 1) * 4 * (size + results),
    setUp(): Trial {
      const array = randomArray(shape, 1);
      const x = tensor(array);
      const want = reference(array);
      const run = replayed(() => {
        if (!backward) return [fn(x)];
        const tape = new GradientTape();
        tape.watch(x);
        const y = tape.record(() => fn(x));
        return [y, ...(tape.gradient(y, [x]) as Tensor[])];
      });
      return {
        run,
        check([y, dx]) {
          expectClose(name, y, want, 1e-5);
          // With slopes of 1, every window hands on as much as it got: 1.
          if (dx) expectClose(`${name}: sum of the gradient`, [Float64Array.from(dx).reduce((a, b) => a + b, 0) / results], [1], 1e-4);
        },
        dispose: () => (run.dispose(), x.dispose()),
      };
    },
  };
}

export const pool: readonly KernelBenchmark[] = [false, true].flatMap((backward) => [
  benchmark('max 2 × 2', IMAGES, POOLED, 3 * POOLED, (x) => maxPool(x, 2), (x) => windows(x, combined.max), backward),
  benchmark('average 2 × 2', IMAGES, POOLED, 4 * POOLED, (x) => averagePool(x, 2), (x) => windows(x, combined.average), backward),
  benchmark('global average', SEQUENCES, 512 * 16, 512 * 256 * 16, (x) => mean(x, 1), timeMeans, backward),
]);

function timeMeans({ data, shape: [batch, time, channels] }: HostArray): Float64Array {
  const y = new Float64Array(batch * channels);
  data.forEach((value: number, i: number) => (y[Math.floor(i / (time * channels)) * channels + (i % channels)] += value / time));
  return y;
}
