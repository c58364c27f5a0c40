import { ShapeError, ValueError } from '../../engine/errors';
import { abs, div, mul, sqrt, square, sum, transpose } from '../../engine/ops';
import { matmul } from '../../engine/ops/matmul/matmul';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { Regularizer } from './regularizer';

export interface OrthogonalConfig {
  /** Default 0.01. */
  readonly factor?: number;
  /** What should stand at right angles to each other; default `'rows'`. */
  readonly mode?: 'rows' | 'columns';
}

/** factor · the mean |cosine| of the angles between the rows (or columns) of a matrix. https://keras.io/api/layers/regularizers/ */
export class OrthogonalRegularizer extends Regularizer {
  private readonly config: Required<OrthogonalConfig>;

  constructor({ factor = 0.01, mode = 'rows' }: OrthogonalConfig = {}) {
    super();
    if (mode !== 'rows' && mode !== 'columns') throw new ValueError(`OrthogonalRegularizer: mode is ${String(mode)}; expected 'rows' or 'columns'.`);
    this.config = { factor, mode };
  }

  override call(x: Tensor): Tensor {
    if (x.rank !== 2) throw new ShapeError(`OrthogonalRegularizer takes matrices; got ${formatShape(x.shape)}.`);
    const { factor, mode } = this.config;
    const vectors = mode === 'rows' ? x : transpose(x);
    const n = vectors.shape[0];
    const units = div(vectors, sqrt(sum(square(vectors), 1, true)));
    const cosines = mul(matmul(units, transpose(units)), others(n));
    // Each pair is there twice.
    return mul(sum(abs(cosines)), (factor * 0.5) / ((n * (n - 1)) / 2));
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.config };
  }
}

/** [n, n], 0 on the diagonal, else 1. */
function others(n: number): Tensor {
  return tensor(new HostArray(Float32Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) !== 0)), [n, n]));
}
