/** A fully connected layer's arithmetic in one op. */
import { defineOp, expectDtype } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import type { FloatDtype } from '../../tensor/dtype';
import { formatShape, sizeOf } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { add } from '../elementwise/binary';
import { cast } from '../elementwise/cast';
import { broadcastTo } from '../layout/broadcast-to';
import { type FusedActivation, gemm } from './gemm';
import { matmul } from './matmul';
import { sum } from '../reduce/reduce';
import { reshape } from '../layout/reshape';
import { relu, sigmoid, tanh } from '../elementwise/unary';

/** With gradients from the output y alone, so that the sums before the activation need not be kept. */
export const fusedActivations = { linear: null, relu, sigmoid, tanh } as const satisfies Record<FusedActivation, unknown>;

/** Whether `dense` applies the activation of this name as part of the product. */
export function isFusedActivation(name: string): name is FusedActivation {
  return Object.hasOwn(fusedActivations, name);
}

export interface DenseOptions {
  /** Of the result; default that of x. */
  readonly dtype?: FloatDtype;
}

/**
 * f(x·kernel + bias): [..., inputs] · [inputs, units] → [..., units]. Each is f32 or f16; sums are f32.
 * Other activations are applied to the result of a linear one.
 */
export function dense(
  x: TensorLike,
  kernel: TensorLike,
  bias?: TensorLike | null,
  activation: FusedActivation = 'linear',
  options: DenseOptions = {},
): Tensor {
  const input = asTensor(x);
  const w = asTensor(kernel);
  const inputs = input.shape.slice(-1);
  const rows = input.shape.slice(0, -1);
  const flat = input.rank === 2 || input.rank === 0 ? input : reshape(input, [sizeOf(rows), ...inputs]);
  const [y] = denseOp(bias ? [flat, w, asTensor(bias)] : [flat, w], { activation, dtype: options.dtype ?? (input.dtype as FloatDtype) });
  return input.rank === 2 ? y : reshape(y, [...rows, w.shape[1]]);
}

/** `dense` in separate ops: what it must equal. */
export function composedDense(
  x: TensorLike,
  kernel: TensorLike,
  bias?: TensorLike | null,
  activation: FusedActivation = 'linear',
  options: DenseOptions = {},
): Tensor {
  const product = matmul(x, kernel, options);
  const z = bias ? add(product, bias) : product;
  return fusedActivations[activation]?.(z) ?? z;
}

const denseOp = defineOp<{ activation: FusedActivation; dtype: FloatDtype }>({
  name: 'dense',
  output([x, kernel, bias], { dtype }) {
    expectDtype('dense', 'x', x, 'f32', 'f16');
    expectDtype('dense', 'kernel', kernel, 'f32', 'f16');
    if (bias) expectDtype('dense', 'bias', bias, 'f32', 'f16');
    const [inputs, units] = kernel.shape;
    if (x.shape.length !== 2 || kernel.shape.length !== 2 || x.shape[1] !== inputs) {
      throw new ShapeError(
        `dense: x ${formatShape(x.shape)} and kernel ${formatShape(kernel.shape)} do not fit; expected [..., inputs] and [inputs, units].`,
      );
    }
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== units)) {
      throw new ShapeError(`dense: bias ${formatShape(bias.shape)} does not fit kernel ${formatShape(kernel.shape)}; expected [${units}].`);
    }
    return { shape: [x.shape[0], units], dtype };
  },
  forward([x, kernel, bias], [y], { activation }) {
    const [m, k] = x.shape;
    gemm({ batch: 1, m, n: kernel.shape[1], k, a: x, b: kernel, c: y, transposeA: false, transposeB: false, bias, activation });
  },
  gradient({ inputs: [x, kernel, bias], outputs: [y], dy: [dy], attrs: { activation } }) {
    // Shared by the thunks, computed when the first of them needs it.
    const dz = once(() => fusedActivations[activation]?.gradient(y, dy!) ?? dy!);
    const [ofX, ofKernel] = [x, kernel].map(({ dtype }) => ({ dtype: dtype as FloatDtype }));
    const both = once(() => weightGradients([x, dz()], ofKernel));
    const fused = bias !== undefined && x.shape[1] > 0;
    return [
      () => matmul(dz(), kernel, { transposeB: true, ...ofX }),
      () => (fused ? both()[0] : matmul(x, dz(), { transposeA: true, ...ofKernel })),
      ...(bias ? [() => (fused ? both()[1] : sum(dz(), 0))] : []),
    ];
  },
});

/** dW = xᵀ·dz, of a dtype, and db = Σ dz over the rows, f32, in one dispatch. */
const weightGradients = defineOp<{ dtype: FloatDtype }>({
  name: 'denseWeightGradients',
  output: ([x, dz], { dtype }) => [
    { shape: [x.shape[1], dz.shape[1]], dtype },
    { shape: [dz.shape[1]], dtype: 'f32' },
  ],
  forward([x, dz], [dW, db]) {
    const [k, m] = x.shape;
    const n = dz.shape[1];
    gemm({ batch: 1, m, n, k, a: x, b: dz, c: dW, transposeA: true, transposeB: false, columnSums: db });
  },
  gradient({ inputs: [x, dz], dy: [ddW, ddb] }) {
    const [ofX, ofZ] = [x, dz].map(({ dtype }) => ({ dtype: dtype as FloatDtype }));
    const fromW = ddW && (() => matmul(x, ddW, ofZ));
    return [
      ddW && (() => matmul(dz, ddW, { transposeB: true, ...ofX })),
      () => (fromW && ddb ? add(fromW(), cast(ddb, dz.dtype)) : fromW ? fromW() : broadcastTo(ddb!, dz.shape)),
    ];
  },
});

/** `compute`, run when the result is first asked for, and once. */
export function once<T>(compute: () => T): () => T {
  let result: { value: T } | undefined;
  return () => (result ??= { value: compute() }).value;
}
