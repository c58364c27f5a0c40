import { ValueError } from '../../engine/errors';
import { invalidateCaptures } from '../../engine/gpu/gpu';
import type { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { HostLayer } from '../core/host-layer';
import type { CallContext, Layer } from '../core/layer';
import type { DtypePolicy } from '../core/policy';
import type { StringArray } from '../core/string-array';
import { type PartialShape, single, singleShape } from '../core/structure';
import { Model } from './model';

export interface SequentialConfig {
  readonly name?: string;
  readonly trainable?: boolean;
  /** What files say of the model as a whole; its layers have their own. Default: the global policy. */
  readonly dtype?: DtypePolicy;
}

/** Layers one after the other. https://keras.io/api/models/sequential/ */
export class Sequential extends Model {
  private readonly stack: Layer[] = [];

  constructor(layers: readonly Layer[] = [], config: SequentialConfig = {}) {
    super(config);
    for (const layer of layers) this.add(layer);
  }

  /** Appends a layer (or a model). With an `inputShape` on the first layer, the weights exist at once. */
  add(layer: Layer): void {
    if (this.stack.some(({ name }) => name === layer.name)) {
      throw new ValueError(`Sequential "${this.name}": there is already a layer named "${layer.name}"; names must be unique.`);
    }
    if (layer instanceof HostLayer && this.deviceLayers.length > 0) {
      throw new ValueError(`Sequential "${this.name}": layer "${layer.name}" works on the host and has to come before "${this.deviceLayers[0].name}".`);
    }
    const input = this.inputShape ?? (this.stack.length === 0 ? shapeFrom(layer) : null);
    if (input) {
      let shape = input;
      for (const before of this.stack) shape = this.after(before, shape);
      layer.ensureBuilt(shape);
    }
    if (!this.trainable) layer.trainable = false;
    this.stack.push(layer);
    // Steps recorded before know nothing of the new layer.
    invalidateCaptures();
  }

  override get graph(): 'chain' {
    return 'chain';
  }

  override get inputShape(): PartialShape | null {
    return this.stack?.length > 0 ? shapeFrom(this.stack[0]) ?? (this.builtShape as PartialShape | null) : null;
  }

  override get inputDtype(): Layer['inputDtype'] {
    return (this.deviceLayers[0] ?? this.stack?.[0])?.inputDtype ?? 'f32';
  }

  override checkInputs(inputs: HostArray): void {
    this.deviceLayers[0]?.checkInputs(inputs);
  }

  override get inputLengthVaries(): boolean {
    let shape = this.inputShape;
    for (const layer of this.stack) if (layer instanceof HostLayer) shape = shape && this.after(layer, shape);
    return shape?.[1] === null;
  }

  override get preparesInputs(): boolean {
    return this.stack?.[0]?.preparesInputs ?? false;
  }

  override prepare(inputs: HostArray | StringArray): HostArray {
    if (!this.preparesInputs) return super.prepare(inputs);
    this.ensureBuilt([null, ...inputs.shape.slice(1)]);
    const [first, ...others] = this.stack;
    return others.reduce((value, layer) => (layer instanceof HostLayer ? layer.prepare(value) : value), first.prepare(inputs));
  }

  /** The layers that compute on the device: all but those at the beginning that work on the host. */
  private get deviceLayers(): readonly Layer[] {
    return this.stack?.filter((layer) => !(layer instanceof HostLayer)) ?? [];
  }

  override build(inputShape: PartialShape): void {
    if (this.stack.length === 0) throw new ValueError(`Sequential "${this.name}" has no layers.`);
    let shape = inputShape;
    for (const layer of this.stack) {
      layer.ensureBuilt(shape);
      shape = this.after(layer, shape);
    }
  }

  override call(x: Tensor, { training, mask }: CallContext): Tensor {
    return this.deviceLayers.reduce((value: Tensor, layer, i) => {
      const outputs = layer.apply(value, i === 0 ? { training, mask } : { training });
      return single(outputs, `Layer "${layer.name}" in Sequential "${this.name}"`);
    }, x);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return this.stack.reduce((shape: PartialShape, layer) => this.after(layer, shape), inputShape);
  }

  private after(layer: Layer, shape: PartialShape): PartialShape {
    return singleShape(layer.computeOutputShape(shape), `Layer "${layer.name}" in Sequential "${this.name}"`);
  }
}

/** The shape that a layer takes: declared, or the one that its weights were made for (a model inside a model). */
function shapeFrom(layer: Layer): PartialShape | null {
  if (layer.inputShape || layer.weights.length === 0) return layer.inputShape;
  return layer.builtShape && singleShape(layer.builtShape, `Layer "${layer.name}"`);
}

/** `sequential([layers.flatten(…), …], { name })` */
export const sequential = (layers?: readonly Layer[], config?: SequentialConfig): Sequential => new Sequential(layers, config);
