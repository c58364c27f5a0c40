/** Metrics, by name or as objects. */
import { cast } from '../../engine/ops';
import { lookUp, toSnakeCase } from '../core/names';
import { BinaryCrossentropy, CategoricalCrossentropy, MeanAbsoluteError, MeanSquaredError, SparseCategoricalCrossentropy } from '../losses';
import type { Loss } from '../losses/loss';
import { accuracyMatches, binaryMatches, categoricalMatches, sparseCategoricalMatches } from './accuracy';
import { described, Mean, MeanMetric, Metric, type MetricFunction } from './metric';

export { Mean, MeanMetric, Metric };

interface Named {
  readonly name?: string;
}

const ofLoss = (loss: Loss): MetricFunction => (yTrue, yPred) => loss.call(cast(yTrue, loss.labelDtype), yPred);

export const mean = ({ name = 'mean' }: Named = {}): Mean => new Mean(name);
export const accuracy = ({ name = 'accuracy' }: Named = {}): MeanMetric =>
  described(new MeanMetric(accuracyMatches, name), 'Accuracy', { name });
/** `threshold` default 0.5; 0 for logits. */
export const binaryAccuracy = ({ name = 'binary_accuracy', threshold = 0.5 }: Named & { readonly threshold?: number } = {}): MeanMetric =>
  described(new MeanMetric(binaryMatches(threshold), name), 'BinaryAccuracy', { name, threshold });
export const categoricalAccuracy = ({ name = 'categorical_accuracy' }: Named = {}): MeanMetric =>
  described(new MeanMetric(categoricalMatches, name), 'CategoricalAccuracy', { name });
export const sparseCategoricalAccuracy = ({ name = 'sparse_categorical_accuracy' }: Named = {}): MeanMetric =>
  described(new MeanMetric(sparseCategoricalMatches, name), 'SparseCategoricalAccuracy', { name });
export const meanSquaredError = ({ name = 'mean_squared_error' }: Named = {}): MeanMetric =>
  described(new MeanMetric(ofLoss(new MeanSquaredError()), name), 'MeanSquaredError', { name });
export const meanAbsoluteError = ({ name = 'mean_absolute_error' }: Named = {}): MeanMetric =>
  described(new MeanMetric(ofLoss(new MeanAbsoluteError()), name), 'MeanAbsoluteError', { name });
export const binaryCrossentropy = ({ name = 'binary_crossentropy', fromLogits = false }: Named & { readonly fromLogits?: boolean } = {}): MeanMetric =>
  described(new MeanMetric(ofLoss(new BinaryCrossentropy({ fromLogits })), name), 'BinaryCrossentropy', { name, fromLogits });
export const categoricalCrossentropy = ({ name = 'categorical_crossentropy', fromLogits = false }: Named & { readonly fromLogits?: boolean } = {}): MeanMetric =>
  described(new MeanMetric(ofLoss(new CategoricalCrossentropy({ fromLogits })), name), 'CategoricalCrossentropy', { name, fromLogits });
export const sparseCategoricalCrossentropy = ({ name = 'sparse_categorical_crossentropy', fromLogits = false }: Named & { readonly fromLogits?: boolean } = {}): MeanMetric =>
  described(new MeanMetric(ofLoss(new SparseCategoricalCrossentropy({ fromLogits })), name), 'SparseCategoricalCrossentropy', { name, fromLogits });

/** A name (`'accuracy'`, `'mae'`), an object, or a function of labels and predictions. */
export type MetricLike = string | MeanMetric | MetricFunction;

const table: Readonly<Record<string, (config: Named) => MeanMetric>> = {
  accuracy,
  acc: accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  meanSquaredError,
  mse: meanSquaredError,
  meanAbsoluteError,
  mae: meanAbsoluteError,
  binaryCrossentropy,
  bce: binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
};

/** A metric asked for by name goes by that name in logs and histories, as in Keras. */
export function metricFrom(metric: MetricLike): MeanMetric {
  if (metric instanceof MeanMetric) return metric;
  if (typeof metric === 'function') return new MeanMetric(metric, metric.name || undefined);
  return lookUp('metric', metric, table)({ name: toSnakeCase(metric) });
}
