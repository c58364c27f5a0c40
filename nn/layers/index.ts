/** Layers as functions of their options: `layers.dense({ units: 128, activation: 'relu' })`. */
import type { ActivationLike } from '../activations';
import type { LayerConfig } from '../core/layer';
import { Activation } from './activation';
import { Dense, type DenseConfig } from './dense';
import { Dropout, type DropoutConfig } from './dropout';
import { Embedding, type EmbeddingConfig } from './embedding';
import { Flatten } from './flatten';
import { GlobalAveragePooling1D } from './global-average-pooling-1d';
import { Softmax, type SoftmaxConfig } from './softmax';
import { TextVectorization, type TextVectorizationConfig } from '../text/text-vectorization';

export { Activation, Dense, Dropout, Embedding, Flatten, GlobalAveragePooling1D, Softmax, TextVectorization };

export const activation = (name: ActivationLike, config?: LayerConfig): Activation => new Activation({ ...config, activation: name });
export const dense = (config: DenseConfig): Dense => new Dense(config);
export const dropout = (config: DropoutConfig): Dropout => new Dropout(config);
export const embedding = (config: EmbeddingConfig): Embedding => new Embedding(config);
export const flatten = (config?: LayerConfig): Flatten => new Flatten(config);
export const globalAveragePooling1D = (config?: LayerConfig): GlobalAveragePooling1D => new GlobalAveragePooling1D(config);
export const softmax = (config?: SoftmaxConfig): Softmax => new Softmax(config);
export const textVectorization = (config?: TextVectorizationConfig): TextVectorization => new TextVectorization(config);
