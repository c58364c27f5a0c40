/** Which options of Keras's layers wgrad has. Others may only have the value that means nothing. */
import { DataError } from '../../engine/errors';
import type { Json, JsonObject } from './keras-object';

/** Options of all layers that change nothing here: weights come from the file, random numbers from our own generator. */
const IGNORED = new Set(['seed', 'quantization_config', 'unroll', 'implementation', 'use_cudnn']);

/** Options of which `null` says something. */
const NULL_COUNTS = new Set(['merge_mode', 'standardize', 'split']);

const RECURRENT = [
  'units', 'activation', 'use_bias', 'kernel_initializer', 'recurrent_initializer', 'bias_initializer', 'dropout', 'recurrent_dropout',
  'return_sequences', 'return_state', 'go_backwards', 'zero_output_for_mask', 'activity_regularizer',
  ...['kernel', 'recurrent', 'bias'].flatMap((weight) => [`${weight}_regularizer`, `${weight}_constraint`]),
];
const stateless = { stateful: [false] };

/** Keras's options that wgrad does not have, with the values that it agrees with (beside `null`). */
const fixed: Readonly<Record<string, Readonly<Record<string, readonly Json[]>>>> = {
  Dropout: { noise_shape: [] },
  TextVectorization: { sparse: [false], ragged: [false], encoding: ['utf-8'] },
  Embedding: { input_length: [] },
  SimpleRNN: stateless,
  LSTM: stateless,
  GRU: stateless,
};

/** Where the set of options is settled: everything else is refused. Layers not listed take what their constructor takes. */
const settled: Readonly<Record<string, readonly string[]>> = {
  Dense: [
    'units', 'activation', 'use_bias', 'kernel_initializer', 'bias_initializer',
    'kernel_regularizer', 'bias_regularizer', 'activity_regularizer', 'kernel_constraint', 'bias_constraint',
  ],
  ...Object.fromEntries(['Conv1D', 'Conv2D'].map((name) => [name, [
    'filters', 'kernel_size', 'strides', 'padding', 'dilation_rate', 'groups', 'activation', 'use_bias', 'kernel_initializer', 'bias_initializer',
    'kernel_regularizer', 'bias_regularizer', 'activity_regularizer', 'kernel_constraint', 'bias_constraint',
  ]])),
  Embedding: ['input_dim', 'output_dim', 'embeddings_initializer', 'mask_zero', 'embeddings_regularizer', 'activity_regularizer', 'embeddings_constraint'],
  SimpleRNN: RECURRENT,
  LSTM: [...RECURRENT, 'recurrent_activation', 'unit_forget_bias'],
  GRU: [...RECURRENT, 'recurrent_activation', 'reset_after'],
  Bidirectional: ['layer', 'merge_mode'],
  TimeDistributed: ['layer'],
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
  const known = settled[className];
  const agreed = fixed[className] ?? {};
  const kept: [string, Json][] = [];
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined || IGNORED.has(key) || (value === null && !NULL_COUNTS.has(key))) continue;
    if (agreed[key]?.includes(value)) continue;
    if (key === 'data_format' && value === 'channels_last') continue;
    if (!(key in agreed) && (!known || key === 'name' || key === 'trainable' || known.includes(key))) {
      kept.push([key, value]);
      continue;
    }
    throw new DataError(`Layer "${name}": wgrad's ${className} has no option ${key} = ${JSON.stringify(value)}.`);
  }
  return Object.fromEntries(kept);
}
