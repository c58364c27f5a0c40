/**
 * The vocabularies that Keras's TextVectorization learnt: Keras keeps them beside the config, in assets/…/vocabulary.txt,
 * and tf-idf weights among the weights. Other layers need their sizes, so they are put into the config before it is read.
 */
import { DataError } from '../../engine/errors';
import { toSnakeCase } from '../core/names';
import { isKerasObject, type Json, type KerasObject } from './keras-object';

/** The text of a member of the archive, if there is one. */
type Asset = (name: string) => string | null;
/** The weights of `count` tokens that are stored at `path`. */
type Weights = (path: string, count: number) => readonly number[];

/** The config of a model (or a layer at `path`) with the vocabularies that were learnt. */
export function withVocabularies(object: KerasObject, asset: Asset, weights: Weights, path = ''): KerasObject {
  if (object.class_name === 'TextVectorization') return withVocabulary(object, asset, weights, path);
  const { layers } = object.config;
  if (!Array.isArray(layers)) return object;
  const counts = new Map<string, number>();
  const read = (layer: Json): Json => {
    if (!isKerasObject(layer)) return layer;
    const name = toSnakeCase(layer.class_name);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return withVocabularies(layer, asset, weights, `${path}layers/${count === 0 ? name : `${name}_${count}`}/`);
  };
  return { ...object, config: { ...object.config, layers: (layers as Json[]).map(read) } };
}

function withVocabulary(layer: KerasObject, asset: Asset, weights: Weights, path: string): KerasObject {
  const { vocabulary, output_mode: mode } = layer.config;
  if (vocabulary !== null && vocabulary !== undefined) return layer;
  const text = asset(`assets/${path}vocabulary.txt`);
  if (text === null) return layer;
  const tokens = text.replace(/\n+$/, '').split(/\r?\n/);
  if (tokens.length < 2) throw new DataError(`Layer "${String(layer.config.name)}": the vocabulary in assets/${path}vocabulary.txt is empty.`);
  const idf = mode === 'tf_idf' ? { idf_weights: weights(`${path}vars`, tokens.length) } : {};
  return { ...layer, config: { ...layer.config, vocabulary: tokens, ...idf } };
}
