/** The public surface of wgrad. */
export * as layers from './layers';
export * as losses from './losses';
export * as metrics from './metrics';
export * as optimizers from './optimizers';
export * as callbacks from './callbacks';
export * as schedules from './schedules';
export * as initializers from './initializers';
export * as regularizers from './regularizers';
export * as constraints from './constraints';
export * as activations from './activations';
export * as datasets from './datasets';
export * as ops from '../engine/ops';

export { sequential, Sequential } from './models/sequential';
export { Functional, type FunctionalConfig, model } from './models/functional';
export { Model } from './models/model';
export { input, type InputConfig } from './layers/input-layer';
export type { SymbolicTensor } from './core/symbolic';
export type { PartialShape, Shapes, Tensors } from './core/structure';
export { Layer, type CallContext, type CallOptions, type LayerConfig } from './core/layer';
export { StringArray, type NestedStrings } from './core/string-array';
export { HostLayer } from './core/host-layer';
export { loadModel, type LoadOptions, modelBytes, weightBytes, type CustomObjects } from './saving';
export { Dataset } from './data/dataset';
export type { Element, SpecOf, ValueSpec } from './data/structure';
export { Table, type Column, type ColumnStatistics } from './data/table';
export { padSequences, type PadOptions, type Sequences } from './text/pad-sequences';
export { Callback, type CallbackLike, type Logs } from './callbacks/callback';
export { History } from './training/history';
export { loadEmbedding, type LoadEmbeddingOptions } from './text/embeddings/load-embedding';
export type { EmbeddingFormat } from './text/embeddings/format';
export type { Combiner, EmbeddingTable } from './text/embeddings/table';
export type { TokenRule } from './text/embeddings/token-rule';
export { clearSession } from './core/names';
export { type DtypePolicy, globalPolicy, setGlobalPolicy } from './core/policy';

export * from '../engine';
