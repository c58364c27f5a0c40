/** Metrics, by name or as objects. */
import { cast, neg } from '../../engine/ops';
import { lookUp, toSnakeCase } from '../core/names';
import {
  BinaryCrossentropy, CategoricalCrossentropy, CosineSimilarity, KLDivergence, LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError,
  MeanSquaredError, MeanSquaredLogarithmicError, Poisson, SparseCategoricalCrossentropy,
} from '../losses';
import type { Loss } from '../losses/loss';
import { accuracyMatches, binaryMatches, categoricalMatches, sparseCategoricalMatches } from './accuracy';
import { AUC, type AUCConfig } from './auc';
import { described, Mean, MeanMetric, Metric, type MetricFunction, Sum } from './metric';
import { Precision, Recall } from './precision-recall';
import { RootMeanSquaredError } from './root-mean-squared-error';
import { sparseTopKMatches, topKMatches } from './top-k';

export { AUC, type AUCConfig, Mean, MeanMetric, Metric, Precision, Recall, RootMeanSquaredError, Sum };

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

export const sum = ({ name = 'sum' }: Named = {}): Sum => new Sum(name);
interface TopK extends Named {
  /** Default 5. */
  readonly k?: number;
}
export const topKCategoricalAccuracy = ({ name = 'top_k_categorical_accuracy', k = 5 }: TopK = {}): MeanMetric =>
  described(new MeanMetric(topKMatches(k), name), 'TopKCategoricalAccuracy', { name, k });
export const sparseTopKCategoricalAccuracy = ({ name = 'sparse_top_k_categorical_accuracy', k = 5 }: TopK = {}): MeanMetric =>
  described(new MeanMetric(sparseTopKMatches(k), name), 'SparseTopKCategoricalAccuracy', { name, k });
export const rootMeanSquaredError = ({ name = 'root_mean_squared_error' }: Named = {}): RootMeanSquaredError =>
  described(new RootMeanSquaredError(name), 'RootMeanSquaredError', { name });
interface Thresholded extends Named {
  /** Default 0.5. */
  readonly thresholds?: number;
}
export const precision = ({ name = 'precision', thresholds = 0.5 }: Thresholded = {}): Precision =>
  described(new Precision(name, thresholds), 'Precision', { name, thresholds });
export const recall = ({ name = 'recall', thresholds = 0.5 }: Thresholded = {}): Recall =>
  described(new Recall(name, thresholds), 'Recall', { name, thresholds });
export const auc = (config: AUCConfig = {}): AUC => {
  const { name = 'auc', numThresholds = 200, curve = 'ROC', summationMethod = 'interpolation', thresholds = null, fromLogits = false } = config;
  return described(new AUC({ ...config, name }), 'AUC', { name, numThresholds, curve, summationMethod, thresholds, fromLogits });
};
export const meanAbsolutePercentageError = ({ name = 'mean_absolute_percentage_error' }: Named = {}): MeanMetric =>
  described(new MeanMetric(ofLoss(new MeanAbsolutePercentageError()), name), 'MeanAbsolutePercentageError', { name });
export const meanSquaredLogarithmicError = ({ name = 'mean_squared_logarithmic_error' }: Named = {}): MeanMetric =>
  described(new MeanMetric(ofLoss(new MeanSquaredLogarithmicError()), name), 'MeanSquaredLogarithmicError', { name });
/** The cosine itself, where the loss of that name is minus it. */
export const cosineSimilarity = ({ name = 'cosine_similarity' }: Named = {}): MeanMetric => {
  const minus = ofLoss(new CosineSimilarity());
  return described(new MeanMetric((yTrue, yPred) => neg(minus(yTrue, yPred)), name), 'CosineSimilarity', { name });
};
export const klDivergence = ({ name = 'kl_divergence' }: Named = {}): MeanMetric =>
  described(new MeanMetric(ofLoss(new KLDivergence()), name), 'KLDivergence', { name });
export const poisson = ({ name = 'poisson' }: Named = {}): MeanMetric => described(new MeanMetric(ofLoss(new Poisson()), name), 'Poisson', { name });
export const logCoshError = ({ name = 'logcosh' }: Named = {}): MeanMetric =>
  described(new MeanMetric(ofLoss(new LogCosh()), name), 'LogCoshError', { name });

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
  topKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  rootMeanSquaredError,
  rmse: rootMeanSquaredError,
  precision,
  recall,
  auc,
  meanAbsolutePercentageError,
  mape: meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  msle: meanSquaredLogarithmicError,
  cosineSimilarity,
  klDivergence,
  poisson,
  logCosh: logCoshError,
};

/** A metric asked for by name goes by that name in logs and histories, as in Keras. */
export function metricFrom(metric: MetricLike): MeanMetric {
  if (metric instanceof MeanMetric) return metric;
  if (typeof metric === 'function') return new MeanMetric(metric, metric.name || undefined);
  return lookUp('metric', metric, table)({ name: toSnakeCase(metric) });
}
