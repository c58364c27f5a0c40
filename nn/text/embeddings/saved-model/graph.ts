/**
 * The operations of a SavedModel's graph and of its functions, with what their constants and attributes say. Nothing is run.
 * tensorflow/core/framework: graph.proto, function.proto, node_def.proto, attr_value.proto, tensor.proto
 */
import { int, part, parts, string } from './protobuf';

type Bytes = Uint8Array<ArrayBuffer>;

export class GraphNode {
  readonly op: string;

  constructor(private readonly bytes: Bytes, private readonly graph: ReadonlyMap<string, GraphNode>, private readonly what: string) {
    this.op = string(bytes, 2, what);
  }

  /** The node that makes input `i`. */
  input(i: number): GraphNode | undefined {
    const input = [...parts(this.bytes, 3, this.what)][i];
    // `name:output:0`, `name:0` and `^name` are all `name`'s.
    return input && this.graph.get(new TextDecoder().decode(input).replace(/^\^/, '').replace(/:.*$/s, ''));
  }

  /** The string that this node is, where it is a constant one. */
  get constant(): string | undefined {
    return this.op === 'Const' ? string(part(this.attribute('value'), 8, this.what), 8, this.what) : undefined;
  }

  number(attribute: string): number {
    return int(this.attribute(attribute), 3, this.what);
  }

  /** SavedModels leave out attributes that have their default. */
  flag(attribute: string, byDefault: boolean): boolean {
    const value = this.attribute(attribute);
    return value.length === 0 ? byDefault : int(value, 5, this.what) !== 0;
  }

  text(attribute: string): string {
    return string(this.attribute(attribute), 2, this.what);
  }

  /** TensorFlow's number of a type (types.proto). */
  type(attribute: string): number {
    return int(this.attribute(attribute), 6, this.what);
  }

  /** An AttrValue; empty where there is none. */
  private attribute(name: string): Bytes {
    for (const entry of parts(this.bytes, 5, this.what)) if (string(entry, 1, this.what) === name) return part(entry, 2, this.what);
    return new Uint8Array(0);
  }
}

/** All nodes of all graphs in `model`, a saved_model.pb. */
export function readGraph(model: Bytes, what: string): GraphNode[] {
  const nodes: GraphNode[] = [];
  const add = (list: Iterable<Bytes>): void => {
    const graph = new Map<string, GraphNode>();
    for (const bytes of list) graph.set(string(bytes, 1, what), new GraphNode(bytes, graph, what));
    nodes.push(...graph.values());
  };
  for (const meta of parts(model, 2, what)) {
    const graph = part(meta, 2, what);
    add(parts(graph, 1, what));
    for (const fn of parts(part(graph, 2, what), 1, what)) add(parts(fn, 3, what));
  }
  return nodes;
}
