/** Saving and loading. */
export { loadModel, type LoadOptions } from './load';
export { modelBytes } from './save';
export { weightBytes } from './weights';
export type { CustomObjects } from './layer-objects';
