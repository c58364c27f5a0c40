/** The base of all losses. */
import { ShapeError } from '../../engine/errors';
import { asTensor, tensor, type TensorLike } from '../../engine/tensor/create';
import type { Dtype } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape, sameShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { broadcastTo, cast, div, mean, mul, reshape, sum } from '../../engine/ops';
import { automaticName } from '../core/names';
import { widened } from '../core/policy';

/** `sum_over_batch_size` (or `mean`) is the mean over all entries of the per-sample loss that count. */
export type Reduction = 'sum_over_batch_size' | 'mean' | 'sum' | 'none';

export interface LossConfig {
  readonly name?: string;
  /** Default `'sum_over_batch_size'`. */
  readonly reduction?: Reduction;
}

export abstract class Loss {
  readonly name: string;
  readonly reduction: Reduction;
  /** What labels are converted to on their way to the device. */
  readonly labelDtype: Dtype = 'f32';

  private readonly options: LossConfig;

  constructor(config: LossConfig = {}) {
    const { name, reduction = 'sum_over_batch_size' } = config;
    this.options = config;
    this.name = name ?? automaticName(new.target.name.replace(/^_/, ''));
    this.reduction = reduction;
  }

  /** What makes the loss again: options by Keras's names in camelCase. */
  getConfig(): Record<string, unknown> {
    return { ...this.options, name: this.name, reduction: this.reduction };
  }

  /**
   * The loss of each sample, unreduced: the predictions' shape without its last axis. `slope`, of that shape, is what their
   * gradient is going to be taken at, if that is known beforehand: some kernels find it together with the loss.
   */
  abstract call(yTrue: Tensor, yPred: Tensor, slope?: Tensor): Tensor;

  /** The reduced loss; `sampleWeight` has the shape of the per-sample loss. */
  apply(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): Tensor {
    const predictions = widened(asTensor(yPred));
    const host = Array.isArray(yTrue) ? HostArray.from(yTrue) : yTrue instanceof HostArray ? yTrue : null;
    if (host) this.checkLabels(host, predictions.shape[predictions.rank - 1]);
    const labels = host ? tensor(host, this.labelDtype) : cast(yTrue, this.labelDtype);
    let values = this.call(labels, predictions);
    if (sampleWeight !== undefined) values = mul(values, asTensor(sampleWeight));
    if (this.reduction === 'none') return values;
    if (this.reduction === 'sum') return sum(values);
    const counted = this.counted(labels);
    return counted ? div(sum(values), sum(counted)) : mean(values);
  }

  /** 1 for the entries of the per-sample loss that a mean is taken over, else 0; `null`: all. The others have to be 0. */
  counted(_yTrue: Tensor): Tensor | null {
    return null;
  }

  /** Throws if host labels cannot be right for `classes` outputs. */
  checkLabels(_labels: HostArray, _classes: number | null): void {}
}

/** Labels in the shape of the predictions, where one of the two has an extra last axis of size 1. */
export function alignRanks(loss: string, yTrue: Tensor, yPred: Tensor): [Tensor, Tensor] {
  const [t, p] = [yTrue.shape, yPred.shape];
  if (t.length === p.length - 1 && p[p.length - 1] === 1) yTrue = reshape(yTrue, [...t, 1]);
  else if (p.length === t.length - 1 && t[t.length - 1] === 1) yTrue = reshape(yTrue, t.slice(0, -1));
  // A label per sample for predictions at every step: Keras 2 repeats it over time, and so do we.
  if (t.length === 1 && p.length === 3 && p[2] === 1 && t[0] === p[0]) yTrue = broadcastTo(reshape(yTrue, [t[0], 1, 1]), p);
  if (!sameShape(yTrue.shape, yPred.shape)) {
    throw new ShapeError(
      `Loss ${loss}: labels ${formatShape(t)} do not fit predictions ${formatShape(p)}; expected the same shape` +
        ' (or labels without the last axis where that has size 1).',
    );
  }
  return [yTrue, yPred];
}

/** Probabilities moved off 0 and 1, as Keras does before it takes a logarithm. */
export const EPSILON = 1e-7;

/** x / Σ x over the last axis. */
export function normalized(x: Tensor): Tensor {
  return div(x, sum(x, -1, true));
}
