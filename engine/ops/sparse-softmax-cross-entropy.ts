import { defineOp, expectDtype, type Op } from '../autodiff/op';
import { ShapeError } from '../errors';
import { defineKernel, run } from '../gpu/kernel';
import { asTensor, type TensorLike } from '../tensor/create';
import { formatShape, sameShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { grid, rows as rowsLib } from '../../shaders/lib';
import gradSource from '../../shaders/loss/sparse-softmax-cross-entropy-grad.wgsl';
import source from '../../shaders/loss/sparse-softmax-cross-entropy.wgsl';
import { mul, sub } from './binary';
import { oneHot } from './one-hot';
import { sum } from './reduce';
import { expandDims } from './reshape';
import { ROW_PARAMS, rowParts } from './rows';
import { softmax, softmaxGrad } from './softmax';

const lossKernel = defineKernel({
  name: 'loss/sparse-softmax-cross-entropy',
  source,
  lib: [grid, rowsLib],
  bindings: { x: 'read', labels: 'read', loss: 'write' },
  params: { ...ROW_PARAMS, invalid: 'f32' },
  overrides: { LANES: 1 },
});

const gradKernel = defineKernel({
  name: 'loss/sparse-softmax-cross-entropy-grad',
  source: gradSource,
  lib: [grid, rowsLib],
  bindings: { x: 'read', labels: 'read', dloss: 'read', dx: 'write' },
  params: { ...ROW_PARAMS, invalid: 'f32' },
  overrides: { LANES: 1 },
});

const lossOp = defineOp<null>({
  name: 'sparseSoftmaxCrossEntropy',
  output: ([logits, labels]) => {
    expectDtype('sparseSoftmaxCrossEntropy', 'logits', logits, 'f32');
    expectDtype('sparseSoftmaxCrossEntropy', 'labels', labels, 'i32', 'u32');
    if (logits.shape.length === 0 || !sameShape(labels.shape, logits.shape.slice(0, -1))) {
      throw new ShapeError(
        `sparseSoftmaxCrossEntropy: labels ${formatShape(labels.shape)} do not fit logits ${formatShape(logits.shape)}; ` +
          'expected one whole number per row of logits.',
      );
    }
    return { shape: labels.shape, dtype: 'f32' };
  },
  forward: ([logits, labels], [loss]) => {
    for (const { params, matrix, vector, overrides, grid } of rowParts('sparseSoftmaxCrossEntropy', labels.size, logits.shape[labels.rank])) {
      run(lossKernel, {
        bind: { x: matrix(logits), labels: vector(labels), loss: vector(loss) },
        params: { ...params, invalid: NaN },
        overrides,
        grid,
      });
    }
  },
  gradient: ({ inputs: [logits, labels], dy: [dloss] }) => [() => gradOp([logits, labels, dloss!], null)[0], null],
});

const gradOp: Op<null> = defineOp<null>({
  name: 'sparseSoftmaxCrossEntropyGrad',
  output: ([logits]) => logits,
  forward: ([logits, labels, dloss], [dlogits]) => {
    for (const { params, matrix, vector, overrides, grid } of rowParts('sparseSoftmaxCrossEntropy', labels.size, logits.shape[labels.rank])) {
      run(gradKernel, {
        bind: { x: matrix(logits), labels: vector(labels), dloss: vector(dloss), dx: matrix(dlogits) },
        params: { ...params, invalid: NaN },
        overrides,
        grid,
      });
    }
  },
  gradient: ({ inputs: [logits, labels, dloss], dy: [dd] }) => [
    () => mul(expandDims(dloss, -1), softmaxGrad(softmax(logits), dd!)),
    null,
    () => sum(mul(dd!, sub(softmax(logits), oneHot(labels, logits.shape[logits.rank - 1]))), -1),
  ],
});

/**
 * −log softmax(logits)[label] for each row: logits [..., classes] in f32, labels [...] in i32 or u32, losses [...].
 * The loss and the gradient of a row whose label is no class are NaN: a kernel cannot throw.
 */
export function sparseSoftmaxCrossEntropy(logits: TensorLike, labels: TensorLike): Tensor {
  return lossOp([asTensor(logits), asTensor(labels)], null)[0];
}
