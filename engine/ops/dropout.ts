import { defineOp, expectDtype, type Op } from '../autodiff/op';
import { ValueError } from '../errors';
import { gpu } from '../gpu/gpu';
import { ceilDiv } from '../gpu/grid';
import { defineKernel, run } from '../gpu/kernel';
import { elementsOf, flatWindows } from '../gpu/windows';
import { defaultGenerator, type RandomGenerator } from '../random';
import { asTensor, type TensorLike } from '../tensor/create';
import type { Tensor } from '../tensor/tensor';
import { dropout as dropoutLib, grid, step, threefry } from '../../shaders/lib';
import source from '../../shaders/dropout/dropout.wgsl';
import type { DropoutParams } from './matmul/gemm';
import { offerDropout } from './matmul/product-finish';
import { reshape } from './layout/reshape';

const dropoutKernel = defineKernel({
  name: 'dropout/dropout',
  source,
  lib: [grid, step, threefry, dropoutLib],
  bindings: { x: 'read', y: 'write' },
  params: { n: 'u32', first: 'u32', stream: 'u32', threshold: 'u32', scale: 'f32' },
  consts: { T: 'f32' },
  step: true,
});

const dropoutOp: Op<DropoutParams> = defineOp<DropoutParams>({
  name: 'dropout',
  output: ([x]) => {
    expectDtype('dropout', 'x', x, 'f32', 'f16');
    return x;
  },
  forward: ([x], [y], how) => {
    const { stream, threshold, scale, key } = how;
    const windows = flatWindows(x.size);
    for (const { start, length } of windows) {
      const part = (t: Tensor) => elementsOf(t, start, length);
      run(dropoutKernel, {
        bind: { x: part(x), y: part(y) },
        params: { n: length, first: start / 4, stream, threshold, scale },
        scalars: key,
        consts: { T: x.dtype },
        grid: ceilDiv(length, 256 * 4),
      });
    }
    if (windows.length === 1) offerDropout(x, y, how);
  },
  // Linear in x: the same key and stream drop the same elements of dy.
  gradient: ({ dy: [dy], attrs }) => [() => dropoutOp([dy!], attrs)[0]],
});

/**
 * `x` with each element set to 0 with probability `rate`, the others times 1/(1 − rate), so that the expectation stays
 * (Srivastava et al. 2014, "inverted"). Every call drops others, and so does every replay of a captured step.
 */
export function dropout(x: TensorLike, rate: number, generator: RandomGenerator = defaultGenerator()): Tensor {
  if (!(rate >= 0 && rate <= 1)) throw new ValueError(`dropout: rate ${rate} must be a number from 0 to 1.`);
  const input = asTensor(x);
  if (rate === 0) return reshape(input, input.shape);
  const { recorder } = gpu();
  // Whole numbers, so that no rounding makes the odds other than they were asked for.
  const threshold = Math.min(Math.round((1 - rate) * 2 ** 32), 2 ** 32 - 1);
  const scale = rate < 1 ? 1 / (1 - rate) : 0;
  // Outside of a capture forward and gradient get the key as it is now. In a capture it is the step's, one for
  // all its random ops, and the stream tells them apart.
  return dropoutOp([input], { key: recorder.ofThisStep(generator.stepKey), stream: recorder.nextStream(), threshold, scale })[0];
}
