import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { defineKernel, run } from '../../gpu/kernel';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, sameShape } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { grid, rows as rowsLib } from '../../../shaders/lib';
import gradSource from '../../../shaders/loss/softmax-cross-entropy-grad.wgsl';
import source from '../../../shaders/loss/softmax-cross-entropy.wgsl';
import { mul, sub } from '../elementwise/binary';
import { sum } from '../reduce/reduce';
import { expandDims } from '../layout/reshape';
import { ROW_PARAMS, rowParts } from '../rows';
import { logSoftmax, softmax, softmaxGrad } from '../softmax/softmax';
import { neg } from '../elementwise/unary';

const lossKernel = defineKernel({
  name: 'loss/softmax-cross-entropy',
  source,
  lib: [grid, rowsLib],
  bindings: { x: 'read', t: 'read', loss: 'write' },
  params: ROW_PARAMS,
  overrides: { LANES: 1 },
});

const gradKernel = defineKernel({
  name: 'loss/softmax-cross-entropy-grad',
  source: gradSource,
  lib: [grid, rowsLib],
  bindings: { x: 'read', t: 'read', dloss: 'read', dx: 'write' },
  params: ROW_PARAMS,
  overrides: { LANES: 1 },
});

const lossOp = defineOp<null>({
  name: 'softmaxCrossEntropy',
  output: ([logits, targets]) => {
    expectDtype('softmaxCrossEntropy', 'logits', logits, 'f32');
    expectDtype('softmaxCrossEntropy', 'targets', targets, 'f32');
    if (logits.shape.length === 0 || !sameShape(targets.shape, logits.shape)) {
      throw new ShapeError(
        `softmaxCrossEntropy: targets ${formatShape(targets.shape)} do not fit logits ${formatShape(logits.shape)}; ` +
          'expected the same shape, [..., classes]. Whole-number labels want sparseSoftmaxCrossEntropy.',
      );
    }
    return { shape: logits.shape.slice(0, -1), dtype: 'f32' };
  },
  forward: ([logits, targets], [loss]) => {
    for (const { params, matrix, vector, overrides, grid } of rowParts('softmaxCrossEntropy', loss.size, logits.shape[loss.rank])) {
      run(lossKernel, {
        bind: { x: matrix(logits), t: matrix(targets), loss: vector(loss) },
        params,
        overrides,
        grid,
      });
    }
  },
  gradient: ({ inputs: [logits, targets], dy: [dloss] }) => [
    () => gradOp([logits, targets, dloss!], null)[0],
    () => neg(mul(expandDims(dloss!, -1), logSoftmax(logits))),
  ],
});

const gradOp: Op<null> = defineOp<null>({
  name: 'softmaxCrossEntropyGrad',
  output: ([logits]) => logits,
  forward: ([logits, targets, dloss], [dlogits]) => {
    for (const { params, matrix, vector, overrides, grid } of rowParts('softmaxCrossEntropy', dloss.size, logits.shape[dloss.rank])) {
      run(gradKernel, {
        bind: { x: matrix(logits), t: matrix(targets), dloss: vector(dloss), dx: matrix(dlogits) },
        params,
        overrides,
        grid,
      });
    }
  },
  gradient: ({ inputs: [logits, targets, dloss], dy: [dd] }) => {
    const total = () => sum(targets, -1, true);
    return [
      () => mul(mul(expandDims(dloss, -1), total()), softmaxGrad(softmax(logits), dd!)),
      () => mul(expandDims(dloss, -1), sub(sum(mul(dd!, softmax(logits)), -1, true), dd!)),
      () => sum(mul(dd!, sub(mul(softmax(logits), total()), targets)), -1),
    ];
  },
});

/**
 * −Σ_c target_c · log softmax(logits)_c for each row: logits and targets [..., classes], losses [...].
 * Targets of a row need not add up to 1.
 */
export function softmaxCrossEntropy(logits: TensorLike, targets: TensorLike): Tensor {
  return lossOp([asTensor(logits), asTensor(targets)], null)[0];
}
