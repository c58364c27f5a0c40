/** Layers as Keras writes them, and back. */
import { DataError, unknownName } from '../../engine/errors';
import { HostLayer } from '../core/host-layer';
import { Layer } from '../core/layer';
import { type DtypePolicy, globalPolicy } from '../core/policy';
import * as layers from '../layers';
import { InputLayer } from '../layers/input-layer';
import { isKerasObject, type JsonObject, kerasObject, keysFromKeras, keysToKeras, type KerasObject, registerKind } from './keras-object';
import { checkOptions } from './layer-options';

type LayerClass = new (config: never) => Layer;

/** Classes of one's own, by the name that the file gives them. */
export type CustomObjects = Readonly<Record<string, LayerClass>>;

const classes: Readonly<Record<string, LayerClass>> = Object.fromEntries(
  Object.entries(layers).filter(([, value]) => typeof value === 'function' && value.prototype instanceof Layer),
) as Record<string, LayerClass>;

/** Layers that Keras does not have. */
const own: ReadonlySet<string> = new Set(['TextEmbedding']);

let custom: CustomObjects = {};

/** Runs `work` with the classes that a user gave for the layers of a file. */
export function withCustomObjects<T>(objects: CustomObjects, work: () => T): T {
  const before = custom;
  custom = objects;
  try {
    return work();
  } finally {
    custom = before;
  }
}

/** Keras's name of a layer's class. A bundler may have put a `_` before it. */
export function classNameOf(layer: Layer): string {
  const known = Object.entries(classes).find(([, value]) => value === layer.constructor);
  return known?.[0] ?? layer.constructor.name.replace(/^_/, '');
}

export function policyToKeras(name: DtypePolicy): KerasObject {
  return kerasObject('keras', 'DTypePolicy', { name });
}

/** Options that Keras wants to be told, with their defaults. */
const required: Readonly<Record<string, JsonObject>> = {
  TextVectorization: {
    max_tokens: null, standardize: 'lower_and_strip_punctuation', split: 'whitespace', ngrams: null, output_mode: 'int',
    output_sequence_length: null, pad_to_max_tokens: false, sparse: false, ragged: false, vocabulary: null, idf_weights: null, encoding: 'utf-8',
  },
};

/** `{ module: 'keras.layers', class_name: 'Dense', config, … }` */
export function layerToKeras(layer: Layer): KerasObject {
  const className = classNameOf(layer);
  if (layer instanceof InputLayer) return inputToKeras(layer.name, layer.inputShape!, layer.config.dtype ?? 'f32');
  const { inputShape: _, dtype: __, ...given } = layer.getConfig();
  // A layer around a layer.
  const options = 'layer' in layer && layer.layer instanceof Layer ? { ...given, layer: layer.layer } : given;
  // Host layers make numbers of texts, and have no precision.
  const dtype = !(layer instanceof HostLayer) && { dtype: policyToKeras(layer.dtypePolicy) };
  const config = { ...required[className], ...keysToKeras(options, `Layer "${layer.name}"`), ...dtype };
  const known = className in classes && !own.has(className);
  const object = kerasObject(known ? 'keras.layers' : 'wgrad', className, config);
  const built = layer.weights.length > 0 && layer.builtShape ? { build_config: { input_shape: layer.builtShape as never } } : {};
  return { ...object, ...(!known && { registered_name: className }), ...built };
}

const dtypes: Readonly<Record<string, string>> = { f32: 'float32', i32: 'int32', u32: 'uint32', bool: 'bool', string: 'string' };

export function inputToKeras(name: string, shape: readonly (number | null)[], dtype: string): KerasObject {
  return kerasObject('keras.layers', 'InputLayer', { batch_shape: shape, dtype: dtypes[dtype] ?? 'float32', sparse: false, ragged: false, name });
}

/** The layer that Keras (or we) wrote. `extra` options are ours (`inputShape`). */
export function layerFromKeras({ class_name: className, config }: KerasObject, extra: Readonly<Record<string, unknown>> = {}): Layer {
  const name = String(config.name ?? className);
  // A file may name a class `constructor`.
  const given = Object.hasOwn(custom, className) ? custom[className] : undefined;
  if (!given && !Object.hasOwn(classes, className)) {
    const { message } = unknownName('layer class', className, Object.keys(classes));
    throw new DataError(`Layer "${name}": ${message} For a class of your own, give it as customObjects: { ${className} }.`);
  }
  const policy = policyFrom(config, `Layer "${name}"`);
  const { dtype: _, ...rest } = className === 'Bidirectional' ? oneDirection(config, name) : config;
  const options = keysFromKeras(given ? rest : checkOptions(className, name, rest), `Layer "${name}"`);
  return new (given ?? classes[className])({ ...options, ...(policy !== globalPolicy() && { dtype: policy }), ...extra } as never);
}

/** Keras lists both directions of a Bidirectional, which wgrad makes from one. */
function oneDirection({ layer, backward_layer: backward, ...config }: JsonObject, name: string): JsonObject {
  if (!isKerasObject(layer)) throw new DataError(`Layer "${name}": its config has no layer.`);
  const plain = ({ config: { name: _, go_backwards: __, ...rest } }: KerasObject): string =>
    JSON.stringify(Object.entries(rest).filter(([, value]) => typeof value !== 'object').sort());
  if (isKerasObject(backward) && (backward.class_name !== layer.class_name || plain(backward) !== plain(layer))) {
    throw new DataError(`Layer "${name}": the backward layer is another one than the forward layer; wgrad's Bidirectional has the same in both directions.`);
  }
  const own = String(layer.config.name).replace(/^forward_/, '');
  return { ...config, layer: { ...layer, config: { ...layer.config, name: own } } };
}

/** The precision of a layer or model; layers that do not compute with floats have others. */
export function policyFrom({ dtype }: JsonObject, what: string): DtypePolicy {
  const policy = isKerasObject(dtype) ? dtype.config.name : dtype;
  if (policy === 'mixed_float16') return policy;
  if (policy === undefined || policy === null || policy === 'float32' || policy === 'string' || policy === 'int32' || policy === 'int64') return 'float32';
  throw new DataError(`${what} computes in ${String(policy)}; wgrad knows float32 and mixed_float16.`);
}

registerKind({
  write: (value) => (value instanceof Layer ? layerToKeras(value) : null),
  read: (stored) => (stored.module === 'keras.layers' || own.has(stored.class_name) || Object.hasOwn(custom, stored.class_name) ? layerFromKeras(stored) : null),
});
