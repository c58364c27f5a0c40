/** Matrix products. */
import { defineOp, expectDtype } from '../../autodiff/op';
import { ShapeError } from '../../errors';
import { asTensor, type TensorLike } from '../../tensor/create';
import type { FloatDtype } from '../../tensor/dtype';
import { broadcastShapes, formatShape, type Shape, sizeOf } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { broadcastTo } from '../layout/broadcast-to';
import { gemm } from './gemm';
import { reshape } from '../layout/reshape';

export interface MatmulOptions {
  /** Takes the last two axes of `a` the other way round. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Of the result; default that of `a`. */
  readonly dtype?: FloatDtype;
}

/**
 * op(a)·op(b) as NumPy's `matmul`: [..., m, k] · [..., k, n] → [..., m, n], leading axes broadcast. A vector stands for a
 * row on the left, for a column on the right, and its axis is left out of the result. Each is f32 or f16; sums are f32.
 */
export function matmul(a: TensorLike, b: TensorLike, options: MatmulOptions = {}): Tensor {
  const x = asTensor(a);
  const y = asTensor(b);
  const { batch, m, n, k, shape } = matmulShape(x.shape, y.shape, options);
  const { transposeA = false, transposeB = false, dtype = x.dtype as FloatDtype } = options;
  const attrs = { transposeA, transposeB, dtype };
  if (x.rank === 2 && y.rank === 2) return product([x, y], attrs)[0];
  // One matrix on the right serves all rows there are.
  if (y.rank <= 2 && !transposeA) {
    return reshape(product([reshape(x, [sizeOf(batch) * m, k]), reshape(y, y.rank === 1 ? [k, 1] : y.shape)], attrs)[0], shape);
  }
  const matrices = (t: Tensor, inner: Shape): Tensor => {
    const outer = sizeOf(t.shape.slice(0, -2));
    // Batches that are neither whole nor a single matrix are written out.
    const whole = outer === 1 || outer === sizeOf(batch) ? t : broadcastTo(t, [...batch, ...inner]);
    return reshape(whole, [outer === 1 ? 1 : sizeOf(batch), ...inner]);
  };
  return reshape(product([matrices(x, transposeA ? [k, m] : [m, k]), matrices(y, transposeB ? [n, k] : [k, n])], attrs)[0], shape);
}

/** What `matmul` computes: the batch it broadcasts to, the sizes of its matrices, the shape of its result. Pure. */
export function matmulShape(
  a: Shape,
  b: Shape,
  { transposeA, transposeB }: MatmulOptions,
): { batch: Shape; m: number; n: number; k: number; shape: Shape } {
  if (a.length === 0 || b.length === 0) {
    throw new ShapeError(`matmul: a ${formatShape(a)}, b ${formatShape(b)}: a scalar has no matrix product; use mul.`);
  }
  if ((transposeA && a.length === 1) || (transposeB && b.length === 1)) {
    throw new ShapeError(`matmul: a ${formatShape(a)}, b ${formatShape(b)}: a vector cannot be transposed.`);
  }
  const [m, k] = matrixSizes(a.length === 1 ? [1, a[0]] : a, transposeA);
  const [kOfB, n] = matrixSizes(b.length === 1 ? [b[0], 1] : b, transposeB);
  if (k !== kOfB) {
    const stored = (t: boolean | undefined): string => (t ? ' transposed' : '');
    throw new ShapeError(
      `matmul: inner sizes differ: a ${formatShape(a)}${stored(transposeA)}, b ${formatShape(b)}${stored(transposeB)} ` +
        `(${k} columns against ${kOfB} rows).`,
    );
  }
  const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2), 'matmul');
  return { batch, m, n, k, shape: [...batch, ...(a.length === 1 ? [] : [m]), ...(b.length === 1 ? [] : [n])] };
}

function matrixSizes(shape: Shape, transposed?: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

/** Two matrices, or two stacks [batch, …] of them, one of which may hold a single matrix. */
const product = defineOp<Required<MatmulOptions>>({
  name: 'matmul',
  output([a, b], attrs) {
    expectDtype('matmul', 'a', a, 'f32', 'f16');
    expectDtype('matmul', 'b', b, 'f32', 'f16');
    return { shape: matmulShape(a.shape, b.shape, attrs).shape, dtype: attrs.dtype };
  },
  forward([a, b], [c], attrs) {
    const { batch, m, n, k } = matmulShape(a.shape, b.shape, attrs);
    const count = sizeOf(batch);
    gemm({ ...attrs, batch: count, m, n, k, a, b, c, shareA: a.size < count * m * k, shareB: b.size < count * k * n });
  },
  gradient({ inputs: [a, b], dy: [dy], attrs: { transposeA, transposeB } }) {
    const [forA, forB] = [a, b].map((input) => ({ dtype: gradientDtype(input, dy!) }));
    return [
      () => (transposeA ? matmul(b, dy!, { transposeA: transposeB, transposeB: true, ...forA }) : matmul(dy!, b, { transposeB: !transposeB, ...forA })),
      () => (transposeB ? matmul(dy!, a, { transposeA: true, transposeB: transposeA, ...forB }) : matmul(a, dy!, { transposeA: !transposeA, ...forB })),
    ];
  },
});

/** The input's own, unless a sum over the batch is yet to come. */
function gradientDtype({ shape, dtype }: Tensor, dy: Tensor): FloatDtype {
  return shape[0] === dy.shape[0] || dy.rank === 2 ? (dtype as FloatDtype) : 'f32';
}
