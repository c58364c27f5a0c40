/** The base of all metrics: running means that live on the device and are read when somebody looks. */
import { accumulateMean, MEAN_STATE_SIZE, meanOfState, sumsOfState } from '../../engine/ops/metric/accumulate-mean';
import { asTensor, tensor, type TensorLike } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { automaticName } from '../core/names';
import { widened } from '../core/policy';

export abstract class Metric {
  readonly name: string;
  /** What the result is made of; a running mean's, unless the metric says otherwise. */
  readonly state: Variable;
  private readonly zeros: HostArray;

  constructor(name?: string, stateShape: Shape = [MEAN_STATE_SIZE]) {
    this.name = name ?? automaticName(new.target.name.replace(/^_/, ''));
    this.zeros = new HostArray(new Float32Array(sizeOf(stateShape)), stateShape);
    this.state = new Variable(tensor(this.zeros), `${this.name}/state`, false);
  }

  /** What was accumulated since the last reset: the mean, unless the metric says otherwise; 0 if it was nothing. Waits for the device. */
  async result(): Promise<number> {
    return this.resultOf((await this.state.read()).data);
  }

  /** The result for a state that was read back. */
  resultOf(state: ArrayLike<number>): number {
    return meanOfState(state);
  }

  resetState(): void {
    this.state.assign(this.zeros);
  }

  protected accumulate(values: Tensor, weights?: TensorLike): void {
    accumulateMean(this.state, values, weights === undefined ? undefined : asTensor(weights));
  }
}

/** The (weighted) mean of given values: https://keras.io/api/metrics/metrics_wrappers/ */
export class Mean extends Metric {
  /** Adds `values` of any shape; `sampleWeight` has the same number of elements. */
  updateState(values: TensorLike, sampleWeight?: TensorLike): void {
    this.accumulate(asTensor(values), sampleWeight);
  }
}

/** The (weighted) sum of given values: https://keras.io/api/metrics/metrics_wrappers/ */
export class Sum extends Mean {
  override resultOf(state: ArrayLike<number>): number {
    return sumsOfState(state).total;
  }
}

/** What a metric of labels and predictions measures for each sample. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** The mean of a function of labels and predictions. */
export class MeanMetric extends Metric {
  constructor(private readonly fn: MetricFunction, name?: string, stateShape?: Shape) {
    super(name, stateShape);
  }

  /** Adds a batch; `sampleWeight` has one number per sample. */
  updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    this.accumulate(this.fn(asTensor(yTrue), widened(asTensor(yPred))), sampleWeight);
  }
}

/** Keras's class of a metric, with its options. */
export interface MetricConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const descriptions = new WeakMap<Metric, MetricConfig>();

/** Remembers what makes `metric` again. */
export function described<M extends Metric>(metric: M, className: string, config: MetricConfig['config']): M {
  descriptions.set(metric, { className, config });
  return metric;
}

/** What makes a metric again; `null` for one of one's own. */
export function metricConfig(metric: Metric): MetricConfig | null {
  return descriptions.get(metric) ?? null;
}
