/** Models from what Keras wrote into config.json. */
import { DataError } from '../../engine/errors';
import type { Dtype } from '../../engine/tensor/dtype';
import type { Layer } from '../core/layer';
import { toList } from '../core/structure';
import type { SymbolicTensor } from '../core/symbolic';
import { input } from '../layers/input-layer';
import { Functional } from '../models/functional';
import type { Model } from '../models/model';
import { Sequential } from '../models/sequential';
import { isKerasObject, isObject, type Json, type JsonObject, type KerasObject, registerKind } from './keras-object';
import { layerFromKeras, policyFrom } from './layer-objects';

export function modelFromKeras(stored: KerasObject): Model {
  const name = String(stored.config.name);
  if (stored.class_name === 'Sequential') return sequentialFromKeras(name, stored.config);
  if (stored.class_name === 'Functional' || stored.class_name === 'Model') return functionalFromKeras(name, stored.config);
  throw new DataError(`Model "${name}" is a ${stored.class_name}; wgrad reads Sequential and Functional models.`);
}

const isModel = ({ class_name: className }: KerasObject): boolean => className === 'Sequential' || className === 'Functional' || className === 'Model';

function layersOf(name: string, { layers }: JsonObject): KerasObject[] {
  if (Array.isArray(layers) && layers.every(isKerasObject)) return layers;
  throw new DataError(`Model "${name}": its config.json lists no layers.`);
}

/** Sizes of one sample, from a shape with the batch. */
function sampleShape(name: string, shape: Json | undefined): (number | null)[] {
  const sizes = Array.isArray(shape) ? (shape as Json[]).slice(1) : null;
  if (sizes?.every((n) => n === null || (Number.isInteger(n) && (n as number) > 0))) return sizes as (number | null)[];
  throw new DataError(`Model "${name}": input shape ${JSON.stringify(shape)}; expected the batch and sizes, such as [null, 28, 28].`);
}

function sequentialFromKeras(name: string, config: JsonObject): Sequential {
  const stored = layersOf(name, config);
  const inputs = stored.filter(({ class_name: className }) => className === 'InputLayer');
  const shape = inputs[0]?.config.batch_shape ?? config.build_input_shape;
  const model = new Sequential([], { name, trainable: config.trainable !== false, dtype: policyFrom(config, `Model "${name}"`) });
  for (const [i, object] of stored.filter((object) => !inputs.includes(object)).entries()) {
    if (isModel(object)) model.add(modelFromKeras(object));
    else model.add(layerFromKeras(object, i === 0 && shape ? { inputShape: sampleShape(name, shape) } : {}));
  }
  return model;
}

/** One call of a layer, as the file has it. */
interface Application {
  readonly name: string;
  readonly index: number;
  readonly node: Json;
}

/**
 * What Keras wrote is followed from the outputs back. The operations that only make masks (NotEqual) are not met on
 * that way: masks find theirs here by themselves.
 */
function functionalFromKeras(name: string, config: JsonObject): Functional {
  const symbols = new Map<string, SymbolicTensor>();
  const layers = new Map<string, Layer>();
  const applications = new Map<string, Application>();
  const objects = new Map<string, KerasObject>();
  for (const object of layersOf(name, config)) {
    const own = String(object.config.name ?? object.name);
    objects.set(own, object);
    if (object.class_name === 'InputLayer') {
      symbols.set(keyOf([own, 0, 0]), input({ shape: sampleShape(name, object.config.batch_shape), dtype: inputDtype(object.config.dtype), name: own }));
    }
    const nodes = Array.isArray(object.inbound_nodes) ? (object.inbound_nodes as Json[]) : [];
    nodes.forEach((node, index) => applications.set(`${own}[${index}]`, { name: own, index, node }));
  }
  const applied = new Map<string, number>();
  const apply = ({ name: own, index, node }: Application, waiting: readonly string[]): void => {
    const object = objects.get(own)!;
    const { list, origins } = argumentsOf(own, node, (producer) => isMaskOperation(objects.get(producer)));
    const given = origins.map((origin) => find(origin, waiting));
    // A layer's applications are numbered in order.
    for (let before = applied.get(own) ?? 0; before < index; before++) apply(applications.get(`${own}[${before}]`)!, waiting);
    if ((applied.get(own) ?? 0) > index) return;
    if (!layers.has(own)) layers.set(own, isModel(object) ? modelFromKeras(object) : layerFromKeras(object));
    const outputs = layers.get(own)!.apply(list ? given : given[0]) as unknown as SymbolicTensor | readonly SymbolicTensor[];
    applied.set(own, index + 1);
    toList(outputs).forEach((output, position) => symbols.set(keyOf([own, index, position]), output));
  };
  const find = (origin: readonly Json[], waiting: readonly string[] = []): SymbolicTensor => {
    const key = keyOf(origin);
    const at = `${String(origin[0])}[${String(origin[1])}]`;
    const application = applications.get(at);
    if (!symbols.has(key) && application && !waiting.includes(at)) apply(application, [...waiting, at]);
    const symbol = symbols.get(key);
    if (!symbol) throw new DataError(`Model "${name}": its config.json names ${key}, which its graph does not give.`);
    return symbol;
  };
  const at = (stored: Json | undefined): SymbolicTensor | SymbolicTensor[] => {
    if (!Array.isArray(stored) || stored.length === 0) throw new DataError(`Model "${name}": its config.json names no inputs or outputs.`);
    return Array.isArray(stored[0]) ? (stored as Json[][]).map((origin) => find(origin)) : find(stored as Json[]);
  };
  // In the order of the file, so that layers within one distance from the outputs stay in their order.
  for (const application of applications.values()) {
    const object = objects.get(application.name)!;
    if (!isMaskOperation(object)) find([application.name, application.index, 0]);
  }
  const model = new Functional({ inputs: at(config.input_layers), outputs: at(config.output_layers), name });
  if (config.trainable === false) model.trainable = false;
  return model;
}

/** Operations that Keras makes masks of, where Embedding and Masking meet a graph. */
const MASK_OPERATIONS = new Set(['NotEqual', 'Any', 'LogicalOr', 'LogicalAnd', 'Cast']);
const isMaskOperation = (object: KerasObject | undefined): boolean => object !== undefined && object.module.startsWith('keras.src.ops') && MASK_OPERATIONS.has(object.class_name);

const keyOf = (origin: readonly Json[]): string => `${String(origin[0])}[${String(origin[1])}][${String(origin[2])}]`;

/** Where the inputs of an application come from. */
function argumentsOf(name: string, node: Json, isMask: (producer: string) => boolean): { list: boolean; origins: readonly (readonly Json[])[] } {
  const { args, kwargs } = isObject(node) ? node : {};
  if (!Array.isArray(args) || args.length !== 1) throw new DataError(`Layer "${name}" is called with ${Array.isArray(args) ? args.length : 'unknown'} arguments; wgrad's layers take one.`);
  for (const [key, value] of Object.entries(isObject(kwargs) ? kwargs : {})) {
    if (value === null || value === false) continue;
    const masks = (Array.isArray(value) ? (value as Json[]) : [value as Json]).filter((mask) => mask !== null);
    if (key === 'mask' && masks.every((mask) => isMask(String(originOf(name, mask)[0])))) continue;
    throw new DataError(`Layer "${name}" is called with ${key} = ${JSON.stringify(value)}, which wgrad cannot read from a file.`);
  }
  const list = Array.isArray(args[0]);
  return { list, origins: (list ? (args[0] as Json[]) : [args[0] as Json]).map((tensor) => originOf(name, tensor)) };
}

function originOf(name: string, tensor: Json): readonly Json[] {
  const history = isKerasObject(tensor) && tensor.class_name === '__keras_tensor__' ? tensor.config.keras_history : null;
  if (Array.isArray(history)) return history as Json[];
  throw new DataError(`Layer "${name}" is called with ${JSON.stringify(tensor)}; wgrad's layers take tensors.`);
}

function inputDtype(dtype: Json | undefined): Dtype | 'string' {
  const name = isKerasObject(dtype) ? dtype.config.name : dtype;
  const known: Readonly<Record<string, Dtype | 'string'>> = { float32: 'f32', int32: 'i32', int64: 'i32', bool: 'bool', string: 'string' };
  return known[String(name ?? 'float32')] ?? 'f32';
}

registerKind({ write: () => null, read: (stored) => (isModel(stored) ? modelFromKeras(stored) : null) });
