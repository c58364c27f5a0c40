import { defineOp, expectDtype, type Op } from '../autodiff/op';
import { ValueError } from '../errors';
import { gpu } from '../gpu/gpu';
import { ceilDiv } from '../gpu/grid';
import { defineKernel, run } from '../gpu/kernel';
import type { StepScalar } from '../gpu/step-slots';
import { flatWindows, lineWindow } from '../gpu/windows';
import { defaultGenerator, type RandomGenerator } from '../random';
import { asTensor, type TensorLike } from '../tensor/create';
import type { Tensor } from '../tensor/tensor';
import { grid, step, threefry } from '../../shaders/lib';
import source from '../../shaders/dropout/dropout.wgsl';
import { reshape } from './reshape';

const dropoutKernel = defineKernel({
  name: 'dropout/dropout',
  source,
  lib: [grid, step, threefry],
  bindings: { x: 'read', y: 'write' },
  params: { n: 'u32', first: 'u32', stream: 'u32', threshold: 'u32', scale: 'f32' },
  step: true,
});

interface DropoutAttrs {
  readonly rate: number;
  readonly key: readonly StepScalar[];
  readonly stream: number;
}

const dropoutOp: Op<DropoutAttrs> = defineOp<DropoutAttrs>({
  name: 'dropout',
  output: ([x]) => {
    expectDtype('dropout', 'x', x, 'f32');
    return x;
  },
  forward: ([x], [y], { rate, key, stream }) => {
    for (const { start, length } of flatWindows(x.size)) {
      const part = (t: Tensor) => lineWindow(t, start, length).window;
      run(dropoutKernel, {
        bind: { x: part(x), y: part(y) },
        params: {
          n: length,
          first: start / 4,
          stream,
          // Whole numbers, so that no rounding makes the odds other than they were asked for.
          threshold: Math.min(Math.round((1 - rate) * 2 ** 32), 2 ** 32 - 1),
          scale: rate < 1 ? 1 / (1 - rate) : 0,
        },
        scalars: key,
        grid: ceilDiv(length, 256 * 4),
      });
    }
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
  // Outside of a capture forward and gradient get the key as it is now. In a capture it is the step's, one for
  // all its random ops, and the stream tells them apart.
  return dropoutOp([input], { rate, key: recorder.ofThisStep(generator.stepKey), stream: recorder.nextStream() })[0];
}
