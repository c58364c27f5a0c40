import { defineOp, expectDtype, type Op } from '../autodiff/op';
import { ShapeError } from '../errors';
import { ceilDiv } from '../gpu/grid';
import { defineKernel, run } from '../gpu/kernel';
import { flatWindows, lineWindow } from '../gpu/windows';
import { asTensor, type TensorLike } from '../tensor/create';
import { formatShape, sameShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { grid, math } from '../../shaders/lib';
import gradSource from '../../shaders/loss/sigmoid-cross-entropy-grad.wgsl';
import source from '../../shaders/loss/sigmoid-cross-entropy.wgsl';
import { mul, sub } from './binary';
import { neg, sigmoid } from './unary';

const lossKernel = defineKernel({
  name: 'loss/sigmoid-cross-entropy',
  source,
  lib: [grid, math],
  bindings: { x: 'read', t: 'read', loss: 'write' },
  params: { n: 'u32' },
});

const gradKernel = defineKernel({
  name: 'loss/sigmoid-cross-entropy-grad',
  source: gradSource,
  lib: [grid, math],
  bindings: { x: 'read', t: 'read', dloss: 'read', dx: 'write' },
  params: { n: 'u32' },
});

const lossOp = defineOp<null>({
  name: 'sigmoidCrossEntropy',
  output: ([logits, targets]) => {
    expectDtype('sigmoidCrossEntropy', 'logits', logits, 'f32');
    expectDtype('sigmoidCrossEntropy', 'targets', targets, 'f32');
    if (!sameShape(logits.shape, targets.shape)) {
      throw new ShapeError(
        `sigmoidCrossEntropy: targets ${formatShape(targets.shape)} do not fit logits ${formatShape(logits.shape)}; ` +
          'expected the same shape.',
      );
    }
    return logits;
  },
  forward: ([x, t], [loss]) => {
    for (const { start, length } of flatWindows(x.size)) {
      const part = (tensor: Tensor) => lineWindow(tensor, start, length).window;
      run(lossKernel, { bind: { x: part(x), t: part(t), loss: part(loss) }, params: { n: length }, grid: ceilDiv(length, 256 * 4) });
    }
  },
  gradient: ({ inputs: [logits, targets], dy: [dloss] }) => [
    () => gradOp([logits, targets, dloss!], null)[0],
    () => neg(mul(dloss!, logits)),
  ],
});

const gradOp: Op<null> = defineOp<null>({
  name: 'sigmoidCrossEntropyGrad',
  output: ([logits]) => logits,
  forward: ([x, t, dloss], [dx]) => {
    for (const { start, length } of flatWindows(x.size)) {
      const part = (tensor: Tensor) => lineWindow(tensor, start, length).window;
      run(gradKernel, {
        bind: { x: part(x), t: part(t), dloss: part(dloss), dx: part(dx) },
        params: { n: length },
        grid: ceilDiv(length, 256 * 4),
      });
    }
  },
  gradient: ({ inputs: [logits, targets, dloss], dy: [dd] }) => {
    const p = sigmoid(logits);
    return [
      () => mul(mul(dd!, dloss), mul(p, sub(1, p))),
      () => neg(mul(dd!, dloss)),
      () => mul(dd!, sub(p, targets)),
    ];
  },
});

/**
 * −target · log σ(logit) − (1 − target) · log(1 − σ(logit)) for each element, computed from the logit so that it neither
 * overflows nor loses small losses. Logits and targets have one shape.
 */
export function sigmoidCrossEntropy(logits: TensorLike, targets: TensorLike): Tensor {
  return lossOp([asTensor(logits), asTensor(targets)], null)[0];
}
