/** Models drawn as a graph of layers: https://keras.io/guides/functional_api/ */
import { ShapeError, ValueError } from '../../engine/errors';
import type { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { HostLayer } from '../core/host-layer';
import type { CallContext, Layer } from '../core/layer';
import type { StringArray } from '../core/string-array';
import { type PartialShape, type Shapes, single, singleShape, type Tensors, toList } from '../core/structure';
import type { GraphNode, SymbolicTensor } from '../core/symbolic';
import { InputLayer } from '../layers/input-layer';
import { Model, type ModelGraph } from './model';

type Symbols = SymbolicTensor | readonly SymbolicTensor[];

export interface FunctionalConfig<O extends Symbols = Symbols> {
  /** What `input` returned: one, or several in the order in which the model will take them. */
  readonly inputs: Symbols;
  /** What layers applied to them returned. */
  readonly outputs: O;
  readonly name?: string;
}

export class Functional<O extends Tensors = Tensors> extends Model {
  private readonly inputs: readonly SymbolicTensor[];
  private readonly outputs: Symbols;
  /** In an order in which every node comes after those it takes from. */
  private readonly nodes: readonly GraphNode[];
  /** Those right after the input that work on the host. */
  private readonly hostNodes: readonly GraphNode[];
  /** Where tensors come in: the inputs, or what the layers on the host make of them. */
  private readonly starts: readonly SymbolicTensor[];
  private readonly graphLayers: readonly Layer[];

  constructor({ inputs, outputs, name }: FunctionalConfig) {
    super({ name });
    this.inputs = toList(inputs);
    this.outputs = outputs;
    for (const start of this.inputs) {
      if (!(start.node.layer instanceof InputLayer)) {
        throw new ValueError(`Model "${this.name}": ${start} is not an input; inputs must come from input({ shape }).`);
      }
    }
    this.nodes = order(this.name, this.inputs, toList(outputs));
    this.hostNodes = hostChain(this.inputs, this.nodes);
    this.starts = this.hostNodes.at(-1)?.outputs ?? this.inputs;
    const late = this.nodes.find((node) => node.layer instanceof HostLayer && !this.hostNodes.includes(node));
    if (late) {
      throw new ValueError(`Model "${this.name}": layer "${late.layer.name}" works on the host: it has to come right after the model's only input, which nothing else takes.`);
    }
    this.graphLayers = byDepth(this.nodes);
    const names = this.graphLayers.map((layer) => layer.name);
    const twice = names.find((layer, i) => names.indexOf(layer) !== i);
    if (twice) throw new ValueError(`Model "${this.name}": two layers are named "${twice}"; names must be unique.`);
    const shapes = this.inputs.map(({ shape }) => shape);
    this.ensureBuilt(shapes.length === 1 ? shapes[0] : shapes);
  }

  override get graph(): ModelGraph {
    const { inputs, outputs, nodes } = this;
    return { inputs, outputs, nodes };
  }

  override get layers(): readonly Layer[] {
    return this.graphLayers;
  }

  override get sublayers(): readonly Layer[] {
    return this.graphLayers ?? [];
  }

  override get inputShape(): PartialShape | null {
    return this.inputs?.length === 1 ? this.inputs[0].shape : null;
  }

  override get inputDtype(): Layer['inputDtype'] {
    return this.firstLayers()[0].inputDtype;
  }

  override checkInputs(inputs: HostArray): void {
    for (const layer of this.firstLayers()) layer.checkInputs(inputs);
  }

  override get inputLengthVaries(): boolean {
    return this.starts.length === 1 && this.starts[0].shape[1] === null;
  }

  override get preparesInputs(): boolean {
    return this.preparing.length > 0;
  }

  override prepare(inputs: HostArray | StringArray): HostArray {
    const [first, ...others] = this.preparing;
    return first ? others.reduce((value, layer) => layer.prepare(value), first.prepare(inputs)) : super.prepare(inputs);
  }

  /** The layers that see a batch on the host: those that work there, else the first one if it takes texts. */
  private get preparing(): readonly Layer[] {
    if (!this.starts || this.hostNodes.length > 0) return this.hostNodes?.map(({ layer }) => layer) ?? [];
    const first = this.starts.length === 1 ? this.firstLayers() : [];
    return first.length === 1 && first[0].preparesInputs ? first : [];
  }

  override call(inputs: Tensors, { training, mask }: CallContext): O {
    const values = new Map<SymbolicTensor, Tensor>();
    const given = toList(inputs);
    if (given.length !== this.inputs.length) {
      throw new ShapeError(`Model "${this.name}" takes ${this.inputs.length} inputs; got ${given.length}.`);
    }
    this.starts.forEach((start, i) => values.set(start, given[i]));
    for (const { layer, inputs: from, outputs } of this.nodes) {
      if (layer instanceof InputLayer || layer instanceof HostLayer) continue;
      const x = from.map((symbol) => values.get(symbol)!);
      const own = from.length === 1 && this.starts.includes(from[0]) ? mask : undefined;
      const y = x.length === 1 ? layer.apply(x[0], { training, mask: own }) : layer.apply(x, { training });
      toList(y).forEach((value, i) => values.set(outputs[i], value));
    }
    const results = toList(this.outputs).map((symbol) => values.get(symbol)!);
    return (Array.isArray(this.outputs) ? results : single(results, `Model "${this.name}"`)) as O;
  }

  override computeOutputShape(): Shapes {
    const shapes = toList(this.outputs).map(({ shape }) => shape);
    return Array.isArray(this.outputs) ? shapes : singleShape(shapes[0], this.name);
  }

  override layerShapes(): readonly (readonly [Layer, Shapes])[] {
    return this.graphLayers.map((layer) => {
      const { outputs } = this.nodes.find((node) => node.layer === layer)!;
      return [layer, outputs.length === 1 ? outputs[0].shape : outputs.map(({ shape }) => shape)] as const;
    });
  }

  override connections(): ReadonlyMap<Layer, readonly string[]> | null {
    const { nodes, graphLayers } = this;
    const isChain = nodes.every(({ inputs }, i) => inputs.length <= 1 && inputs[0]?.node === nodes[i - 1]);
    if (isChain && graphLayers.length === nodes.length) return null;
    const origins = (layer: Layer): string[] => nodes.filter((node) => node.layer === layer).flatMap(({ inputs }) => inputs.map(({ origin }) => origin));
    return new Map(graphLayers.map((layer) => [layer, origins(layer)]));
  }

  /** The layers that take the model's first input: they say what it is. */
  private firstLayers(): readonly Layer[] {
    const users = this.nodes.filter(({ inputs }) => inputs.includes(this.starts[0])).map(({ layer }) => layer);
    return users.length > 0 ? users : [this.starts[0].node.layer];
  }
}

/** The layers on the host that a single input goes through first, one after the other. */
function hostChain(inputs: readonly SymbolicTensor[], nodes: readonly GraphNode[]): GraphNode[] {
  const chain: GraphNode[] = [];
  for (let at = inputs; at.length === 1; at = chain[chain.length - 1].outputs) {
    const users = nodes.filter((node) => node.inputs.includes(at[0]));
    if (users.length !== 1 || !(users[0].layer instanceof HostLayer)) break;
    chain.push(users[0]);
  }
  return chain;
}

/** The nodes between inputs and outputs, each after those it takes from. */
function order(name: string, inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): GraphNode[] {
  const nodes: GraphNode[] = inputs.map(({ node }) => node);
  const visit = (symbol: SymbolicTensor): void => {
    const { node } = symbol;
    if (nodes.includes(node)) return;
    if (node.layer instanceof InputLayer) {
      throw new ValueError(
        `Model "${name}": the graph is not connected: ${outputs.join(', ')} needs the input ${symbol}, which is not among the model's inputs (${inputs.join(', ')}).`,
      );
    }
    node.inputs.forEach(visit);
    nodes.push(node);
  };
  outputs.forEach(visit);
  return nodes;
}

/** Layers by their distance from the outputs, the farthest first, as Keras lists them. */
function byDepth(nodes: readonly GraphNode[]): Layer[] {
  const depths = new Map<GraphNode, number>();
  for (const node of [...nodes].reverse()) {
    const depth = depths.get(node) ?? 0;
    depths.set(node, depth);
    for (const { node: before } of node.inputs) depths.set(before, Math.max(depths.get(before) ?? 0, depth + 1));
  }
  const layers = [...new Set(nodes.map(({ layer }) => layer))];
  const depthOf = (layer: Layer): number => Math.max(...nodes.filter((node) => node.layer === layer).map((node) => depths.get(node)!));
  return layers.map((layer, i) => ({ layer, i, depth: depthOf(layer) })).sort((a, b) => b.depth - a.depth || a.i - b.i).map(({ layer }) => layer);
}

/** `model({ inputs, outputs, name })` */
export function model(config: FunctionalConfig<SymbolicTensor>): Functional<Tensor>;
export function model(config: FunctionalConfig<readonly SymbolicTensor[]>): Functional<readonly Tensor[]>;
export function model(config: FunctionalConfig): Functional {
  return new Functional(config);
}
