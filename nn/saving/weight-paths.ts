/** Where Keras keeps the weights of each layer: `layers/dense/vars/0`, `layers/bidirectional/forward_layer/cell/vars/1`. */
import type { Variable } from '../../engine/tensor/variable';
import { Layer } from '../core/layer';
import { toSnakeCase } from '../core/names';
import { Model } from '../models/model';
import { classNameOf } from './layer-objects';

/** A layer's own weights in one group of the file. */
export interface WeightGroup {
  readonly path: string;
  readonly layer: Layer;
  readonly variables: readonly Variable[];
}

/** Recurrent layers keep their weights in a cell. */
const IN_CELL = new Set(['SimpleRNN', 'LSTM', 'GRU']);

/** The groups of a model, its optimizer's not included. A layer that is met twice has its place where it is met first. */
export function weightGroups(model: Layer): WeightGroup[] {
  const met = new Set<Layer>();
  const groups: WeightGroup[] = [];
  const visit = (layer: Layer, path: string): void => {
    if (met.has(layer)) return;
    met.add(layer);
    const inner = new Set(layer.sublayers.flatMap(({ weights }) => weights));
    const variables = layer.weights.filter((variable) => !inner.has(variable));
    const cell = IN_CELL.has(classNameOf(layer)) ? 'cell/' : '';
    groups.push({ path: `${path}${cell}vars`, layer, variables });
    if (layer instanceof Model && layer.graph !== null) visitList(layer.layers, `${path}layers/`);
    else visitProperties(layer, path);
  };
  const visitList = (layers: readonly Layer[], path: string): void => {
    const counts = new Map<string, number>();
    for (const layer of layers) {
      const name = layer instanceof Model ? modelName(layer) : toSnakeCase(classNameOf(layer));
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      visit(layer, `${path}${count === 0 ? name : `${name}_${count}`}/`);
    }
  };
  const visitProperties = (layer: Layer, path: string): void => {
    for (const [key, value] of Object.entries(layer)) {
      if (isLayer(value)) visit(value, `${path}${toSnakeCase(key)}/`);
      else if (Array.isArray(value) && value.some(isLayer)) visitList(value.filter(isLayer), `${path}${toSnakeCase(key)}/`);
    }
  };
  visit(model, '');
  return groups;
}

function modelName(model: Model): string {
  const { graph } = model;
  if (graph === null) return toSnakeCase(model.constructor.name.replace(/^_/, ''));
  return graph === 'chain' ? 'sequential' : 'functional';
}

function isLayer(value: unknown): value is Layer {
  return value instanceof Layer;
}
