/** Models as Keras writes them into config.json. */
import { ValueError } from '../../engine/errors';
import type { Layer } from '../core/layer';
import { toList } from '../core/structure';
import type { SymbolicTensor } from '../core/symbolic';
import { Model, type ModelGraph } from '../models/model';
import { inputToKeras, layerToKeras, policyToKeras } from './layer-objects';
import { type Json, type JsonObject, type KerasObject, kerasObject, registerKind } from './keras-object';

export function modelToKeras(model: Model): KerasObject {
  const { graph } = model;
  if (graph === null) {
    throw new ValueError(
      `Model "${model.name}" is a class of your own: only its code knows how its layers hang together. Save its weights (saveWeights), or build it with sequential or model.`,
    );
  }
  return graph === 'chain' ? sequentialToKeras(model) : functionalToKeras(model, graph);
}

const toObject = (layer: Layer): KerasObject => (layer instanceof Model ? modelToKeras(layer) : layerToKeras(layer));

function sequentialToKeras(model: Model): KerasObject {
  const { name, trainable, layers, dtypePolicy } = model;
  const input = (model.builtShape ?? model.inputShape) as readonly (number | null)[] | null;
  const first = input ? [inputToKeras(`${name}_input`, input, layers[0]?.preparesInputs ? 'string' : model.inputDtype)] : [];
  const shape: JsonObject = input ? { build_input_shape: input } : {};
  return {
    ...kerasObject('keras', 'Sequential', { name, trainable, dtype: policyToKeras(dtypePolicy), layers: [...first, ...layers.map(toObject)], ...shape }),
    ...(input && { build_config: { input_shape: input } }),
  };
}

function functionalToKeras(model: Model, { inputs, outputs, nodes }: ModelGraph): KerasObject {
  /** A layer may be applied in other models too: applications are counted within this one. */
  const origin = (symbol: SymbolicTensor): Json => {
    const { layer } = symbol.node;
    return [layer.name, nodes.filter((node) => node.layer === layer).indexOf(symbol.node), symbol.position];
  };
  const tensor = (symbol: SymbolicTensor): Json => ({
    class_name: '__keras_tensor__',
    config: { shape: symbol.shape, dtype: symbol.dtype === 'i32' ? 'int32' : 'float32', keras_history: origin(symbol) },
  });
  const layers = model.layers.map((layer) => ({
    ...toObject(layer),
    name: layer.name,
    inbound_nodes: nodes
      .filter((node) => node.layer === layer && node.inputs.length > 0)
      .map((node): Json => ({ args: [node.inputs.length === 1 ? tensor(node.inputs[0]) : node.inputs.map(tensor)], kwargs: {} })),
  }));
  const several = (symbols: SymbolicTensor | readonly SymbolicTensor[]): Json => (Array.isArray(symbols) && symbols.length > 1 ? symbols.map(origin) : origin(toList(symbols)[0]));
  const listed = (symbols: SymbolicTensor | readonly SymbolicTensor[]): Json => (Array.isArray(symbols) ? symbols.map(origin) : several(symbols));
  const { name, trainable } = model;
  return {
    ...kerasObject('keras.src.models.functional', 'Functional', { name, trainable, layers, input_layers: several(inputs), output_layers: listed(outputs) }),
    registered_name: 'Functional',
  };
}

registerKind({ write: (value) => (value instanceof Model ? modelToKeras(value) : null), read: () => null });
