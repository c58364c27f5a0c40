/** Area under a curve of binary outputs, as Keras approximates it: https://keras.io/api/metrics/classification_metrics/ */
import { unknownName, ValueError } from '../../engine/errors';
import { add, arange, cast, ceil, greater, matmul, maximum, mul, reshape, sigmoid, stack, sub } from '../../engine/ops';
import { asTensor, tensor, type TensorLike } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { alignRanks } from '../losses/loss';
import { MeanMetric } from './metric';
import { perSample } from './precision-recall';

export interface AUCConfig {
  readonly name?: string;
  /** Thresholds at even distances from 0 to 1, by which the curve is sampled; default 200. */
  readonly numThresholds?: number;
  /** `'ROC'` (default): recall over the share of false alarms; `'PR'`: precision over recall. */
  readonly curve?: 'ROC' | 'PR';
  /** The curve between two thresholds: `'interpolation'` (default), or its lower or higher end. */
  readonly summationMethod?: 'interpolation' | 'minoring' | 'majoring';
  /** Thresholds between 0 and 1 in place of even ones. */
  readonly thresholds?: readonly number[] | null;
  /** Whether predictions are logits; default false: probabilities. */
  readonly fromLogits?: boolean;
}

/** Keras's epsilon: the first threshold lies below 0 and the last above 1, whatever the rounding. */
const EPSILON = 1e-7;
const METHODS = ['interpolation', 'minoring', 'majoring'] as const;

export class AUC extends MeanMetric {
  private readonly count: number;
  private readonly bounds: readonly number[] | null;

  constructor(private readonly config: AUCConfig = {}) {
    const { name = 'auc', numThresholds = 200, thresholds = null, curve = 'ROC', summationMethod = 'interpolation' } = config;
    const count = thresholds ? thresholds.length + 2 : numThresholds;
    if (!Number.isInteger(count) || count < 2) throw new ValueError(`AUC: numThresholds is ${count}; expected a whole number ≥ 2.`);
    const wrong = thresholds?.find((threshold) => !(threshold >= 0 && threshold <= 1));
    if (wrong !== undefined) throw new ValueError(`AUC: the threshold ${wrong} is not between 0 and 1.`);
    if (curve !== 'ROC' && curve !== 'PR') throw unknownName('curve', curve, ['ROC', 'PR']);
    if (!METHODS.includes(summationMethod)) throw unknownName('summation method', summationMethod, METHODS);
    super((_labels, predictions) => predictions, name, [count, 2]);
    this.count = count;
    this.bounds = thresholds && [-EPSILON, ...[...thresholds].sort((a, b) => a - b), 1 + EPSILON];
  }

  /** Labels 0 or 1, predictions of the same shape; `sampleWeight` has one number per sample. */
  override updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    const [labels, given] = alignRanks(this.name, asTensor(yTrue), asTensor(yPred));
    const predictions = this.config.fromLogits ? sigmoid(given) : given;
    const positive = cast(cast(labels, 'bool'), 'f32');
    const weights = sampleWeight === undefined ? null : perSample(asTensor(sampleWeight), given.rank);
    const weighted = (x: Tensor): Tensor => reshape(weights ? mul(x, weights) : x, [-1]);
    // For every threshold the weight of the labels 1, and of the labels 0, among the predictions above it.
    const sides = stack([weighted(positive), weighted(sub(1, positive))], 1);
    const above = matmul(cast(this.exceeds(reshape(predictions, [1, -1])), 'f32'), sides);
    this.state.assign(add(this.state.value, above));
  }

  /** Whether predictions [1, n] are above each threshold: [count, n]. */
  private exceeds(predictions: Tensor): Tensor {
    if (this.bounds) return greater(predictions, tensor(HostArray.from(this.bounds.map((bound) => [bound]))));
    // Even thresholds i/(count − 1): p is above the first ⌈p·(count − 1)⌉ of them, and always above the one below 0.
    const exceeded = maximum(ceil(mul(predictions, this.count - 1)), 1);
    return greater(exceeded, cast(reshape(arange(this.count), [this.count, 1]), 'f32'));
  }

  override resultOf(state: ArrayLike<number>): number {
    const column = (side: number): number[] => Array.from({ length: this.count }, (_, i) => state[2 * i + side]);
    // Every prediction is above the first threshold: there stand the weights of all labels.
    const [hits, alarms] = [column(0), column(1)];
    const { curve = 'ROC', summationMethod = 'interpolation' } = this.config;
    const recall = hits.map((hit) => ratio(hit, hits[0]));
    if (curve === 'ROC') return area(alarms.map((alarm) => ratio(alarm, alarms[0])), recall, summationMethod);
    if (summationMethod === 'interpolation') return interpolatedPrecision(hits, alarms);
    return area(recall, hits.map((hit, i) => ratio(hit, hit + alarms[i])), summationMethod);
  }
}

/** 0 where there is nothing to divide by. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Under the points (x, y), of which x falls. */
function area(x: readonly number[], y: readonly number[], method: (typeof METHODS)[number]): number {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [y[i], y[i + 1]];
    sum += (x[i] - x[i + 1]) * (method === 'interpolation' ? (a + b) / 2 : method === 'minoring' ? Math.min(a, b) : Math.max(a, b));
  }
  return sum;
}

/**
 * Precision between two thresholds is not linear, but hits and alarms are (Davis and Goadrich, "The relationship between
 * precision-recall and ROC curves", 2006, section 4): with P = hits + alarms and slope s = ΔTP/ΔP, ∫ TP/P dTP = s·(ΔTP + (TP − s·P)·ln(P₁/P₀)).
 */
function interpolatedPrecision(hits: readonly number[], alarms: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < hits.length; i++) {
    const [above, below] = [hits[i] + alarms[i], hits[i + 1] + alarms[i + 1]];
    const gained = hits[i] - hits[i + 1];
    const slope = ratio(gained, Math.max(above - below, 0));
    const logRatio = above > 0 && below > 0 ? Math.log(above / below) : 0;
    sum += ratio(slope * (gained + (hits[i + 1] - slope * below) * logRatio), hits[0]);
  }
  return sum;
}
