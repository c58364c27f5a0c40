import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { defineKernel, run } from '../../gpu/kernel';
import { asTensor, type TensorLike } from '../../tensor/create';
import { formatShape, sameShape } from '../../tensor/shape';
import { empty, sameMemory, type Tensor } from '../../tensor/tensor';
import { grid, rows as rowsLib } from '../../../shaders/lib';
import source from '../../../shaders/loss/sparse-softmax-cross-entropy.wgsl';
import { add, mul, sub } from '../elementwise/binary';
import { oneHot } from '../embedding/one-hot';
import { sum } from '../reduce/reduce';
import { expandDims } from '../layout/reshape';
import { ROW_PARAMS, rowParts } from '../rows';
import { softmax, softmaxGrad } from '../softmax/softmax';

const kernel = defineKernel({
  name: 'loss/sparse-softmax-cross-entropy',
  source,
  lib: [grid, rowsLib],
  bindings: { x: 'read', labels: 'read', dloss: 'read', loss: 'write', matches: 'write', dx: 'write' },
  params: { ...ROW_PARAMS, invalid: 'f32' },
  overrides: { LANES: 1, LOSS: true, GRADIENT: false },
});

/** Losses and matches, or the gradient, or all of them, in one dispatch. */
function record(logits: Tensor, labels: Tensor, found: { loss?: Tensor; matches?: Tensor; dloss?: Tensor | null; dx?: Tensor }): void {
  const { loss, matches, dloss, dx } = found;
  const unused = [loss, matches, dx].map((output) => (output ? null : empty([4])));
  for (const { params, matrix, vector, overrides, grid } of rowParts('sparseSoftmaxCrossEntropy', labels.size, logits.shape[labels.rank])) {
    run(kernel, {
      bind: {
        x: matrix(logits),
        labels: vector(labels),
        dloss: dloss ? vector(dloss) : matrix(logits),
        loss: loss ? vector(loss) : unused[0]!,
        matches: matches ? vector(matches) : unused[1]!,
        dx: dx ? matrix(dx) : unused[2]!,
      },
      params: { ...params, invalid: NaN },
      overrides: { ...overrides, LOSS: loss !== undefined, GRADIENT: dx !== undefined },
      grid,
    });
  }
  for (const tensor of unused) tensor?.dispose();
}

interface Attrs {
  readonly slope: Tensor | null;
}

/** Outputs: losses, matches, and the gradient at `slope` if there is one. */
const lossOp = defineOp<Attrs>({
  name: 'sparseSoftmaxCrossEntropy',
  output: ([logits, labels], { slope }) => {
    expectDtype('sparseSoftmaxCrossEntropy', 'logits', logits, 'f32');
    expectDtype('sparseSoftmaxCrossEntropy', 'labels', labels, 'i32', 'u32');
    if (logits.shape.length === 0 || !sameShape(labels.shape, logits.shape.slice(0, -1))) {
      throw new ShapeError(
        `sparseSoftmaxCrossEntropy: labels ${formatShape(labels.shape)} do not fit logits ${formatShape(logits.shape)}; ` +
          'expected one whole number per row of logits.',
      );
    }
    const perRow = { shape: labels.shape, dtype: 'f32' } as const;
    return [perRow, perRow, ...(slope ? [logits] : [])];
  },
  forward: ([logits, labels], [loss, matches, dx], { slope }) => record(logits, labels, { loss, matches, dloss: slope, dx }),
  gradient: ({ inputs: [logits, labels], outputs, dy: [dloss, , dd], attrs: { slope } }) => [
    () => {
      const known = dloss && slope && sameMemory(dloss, slope) ? outputs[2] : null;
      const first = known ?? (dloss && gradOp([logits, labels, dloss], null)[0]);
      const second = dd && curvature(logits, slope!, dd);
      return first && second ? add(first, second) : (first ?? second)!;
    },
    null,
  ],
});

const gradOp: Op<null> = defineOp<null>({
  name: 'sparseSoftmaxCrossEntropyGrad',
  output: ([logits]) => logits,
  forward: ([logits, labels, dloss], [dx]) => record(logits, labels, { dloss, dx }),
  gradient: ({ inputs: [logits, labels, dloss], dy: [dd] }) => [
    () => curvature(logits, dloss, dd!),
    null,
    () => sum(mul(dd!, sub(softmax(logits), oneHot(labels, logits.shape[logits.rank - 1]))), -1),
  ],
});

/** The gradient of Σ dd · dloss · (softmax(logits) − oneHot(labels)). */
function curvature(logits: Tensor, dloss: Tensor, dd: Tensor): Tensor {
  return mul(expandDims(dloss, -1), softmaxGrad(softmax(logits), dd));
}

export interface Judged {
  readonly losses: Tensor;
  /** 1 where the prediction is right, else 0; no gradient. */
  readonly matches: Tensor;
}

/**
 * `sparseSoftmaxCrossEntropy`, and where the largest logit (the first of equals) is the label's. If the gradient of the losses
 * is going to be taken at `slope`, which is of their shape, the same dispatch finds it.
 */
export function judgeClasses(logits: TensorLike, labels: TensorLike, slope: Tensor | null = null): Judged {
  const [losses, matches] = lossOp([asTensor(logits), asTensor(labels)], { slope });
  return { losses, matches };
}

/**
 * −log softmax(logits)[label] for each row: logits [..., classes] in f32, labels [...] in i32 or u32, losses [...].
 * The loss and the gradient of a row whose label is no class are NaN: a kernel cannot throw.
 */
export function sparseSoftmaxCrossEntropy(logits: TensorLike, labels: TensorLike): Tensor {
  return judgeClasses(logits, labels).losses;
}
