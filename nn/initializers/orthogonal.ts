import { ValueError } from '../../engine/errors';
import { formatShape, type Shape } from '../../engine/tensor/shape';
import type { Initializer } from './index';

/**
 * An orthogonal matrix (Saxe et al. 2014): rows or columns, whichever are fewer, are orthonormal, times `gain`. A product with it
 * keeps lengths, so that a state neither fades nor explodes by the weights alone. Axes but the last count as rows.
 * Gram–Schmidt, twice for accuracy, on normal numbers in f64; https://keras.io/api/layers/initializers/#orthogonal-class
 */
export function orthogonalFrom(normal: (n: number) => Float32Array, gain: number): Initializer {
  return (shape: Shape) => {
    if (shape.length < 2) throw new ValueError(`orthogonal: shape ${formatShape(shape)} has fewer than two axes.`);
    const columns = shape[shape.length - 1];
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    const values = normal(count * length);
    const vectors = Array.from({ length: count }, (_, i) => Float64Array.from(values.subarray(i * length, (i + 1) * length)));
    vectors.forEach((v, i) => {
      for (let pass = 0; pass < 2; pass++) for (const u of vectors.slice(0, i)) subtractProjection(v, u);
      scale(v, 1 / Math.sqrt(dot(v, v)));
    });
    const out = new Float32Array(rows * columns);
    vectors.forEach((v, i) => v.forEach((value, j) => (out[rows < columns ? i * columns + j : j * columns + i] = gain * value)));
    return out;
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function scale(v: Float64Array, factor: number): void {
  for (let i = 0; i < v.length; i++) v[i] *= factor;
}

function subtractProjection(v: Float64Array, u: Float64Array): void {
  const along = dot(v, u);
  for (let i = 0; i < v.length; i++) v[i] -= along * u[i];
}
