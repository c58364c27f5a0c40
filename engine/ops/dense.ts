/** A fully connected layer's arithmetic in one op. */
import { defineOp, expectDtype } from '../autodiff/op';
import { ShapeError } from '../errors';
import { asTensor, type TensorLike } from '../tensor/create';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { add, mul, sub } from './binary';
import { type FusedActivation, gemm } from './gemm';
import { matmul } from './matmul';
import { sum } from './reduce';
import { reshape } from './reshape';
import { relu, sigmoid, square, tanh } from './unary';
import { greater } from './compare';
import { where } from './where';

interface Activation {
  readonly apply: (z: Tensor) => Tensor;
  /** dz = dy · f′(z), from the output y = f(z) alone. */
  readonly gradient: (y: Tensor, dy: Tensor) => Tensor;
}

const activations: Record<FusedActivation, Activation> = {
  linear: { apply: (z) => z, gradient: (_, dy) => dy },
  relu: { apply: relu, gradient: (y, dy) => where(greater(y, 0), dy, 0) },
  sigmoid: { apply: sigmoid, gradient: (y, dy) => mul(dy, mul(y, sub(1, y))) },
  tanh: { apply: tanh, gradient: (y, dy) => mul(dy, sub(1, square(y))) },
};

/** Whether `dense` applies the activation of this name as part of the product. */
export function isFusedActivation(name: string): name is FusedActivation {
  return name in activations;
}

/**
 * f(x·kernel + bias): [..., inputs] · [inputs, units] → [..., units]. All f32.
 * Other activations are applied to the result of a linear one.
 */
export function dense(x: TensorLike, kernel: TensorLike, bias?: TensorLike | null, activation: FusedActivation = 'linear'): Tensor {
  const input = asTensor(x);
  const w = asTensor(kernel);
  const inputs = input.shape.slice(-1);
  const rows = input.shape.slice(0, -1);
  const flat = input.rank === 2 || input.rank === 0 ? input : reshape(input, [sizeOf(rows), ...inputs]);
  const [y] = denseOp(bias ? [flat, w, asTensor(bias)] : [flat, w], { activation });
  return input.rank === 2 ? y : reshape(y, [...rows, w.shape[1]]);
}

/** `dense` in separate ops: what it must equal. */
export function composedDense(x: TensorLike, kernel: TensorLike, bias?: TensorLike | null, activation: FusedActivation = 'linear'): Tensor {
  const z = matmul(x, kernel);
  return activations[activation].apply(bias ? add(z, bias) : z);
}

const denseOp = defineOp<{ activation: FusedActivation }>({
  name: 'dense',
  output([x, kernel, bias]) {
    expectDtype('dense', 'x', x, 'f32');
    expectDtype('dense', 'kernel', kernel, 'f32');
    if (bias) expectDtype('dense', 'bias', bias, 'f32');
    const [inputs, units] = kernel.shape;
    if (x.shape.length !== 2 || kernel.shape.length !== 2 || x.shape[1] !== inputs) {
      throw new ShapeError(
        `dense: x ${formatShape(x.shape)} and kernel ${formatShape(kernel.shape)} do not fit; expected [..., inputs] and [inputs, units].`,
      );
    }
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== units)) {
      throw new ShapeError(`dense: bias ${formatShape(bias.shape)} does not fit kernel ${formatShape(kernel.shape)}; expected [${units}].`);
    }
    return { shape: [x.shape[0], units], dtype: 'f32' };
  },
  forward([x, kernel, bias], [y], { activation }) {
    const [m, k] = x.shape;
    gemm({ batch: 1, m, n: kernel.shape[1], k, a: x, b: kernel, c: y, transposeA: false, transposeB: false, bias, activation });
  },
  gradient({ inputs: [x, kernel, bias], outputs: [y], dy: [dy], attrs: { activation } }) {
    let dz: Tensor | null = null;
    const dzOnce = (): Tensor => (dz ??= activations[activation].gradient(y, dy!));
    return [
      () => matmul(dzOnce(), kernel, { transposeB: true }),
      () => matmul(x, dzOnce(), { transposeA: true }),
      ...(bias ? [() => sum(dzOnce(), 0)] : []),
    ];
  },
});
