/** Matrix products in plain float64 loops. */
import type { MatmulOptions } from '../../engine/ops/matmul/matmul';
import { matmulShape } from '../../engine/ops/matmul/matmul';
import { indexAt, positionOf, type Ref } from './reference';

/** op(a)·op(b) with NumPy's broadcasting; errors are relative to Σ |a|·|b|. */
export function matmulReference(a: Ref, b: Ref, options: MatmulOptions = {}): Ref {
  const { batch, m, n, k, shape } = matmulShape(a.shape, b.shape, options);
  const [x, y] = [matrices(a, [1, k], options.transposeA), matrices(b, [k, 1], options.transposeB)];
  const data = new Float64Array(batch.reduce((p, s) => p * s, m * n));
  const scale = new Float64Array(data.length);
  for (let z = 0; z * m * n < data.length; z++) {
    const at = indexAt(batch, z);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        for (let l = 0; l < k; l++) {
          const product = x(at, i, l) * y(at, l, j);
          data[(z * m + i) * n + j] += product;
          scale[(z * m + i) * n + j] += Math.abs(product);
        }
      }
    }
  }
  return { shape, data, scale };
}

/** Element [row, column] of the matrix that broadcasting puts at a batch index; a vector stands for a `vector` matrix. */
function matrices({ shape, data }: Ref, vector: readonly number[], transpose = false) {
  const full = shape.length === 1 ? vector : shape;
  const lead = full.slice(0, -2);
  const [rows, columns] = full.slice(-2);
  return (batch: readonly number[], i: number, j: number): number => {
    const at = lead.map((size, axis) => (size === 1 ? 0 : batch[batch.length - lead.length + axis]));
    return data[positionOf(lead, at) * rows * columns + (transpose ? j * columns + i : i * columns + j)];
  };
}
