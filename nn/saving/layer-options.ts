/** Which options of Keras's layers wgrad has. Others may only have the value that means nothing. */
import { DataError } from '../../engine/errors';
import type { Json, JsonObject } from './keras-object';

/** Options of all layers that change nothing here: weights come from the file, random numbers from our own generator. */
const IGNORED = new Set(['seed', 'quantization_config', 'unroll', 'implementation', 'use_cudnn', 'renorm_momentum', 'vocabulary_size']);

/** Options of every layer. */
const GENERAL = new Set(['name', 'trainable', 'activity_regularizer']);

/** Options of which `null` says something. */
const NULL_COUNTS = new Set(['merge_mode', 'standardize', 'split', 'axis']);

const RECURRENT = [
  'units', 'activation', 'use_bias', 'kernel_initializer', 'recurrent_initializer', 'bias_initializer', 'dropout', 'recurrent_dropout',
  'return_sequences', 'return_state', 'go_backwards', 'zero_output_for_mask', 'activity_regularizer',
  ...['kernel', 'recurrent', 'bias'].flatMap((weight) => [`${weight}_regularizer`, `${weight}_constraint`]),
];
const RULES = ['initializer', 'regularizer', 'constraint'];
const ofWeights = (...weights: string[]): string[] => weights.flatMap((weight) => RULES.map((rule) => `${weight}_${rule}`));
const stateless = { stateful: [false] };

/** Keras's options that wgrad does not have, with the values that it agrees with (beside `null`). */
const fixed: Readonly<Record<string, Readonly<Record<string, readonly Json[]>>>> = {
  Dropout: { noise_shape: [] },
  TextVectorization: { sparse: [false], ragged: [false], encoding: ['utf-8'] },
  BatchNormalization: { synchronized: [false], renorm: [false] },
  LayerNormalization: { rms_scaling: [false] },
  Embedding: { input_length: [] },
  SimpleRNN: stateless,
  LSTM: stateless,
  GRU: stateless,
};

/** All options by layer: everything else is refused. Layers not listed, which are ours alone, take what their constructor takes. */
const settled: Readonly<Record<string, readonly string[]>> = {
  Dense: [
    'units', 'activation', 'use_bias', 'kernel_initializer', 'bias_initializer',
    'kernel_regularizer', 'bias_regularizer', 'kernel_constraint', 'bias_constraint',
  ],
  ...Object.fromEntries(['Conv1D', 'Conv2D'].map((name) => [name, [
    'filters', 'kernel_size', 'strides', 'padding', 'dilation_rate', 'groups', 'activation', 'use_bias', 'kernel_initializer', 'bias_initializer',
    'kernel_regularizer', 'bias_regularizer', 'kernel_constraint', 'bias_constraint',
  ]])),
  Embedding: ['input_dim', 'output_dim', 'embeddings_initializer', 'mask_zero', 'embeddings_regularizer', 'embeddings_constraint'],
  SimpleRNN: RECURRENT,
  LSTM: [...RECURRENT, 'recurrent_activation', 'unit_forget_bias'],
  GRU: [...RECURRENT, 'recurrent_activation', 'reset_after'],
  Bidirectional: ['layer', 'merge_mode'],
  TimeDistributed: ['layer'],
  BatchNormalization: [
    'axis', 'momentum', 'epsilon', 'center', 'scale', 'moving_mean_initializer', 'moving_variance_initializer', ...ofWeights('beta', 'gamma'),
  ],
  LayerNormalization: ['axis', 'epsilon', 'center', 'scale', ...ofWeights('beta', 'gamma')],
  Normalization: ['axis', 'mean', 'variance', 'invert'],
  TextVectorization: [
    'max_tokens', 'standardize', 'split', 'ngrams', 'output_mode', 'output_sequence_length', 'pad_to_max_tokens', 'vocabulary', 'idf_weights',
  ],
  ReLU: ['max_value', 'negative_slope', 'threshold'],
  LeakyReLU: ['negative_slope'],
  ELU: ['alpha'],
  PReLU: [...ofWeights('alpha'), 'shared_axes'],
  RepeatVector: ['n'],
  ZeroPadding2D: ['padding'],
  Dropout: ['rate'],
  Flatten: [],
  Reshape: ['target_shape'],
  Permute: ['dims'],
  Masking: ['mask_value'],
  Softmax: ['axis'],
  Activation: ['activation'],
  Concatenate: ['axis'],
  Add: [], Subtract: [], Multiply: [], Average: [], Maximum: [], Minimum: [],
  ...Object.fromEntries(['MaxPooling1D', 'MaxPooling2D', 'AveragePooling1D', 'AveragePooling2D'].map((name) => [name, ['pool_size', 'strides', 'padding']])),
  ...Object.fromEntries(
    ['GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'GlobalMaxPooling1D', 'GlobalMaxPooling2D'].map((name) => [name, ['keepdims']]),
  ),
};

/** The options to make a layer with; an error that names the first one that it cannot have. */
export function checkOptions(className: string, name: string, config: JsonObject): JsonObject {
  const known = Object.hasOwn(settled, className) ? settled[className] : undefined;
  const agreed = Object.hasOwn(fixed, className) ? fixed[className] : {};
  const kept: [string, Json][] = [];
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined || IGNORED.has(key) || (value === null && !NULL_COUNTS.has(key))) continue;
    if (agreed[key]?.includes(value)) continue;
    if (key === 'data_format' && value === 'channels_last') continue;
    if (!(key in agreed) && (!known || GENERAL.has(key) || known.includes(key))) {
      kept.push([key, value]);
      continue;
    }
    throw new DataError(`Layer "${name}": wgrad's ${className} has no option ${key} = ${JSON.stringify(value)}.`);
  }
  return Object.fromEntries(kept);
}
