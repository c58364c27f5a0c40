import { ValueError } from '../../engine/errors';
import { tensor, type TensorLike } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { Layer } from './layer';
import { StringArray } from './string-array';

/**
 * A layer that works on the host, on batches that are not yet on the device: text never gets there. Such layers come
 * first in a model, and `fit`, `evaluate` and `predict` run them as they make each batch.
 */
export abstract class HostLayer extends Layer {
  /** The layer's output for a batch on the host. */
  abstract callHost(inputs: HostArray | StringArray): HostArray;

  override get preparesInputs(): boolean {
    return true;
  }

  override prepare(inputs: HostArray | StringArray): HostArray {
    return this.callHost(inputs);
  }

  /** Inputs have been through `callHost` by now. */
  override call(outputs: Tensor): Tensor {
    return outputs;
  }

  protected override toTensor(inputs: TensorLike | StringArray): Tensor {
    if (inputs instanceof HostArray || inputs instanceof StringArray) return tensor(this.callHost(inputs), this.inputDtype);
    throw new ValueError(`Layer "${this.name}" works on the host and takes no tensors: in a model it has to come before all layers that do.`);
  }
}
