/** Layers as functions of their options: `layers.dense({ units: 128, activation: 'relu' })`. */
import type { ActivationLike } from '../activations';
import type { LayerConfig } from '../core/layer';
import { Activation } from './activation';
import { BatchNormalization, type BatchNormalizationConfig } from './batch-normalization';
import { Concatenate, type ConcatenateConfig } from './concatenate';
import { Conv1D, Conv2D, type ConvConfig } from './convolution';
import { Dense, type DenseConfig } from './dense';
import { Dropout, type DropoutConfig } from './dropout';
import { Embedding, type EmbeddingConfig } from './embedding';
import { Flatten } from './flatten';
import { GlobalAveragePooling1D } from './global-average-pooling-1d';
import { GlobalAveragePooling2D, GlobalMaxPooling1D, GlobalMaxPooling2D, type GlobalPoolingConfig } from './global-pooling';
import { LayerNormalization, type LayerNormalizationConfig } from './layer-normalization';
import { Masking, type MaskingConfig } from './masking';
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from './merging';
import { Normalization, type NormalizationConfig } from './normalization';
import { Permute, type PermuteConfig } from './permute';
import { AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D, type PoolingConfig } from './pooling';
import { ELU, type EluConfig, LeakyReLU, type LeakyReluConfig, PReLU, type PreluConfig, ReLU, type ReluConfig } from './rectifiers';
import { RepeatVector, type RepeatVectorConfig } from './repeat-vector';
import { Reshape, type ReshapeConfig } from './reshape';
import { Bidirectional, type BidirectionalConfig } from './rnn/bidirectional';
import { GRU, type GruConfig } from './rnn/gru';
import { LSTM, type LstmConfig } from './rnn/lstm';
import type { RecurrentConfig } from './rnn/recurrent';
import { SimpleRNN } from './rnn/simple-rnn';
import { Softmax, type SoftmaxConfig } from './softmax';
import { TimeDistributed, type TimeDistributedConfig } from './time-distributed';
import { ZeroPadding2D, type ZeroPadding2DConfig } from './zero-padding-2d';
import { TextEmbedding } from '../text/text-embedding';
import { TextVectorization, type TextVectorizationConfig } from '../text/text-vectorization';

export { Activation, Dense, Dropout, Embedding, Flatten, Masking, Permute, Reshape, Softmax, TextEmbedding, TextVectorization };
export { textEmbedding, type TextEmbeddingOptions } from '../text/text-embedding';
export { Bidirectional, GRU, LSTM, SimpleRNN, TimeDistributed };
export { BatchNormalization, ELU, LayerNormalization, LeakyReLU, Normalization, PReLU, ReLU, RepeatVector, ZeroPadding2D };
export { Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract };
export { Conv1D, Conv2D };
export { AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D };
export { GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalMaxPooling1D, GlobalMaxPooling2D };

export const activation = (name: ActivationLike, config?: LayerConfig): Activation => new Activation({ ...config, activation: name });
export const dense = (config: DenseConfig): Dense => new Dense(config);
export const dropout = (config: DropoutConfig): Dropout => new Dropout(config);
export const embedding = (config: EmbeddingConfig): Embedding => new Embedding(config);
export const flatten = (config?: LayerConfig): Flatten => new Flatten(config);
export const masking = (config?: MaskingConfig): Masking => new Masking(config);
export const permute = (config: PermuteConfig): Permute => new Permute(config);
export const reshape = (config: ReshapeConfig): Reshape => new Reshape(config);
export const softmax = (config?: SoftmaxConfig): Softmax => new Softmax(config);
export const textVectorization = (config?: TextVectorizationConfig): TextVectorization => new TextVectorization(config);

export const bidirectional = (config: BidirectionalConfig): Bidirectional => new Bidirectional(config);
export const gru = (config: GruConfig): GRU => new GRU(config);
export const lstm = (config: LstmConfig): LSTM => new LSTM(config);
export const simpleRNN = (config: RecurrentConfig): SimpleRNN => new SimpleRNN(config);
export const timeDistributed = (config: TimeDistributedConfig): TimeDistributed => new TimeDistributed(config);

export const batchNormalization = (config?: BatchNormalizationConfig): BatchNormalization => new BatchNormalization(config);
export const layerNormalization = (config?: LayerNormalizationConfig): LayerNormalization => new LayerNormalization(config);
export const normalization = (config?: NormalizationConfig): Normalization => new Normalization(config);

export const elu = (config?: EluConfig): ELU => new ELU(config);
export const leakyReLU = (config?: LeakyReluConfig): LeakyReLU => new LeakyReLU(config);
export const prelu = (config?: PreluConfig): PReLU => new PReLU(config);
export const relu = (config?: ReluConfig): ReLU => new ReLU(config);
export const repeatVector = (config: RepeatVectorConfig): RepeatVector => new RepeatVector(config);
export const zeroPadding2D = (config?: ZeroPadding2DConfig): ZeroPadding2D => new ZeroPadding2D(config);

export const conv1d = (config: ConvConfig): Conv1D => new Conv1D(config);
export const conv2d = (config: ConvConfig): Conv2D => new Conv2D(config);

export const averagePooling1D = (config?: PoolingConfig): AveragePooling1D => new AveragePooling1D(config);
export const averagePooling2D = (config?: PoolingConfig): AveragePooling2D => new AveragePooling2D(config);
export const maxPooling1D = (config?: PoolingConfig): MaxPooling1D => new MaxPooling1D(config);
export const maxPooling2D = (config?: PoolingConfig): MaxPooling2D => new MaxPooling2D(config);
export const globalAveragePooling1D = (config?: GlobalPoolingConfig): GlobalAveragePooling1D => new GlobalAveragePooling1D(config);
export const globalAveragePooling2D = (config?: GlobalPoolingConfig): GlobalAveragePooling2D => new GlobalAveragePooling2D(config);
export const globalMaxPooling1D = (config?: GlobalPoolingConfig): GlobalMaxPooling1D => new GlobalMaxPooling1D(config);
export const globalMaxPooling2D = (config?: GlobalPoolingConfig): GlobalMaxPooling2D => new GlobalMaxPooling2D(config);

/** Layers of several inputs: `layers.add().apply([a, b])`. */
export const add = (config?: LayerConfig): Add => new Add(config);
export const average = (config?: LayerConfig): Average => new Average(config);
export const concatenate = (config?: ConcatenateConfig): Concatenate => new Concatenate(config);
export const maximum = (config?: LayerConfig): Maximum => new Maximum(config);
export const minimum = (config?: LayerConfig): Minimum => new Minimum(config);
export const multiply = (config?: LayerConfig): Multiply => new Multiply(config);
export const subtract = (config?: LayerConfig): Subtract => new Subtract(config);
