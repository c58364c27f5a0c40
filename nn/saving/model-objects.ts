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
import { layerFromKeras } from './layer-objects';

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
  const model = new Sequential([], { name, trainable: config.trainable !== false });
  for (const [i, object] of stored.filter((object) => !inputs.includes(object)).entries()) {
    if (isModel(object)) model.add(modelFromKeras(object));
    else model.add(layerFromKeras(object, i === 0 && shape ? { inputShape: sampleShape(name, shape) } : {}));
  }
  return model;
}

interface Application {
  readonly name: string;
  readonly index: number;
  readonly inputs: readonly string[];
  /** Whether the layer takes a list. */
  readonly list: boolean;
}

function functionalFromKeras(name: string, config: JsonObject): Functional {
  const symbols = new Map<string, SymbolicTensor>();
  const layers = new Map<string, Layer>();
  let waiting: Application[] = [];
  for (const object of layersOf(name, config)) {
    const own = String(object.config.name);
    if (object.class_name === 'InputLayer') {
      symbols.set(keyOf([own, 0, 0]), input({ shape: sampleShape(name, object.config.batch_shape), dtype: inputDtype(object.config.dtype), name: own }));
      continue;
    }
    layers.set(own, isModel(object) ? modelFromKeras(object) : layerFromKeras(object));
    const nodes = Array.isArray(object.inbound_nodes) ? (object.inbound_nodes as Json[]) : [];
    nodes.forEach((node, index) => waiting.push(application(own, index, node)));
  }
  // A layer's applications are numbered in order, each once its inputs are there.
  while (waiting.length > 0) {
    const ready = waiting.find(({ name: own, index, inputs }) => inputs.every((key) => symbols.has(key)) && (index === 0 || symbols.has(keyOf([own, index - 1, 0]))));
    if (!ready) throw new DataError(`Model "${name}": the graph in its config.json is not connected; ${waiting[0].name} waits for ${waiting[0].inputs.join(', ')}.`);
    waiting = waiting.filter((other) => other !== ready);
    const given = ready.inputs.map((key) => symbols.get(key)!);
    const outputs = layers.get(ready.name)!.apply(ready.list ? given : given[0]) as unknown as SymbolicTensor | readonly SymbolicTensor[];
    toList(outputs).forEach((output, position) => symbols.set(keyOf([ready.name, ready.index, position]), output));
  }
  const find = (origin: readonly Json[]): SymbolicTensor => {
    const symbol = symbols.get(keyOf(origin));
    if (!symbol) throw new DataError(`Model "${name}": its config.json names ${keyOf(origin)}, which is not in its graph.`);
    return symbol;
  };
  const at = (stored: Json | undefined): SymbolicTensor | SymbolicTensor[] => {
    if (!Array.isArray(stored) || stored.length === 0) throw new DataError(`Model "${name}": its config.json names no inputs or outputs.`);
    return Array.isArray(stored[0]) ? (stored as Json[][]).map(find) : find(stored as Json[]);
  };
  const model = new Functional({ inputs: at(config.input_layers), outputs: at(config.output_layers), name });
  if (config.trainable === false) model.trainable = false;
  return model;
}

const keyOf = (origin: readonly Json[]): string => `${String(origin[0])}[${String(origin[1])}][${String(origin[2])}]`;

function application(name: string, index: number, node: Json): Application {
  const { args, kwargs } = isObject(node) ? node : {};
  if (!Array.isArray(args) || args.length !== 1) throw new DataError(`Layer "${name}" is called with ${Array.isArray(args) ? args.length : 'unknown'} arguments; wgrad's layers take one.`);
  const option = Object.entries(isObject(kwargs) ? kwargs : {}).find(([, value]) => value !== null && value !== false);
  if (option) throw new DataError(`Layer "${name}" is called with ${option[0]} = ${JSON.stringify(option[1])}, which wgrad cannot read from a file.`);
  const list = Array.isArray(args[0]);
  return { name, index, list, inputs: (list ? (args[0] as Json[]) : [args[0] as Json]).map((tensor) => originOf(name, tensor)) };
}

function originOf(name: string, tensor: Json): string {
  const history = isKerasObject(tensor) && tensor.class_name === '__keras_tensor__' ? tensor.config.keras_history : null;
  if (Array.isArray(history)) return keyOf(history as Json[]);
  throw new DataError(`Layer "${name}" is called with ${JSON.stringify(tensor)}; wgrad's layers take tensors.`);
}

function inputDtype(dtype: Json | undefined): Dtype | 'string' {
  const name = isKerasObject(dtype) ? dtype.config.name : dtype;
  const known: Readonly<Record<string, Dtype | 'string'>> = { float32: 'f32', int32: 'i32', int64: 'i32', bool: 'bool', string: 'string' };
  return known[String(name ?? 'float32')] ?? 'f32';
}

registerKind({ write: () => null, read: (stored) => (isModel(stored) ? modelFromKeras(stored) : null) });
