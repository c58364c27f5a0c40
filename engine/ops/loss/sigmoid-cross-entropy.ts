import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import { flatWindows, lineWindow } from '../../gpu/windows';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, sameShape } from '../../tensor/shape';
import { empty, sameMemory, type Tensor } from '../../tensor/tensor';
import { grid, math } from '../../../shaders/lib';
import source from '../../../shaders/loss/sigmoid-cross-entropy.wgsl';
import { add, mul, sub } from '../elementwise/binary';
import type { Judged } from './sparse-softmax-cross-entropy';
import { neg, sigmoid } from '../elementwise/unary';

const kernel = defineKernel({
  name: 'loss/sigmoid-cross-entropy',
  source,
  lib: [grid, math],
  bindings: { x: 'read', t: 'read', dloss: 'read', loss: 'write', matches: 'write', dx: 'write' },
  params: { n: 'u32', threshold: 'f32' },
  overrides: { LOSS: true, GRADIENT: false },
});

interface Found {
  readonly loss?: Tensor;
  readonly matches?: Tensor;
  readonly dloss?: Tensor | null;
  readonly dx?: Tensor;
  readonly threshold?: number;
}

/** Losses and matches, or the gradient, or all of them, in one dispatch. */
function record(x: Tensor, t: Tensor, { loss, matches, dloss, dx, threshold = 0 }: Found): void {
  const unused = [loss, matches, dx].map((output) => (output ? null : empty([4])));
  for (const { start, length } of flatWindows(x.size)) {
    const part = (tensor: Tensor | undefined, i: number) => (tensor ? lineWindow(tensor, start, length).window : unused[i]!);
    run(kernel, {
      bind: { x: part(x, 0), t: part(t, 0), dloss: part(dloss ?? x, 0), loss: part(loss, 0), matches: part(matches, 1), dx: part(dx, 2) },
      params: { n: length, threshold },
      overrides: { LOSS: loss !== undefined, GRADIENT: dx !== undefined },
      grid: ceilDiv(length, 256 * 4),
    });
  }
  for (const tensor of unused) tensor?.dispose();
}

interface Attrs {
  readonly slope: Tensor | null;
  readonly threshold: number;
}

/** Outputs: losses, matches, and the gradient at `slope` if there is one. */
const lossOp = defineOp<Attrs>({
  name: 'sigmoidCrossEntropy',
  output: ([logits, targets], { slope }) => {
    expectDtype('sigmoidCrossEntropy', 'logits', logits, 'f32');
    expectDtype('sigmoidCrossEntropy', 'targets', targets, 'f32');
    if (!sameShape(logits.shape, targets.shape)) {
      throw new ShapeError(
        `sigmoidCrossEntropy: targets ${formatShape(targets.shape)} do not fit logits ${formatShape(logits.shape)}; ` +
          'expected the same shape.',
      );
    }
    return [logits, logits, ...(slope ? [logits] : [])];
  },
  forward: ([x, t], [loss, matches, dx], { slope, threshold }) => record(x, t, { loss, matches, dloss: slope, dx, threshold }),
  gradient: ({ inputs: [logits, targets], outputs, dy: [dloss, , dd], attrs: { slope } }) => {
    const both = (first: (() => Tensor) | null, second: (() => Tensor) | null) => () =>
      first && second ? add(first(), second()) : (first ?? second)!();
    return [
      both(
        dloss && (() => (slope && sameMemory(dloss, slope) ? outputs[2] : gradOp([logits, targets, dloss], null)[0])),
        dd && (() => curvature(logits, slope!, dd)),
      ),
      both(dloss && (() => neg(mul(dloss, logits))), dd && (() => neg(mul(dd, slope!)))),
    ];
  },
});

const gradOp: Op<null> = defineOp<null>({
  name: 'sigmoidCrossEntropyGrad',
  output: ([logits]) => logits,
  forward: ([x, t, dloss], [dx]) => record(x, t, { dloss, dx }),
  gradient: ({ inputs: [logits, targets, dloss], dy: [dd] }) => [
    () => curvature(logits, dloss, dd!),
    () => neg(mul(dd!, dloss)),
    () => mul(dd!, sub(sigmoid(logits), targets)),
  ],
});

/** The gradient of Σ dd · dloss · (σ(logits) − targets). */
function curvature(logits: Tensor, dloss: Tensor, dd: Tensor): Tensor {
  const p = sigmoid(logits);
  return mul(mul(dd, dloss), mul(p, sub(1, p)));
}

/**
 * `sigmoidCrossEntropy`, and where the target is 1 and the logit above `threshold`, or 0 and not. If the gradient of the
 * losses is going to be taken at `slope`, which is of their shape, the same dispatch finds it.
 */
export function judgeBinary(logits: TensorLike, targets: TensorLike, threshold = 0, slope: Tensor | null = null): Judged {
  const [losses, matches] = lossOp([asTensor(logits), asTensor(targets)], { slope, threshold });
  return { losses, matches };
}

/**
 * −target · log σ(logit) − (1 − target) · log(1 − σ(logit)) for each element, computed from the logit so that it neither
 * overflows nor loses small losses. Logits and targets have one shape.
 */
export function sigmoidCrossEntropy(logits: TensorLike, targets: TensorLike): Tensor {
  return judgeBinary(logits, targets).losses;
}
