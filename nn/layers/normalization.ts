import { ShapeError, ValueError } from '../../engine/errors';
import { add, div, maximum, mul, reshape, sqrt, sub } from '../../engine/ops';
import { tensor } from '../../engine/tensor/create';
import { HostArray, type NestedArray } from '../../engine/tensor/host-array';
import { formatShape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Variable } from '../../engine/tensor/variable';
import { Layer, type LayerConfig, type PartialShape } from '../core/layer';
import type { Dataset } from '../data/dataset';

export interface NormalizationConfig extends LayerConfig {
  /** Axes that keep their own mean and variance; default −1, the features; `null`: one of each for all. */
  readonly axis?: number | readonly number[] | null;
  /** Known values in place of `adapt`; both or neither. */
  readonly mean?: NestedArray;
  readonly variance?: NestedArray;
  /** Whether the layer undoes the normalisation; default false. */
  readonly invert?: boolean;
}

/** Deviations are not taken for smaller than this. */
const EPSILON = 1e-7;

/**
 * (x − mean)/√variance, the mean and variance being those of the data given to `adapt`.
 * https://keras.io/api/layers/preprocessing_layers/numerical/normalization/
 */
export class Normalization extends Layer {
  private average: Variable | null = null;
  private variance: Variable | null = null;
  private kept: readonly number[] = [];
  private moments: Moments | null = null;

  constructor(private readonly config: NormalizationConfig = {}) {
    super(config);
    if ((config.mean === undefined) !== (config.variance === undefined)) {
      throw new ValueError('Normalization: mean and variance belong together; expected both or neither.');
    }
  }

  override build(inputShape: PartialShape): void {
    const { axis = -1 } = this.config;
    const rank = inputShape.length;
    this.kept = axis === null ? [] : [axis].flat().map((one) => (one < 0 ? one + rank : one)).sort((a, b) => a - b);
    const shape = this.kept.map((one) => inputShape[one]);
    if (!shape.every((n): n is number => typeof n === 'number') || this.kept[0] === 0) {
      throw new ShapeError(`Layer "${this.name}": the sizes of axis ${JSON.stringify(axis)} of ${formatShape(inputShape)} are not known.`);
    }
    if (this.config.mean !== undefined) return;
    this.average = this.addWeight({ name: 'mean', shape, initializer: 'zeros', trainable: false });
    this.variance = this.addWeight({ name: 'variance', shape, initializer: 'ones', trainable: false });
    // Keras has it too, and leaves it at 0.
    this.addWeight({ name: 'count', shape: [], initializer: 'zeros', trainable: false });
  }

  /** Takes mean and variance from samples along the first axis, or from all batches of a dataset. What was adapted to before is forgotten. */
  async adapt(data: HostArray | readonly NestedArray[] | Dataset<HostArray>): Promise<void> {
    if (this.config.mean !== undefined) throw new ValueError(`Layer "${this.name}" was given mean and variance; it does not adapt.`);
    this.moments = null;
    if (data instanceof HostArray || Array.isArray(data)) this.take(data instanceof HostArray ? data : HostArray.from(data as NestedArray));
    else for await (const batch of data as Dataset<HostArray>) this.take(batch);
    if (!this.moments) throw new ValueError(`Layer "${this.name}": adapt got no samples.`);
    const { mean, squares, count } = this.moments as Moments;
    const shape = this.average!.shape;
    this.average!.assign(new HostArray(Float32Array.from(mean), shape));
    this.variance!.assign(new HostArray(Float32Array.from(squares, (sum) => sum / count), shape));
  }

  override call(x: Tensor): Tensor {
    const along = x.shape.map((n, i) => (this.kept.includes(i) ? n : 1));
    const given = (values: NestedArray | undefined): Tensor => {
      const array = HostArray.from(values!);
      return tensor(array.size === 1 ? array.reshape([]) : array.reshape(along));
    };
    const average = this.average ? reshape(this.average, along) : given(this.config.mean);
    const deviation = maximum(sqrt(this.variance ? reshape(this.variance, along) : given(this.config.variance)), EPSILON);
    return this.config.invert ? add(average, mul(x, deviation)) : div(sub(x, average), deviation);
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.config, ...super.getConfig() };
  }

  protected override fixedAxis(axis: number): boolean {
    return this.kept.includes(axis);
  }

  /** Adds a batch to the moments, in f64 (Chan, Golub & LeVeque 1979). */
  private take(batch: HostArray): void {
    if (batch.size === 0) return;
    this.ensureBuilt([null, ...batch.shape.slice(1)]);
    const other = momentsOf(batch, this.kept);
    const { moments } = this;
    if (!moments) return void (this.moments = other);
    const count = moments.count + other.count;
    other.mean.forEach((mean, i) => {
      const delta = mean - moments.mean[i];
      moments.mean[i] += (delta * other.count) / count;
      moments.squares[i] += other.squares[i] + (delta * delta * moments.count * other.count) / count;
    });
    moments.count = count;
  }
}

interface Moments {
  /** Samples of each mean. */
  count: number;
  readonly mean: Float64Array;
  /** Sums of squared distances from the mean. */
  readonly squares: Float64Array;
}

/** Means and sums of squares over all axes but `kept`. */
function momentsOf({ data, shape }: HostArray, kept: readonly number[]): Moments {
  const sizes = kept.map((axis) => shape[axis]);
  const cells = sizeOf(sizes);
  const count = data.length / cells;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const cellOf = (i: number): number => kept.reduce((cell, axis, k) => cell * sizes[k] + (Math.floor(i / strides[axis]) % shape[axis]), 0);
  const [mean, squares] = [new Float64Array(cells), new Float64Array(cells)];
  for (let i = 0; i < data.length; i++) mean[cellOf(i)] += data[i] / count;
  for (let i = 0; i < data.length; i++) squares[cellOf(i)] += (data[i] - mean[cellOf(i)]) ** 2;
  return { count, mean, squares };
}
