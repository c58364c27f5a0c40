/** Sequences from their ends, where they are padded to more steps than they have. */
import { defineOp, type Op } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { gpu } from '../../gpu/gpu';
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import { lineWindow, rowWindows } from '../../gpu/windows';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, sizeOf } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { grid, step } from '../../../shaders/lib';
import source from '../../../shaders/layout/reverse-sequence.wgsl';

const kernel = defineKernel({
  name: 'layout/reverse-sequence',
  source,
  lib: [grid, step],
  bindings: { x: 'read', y: 'write' },
  params: { n: 'u32', base: 'u32', time: 'u32', inner: 'u32' },
  consts: { T: 'u32' },
  step: true,
});

const reverseOp: Op<{ readonly scalars: readonly StepScalar[] }> = defineOp<{ readonly scalars: readonly StepScalar[] }>({
  name: 'reverseSequence',
  output([x]) {
    if (x.shape.length < 2) throw new ShapeError(`reverseSequence: x has shape ${formatShape(x.shape)}; expected [batch, time, …].`);
    return { shape: x.shape, dtype: x.dtype };
  },
  forward([x], [y], { scalars }) {
    const [batch, time, ...rest] = x.shape;
    const inner = sizeOf(rest);
    for (const { start, length } of rowWindows('reverseSequence', batch, time * inner)) {
      const n = length * time * inner;
      const [from, to] = [x, y].map((whole) => lineWindow(whole, start * time * inner, n));
      run(kernel, {
        bind: { x: from.window, y: to.window },
        params: { n, base: from.base, time, inner },
        consts: { T: x.dtype === 'f16' ? 'f16' : 'u32' },
        scalars,
        grid: ceilDiv(n, 256),
      });
    }
  },
  gradient: ({ dy: [dy], attrs }) => [() => reverseOp([dy!], attrs)[0]],
});

/**
 * The first `length` steps of x [batch, time, …] from the last to the first; what comes after them stays. The length may differ
 * from step to step. Like https://www.tensorflow.org/api_docs/python/tf/reverse_sequence, with one length for all rows.
 */
export function reverseSequence(x: TensorLike, length: StepScalar): Tensor {
  return reverseOp([asTensor(x)], { scalars: gpu().recorder.ofThisStep([length]) })[0];
}
