/** Tensors that are only planned: what `input` and layers applied to it give, for the functional API. */
import type { Dtype } from '../../engine/tensor/dtype';
import { formatShape } from '../../engine/tensor/shape';
import type { Layer } from './layer';
import { type PartialShape, shapeList, type Shapes } from './structure';

/** One application of a layer. */
export interface GraphNode {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** Which application of its layer it is: a shared layer has several. */
  readonly index: number;
}

export class SymbolicTensor {
  /** Set as soon as its node is complete. */
  node!: GraphNode;

  constructor(readonly shape: PartialShape, readonly dtype: Dtype, readonly position = 0) {}

  /** `dense[0][0]`: layer, application, position, as summaries name it. */
  get origin(): string {
    const { layer, index } = this.node;
    return `${layer.name}[${index}][${this.position}]`;
  }

  toString(): string {
    return `${this.origin} ${formatShape(this.shape)}`;
  }
}

const applications = new WeakMap<Layer, number>();

/** Plans one application of a layer: its outputs, of shapes `result`, know where they come from. */
export function plan(layer: Layer, inputs: readonly SymbolicTensor[], result: Shapes, dtype: Dtype): SymbolicTensor | readonly SymbolicTensor[] {
  const outputs = shapeList(result).map((shape, i) => new SymbolicTensor(shape, dtype, i));
  const index = applications.get(layer) ?? 0;
  applications.set(layer, index + 1);
  for (const output of outputs) output.node = { layer, inputs, outputs, index };
  return Array.isArray(result[0]) ? outputs : outputs[0];
}
