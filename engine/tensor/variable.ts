/** A tensor that lives from step to step: weights, optimizer state, metric state. */
import { setWatched } from '../autodiff/tape';
import { ShapeError } from '../errors';
import { gpu, invalidateCaptures } from '../gpu/gpu';
import { tensor } from './create';
import type { Dtype } from './dtype';
import { HostArray } from './host-array';
import { keep } from './scope';
import { formatShape, sameShape, type Shape } from './shape';
import type { Tensor } from './tensor';

export class Variable {
  readonly value: Tensor;
  private isTrainable: boolean;

  constructor(initial: Tensor, readonly name: string, trainable = true) {
    this.value = keep(initial);
    this.isTrainable = trainable;
    setWatched(this.value, trainable);
  }

  get shape(): Shape {
    return this.value.shape;
  }

  get dtype(): Dtype {
    return this.value.dtype;
  }

  get size(): number {
    return this.value.size;
  }

  /** Whether gradient tapes watch it and optimizers update it. */
  get trainable(): boolean {
    return this.isTrainable;
  }

  set trainable(trainable: boolean) {
    if (trainable === this.isTrainable) return;
    this.isTrainable = trainable;
    setWatched(this.value, trainable);
    invalidateCaptures();
  }

  /** Copies `values` into the variable. In a captured step the copy is part of the step. */
  assign(values: Tensor | HostArray): void {
    const source = values instanceof HostArray ? tensor(values, this.dtype) : values;
    if (!sameShape(source.shape, this.shape) || source.dtype !== this.dtype) {
      throw new ShapeError(
        `Variable "${this.name}" is ${this.dtype}${formatShape(this.shape)}; assign got ${source.dtype}${formatShape(source.shape)}.`,
      );
    }
    gpu().recorder.copy(source, this.value);
    if (source !== values) source.dispose();
  }

  /** The values, on the host. */
  read(): Promise<HostArray> {
    return this.value.array();
  }
}
