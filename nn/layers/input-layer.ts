import type { Dtype } from '../../engine/tensor/dtype';
import type { Tensor } from '../../engine/tensor/tensor';
import { Layer, type PartialShape } from '../core/layer';
import { plan, type SymbolicTensor } from '../core/symbolic';

export interface InputConfig {
  /** The shape of one sample, without the batch; `null` for unknown sizes. */
  readonly shape: PartialShape;
  /** Default `'f32'`; `'string'` for texts, which go into a TextVectorization or TextEmbedding layer. */
  readonly dtype?: Dtype | 'string';
  readonly name?: string;
}

/** Where a functional model starts. Made by `input`. */
export class InputLayer extends Layer {
  override readonly supportsMasking = true;
  override readonly halfInputs = 'any';

  constructor(readonly config: InputConfig) {
    super({ name: config.name, inputShape: config.shape });
  }

  override get inputDtype(): Dtype {
    const { dtype = 'f32' } = this.config;
    // Of texts, the numbers go up to the device.
    return dtype === 'string' ? 'i32' : dtype;
  }

  override call(x: Tensor): Tensor {
    return x;
  }
}

/** A symbolic tensor to apply layers to. https://keras.io/api/layers/core_layers/input/ */
export function input(config: InputConfig): SymbolicTensor {
  const layer = new InputLayer(config);
  const shape = [null, ...config.shape];
  layer.ensureBuilt(shape);
  return plan(layer, [], shape, layer.inputDtype) as SymbolicTensor;
}
