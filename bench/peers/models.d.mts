import type { Batch, Model, Weights } from './protocol';

export const models: readonly Model[];
export const WORDS: number;
export const ADAM: { readonly rate: number; readonly beta1: number; readonly beta2: number; readonly epsilon: number };
export function isText(model: Model): model is Model & { readonly length: number };
export function weightsOf(model: Model): Weights;
export function randomBatch(model: Model, seed: number): Batch;
export function flopsOf(model: Model): number | undefined;
