/** Gradients as users ask for them. */
import { ValueError } from '../errors';
import { asTensor, ones, type TensorLike, zeros } from '../tensor/create';
import type { Tensor } from '../tensor/tensor';
import { Variable } from '../tensor/variable';
import { backward } from './backward';
import { Tape, withTape } from './tape';

/**
 * Records what `record` computes and differentiates it, like TensorFlow's GradientTape.
 * Trainable variables are watched by themselves.
 */
export class GradientTape {
  private readonly tape: Tape;
  private used = false;

  constructor(private readonly options: { readonly persistent?: boolean } = {}) {
    this.tape = new Tape(options.persistent ? Infinity : 1);
  }

  /** Watches a tensor that is no trainable variable. */
  watch(tensor: Tensor | Variable): void {
    this.tape.watch(asTensor(tensor));
  }

  /** Runs `fn` on the tape and returns its result. */
  record<T>(fn: () => T): T {
    return withTape(this.tape, fn);
  }

  /**
   * The gradient of `target` (of its sum, if it is no scalar) with respect to each source; `null` where there is no
   * connection. Once per tape, unless it is persistent.
   */
  gradient(target: Tensor, sources: readonly (Tensor | Variable)[], outputGradient?: Tensor): (Tensor | null)[] {
    if (this.used && !this.options.persistent) {
      throw new ValueError('GradientTape.gradient was called twice; make the tape with { persistent: true }.');
    }
    this.used = true;
    const result = backward(this.tape, target, outputGradient ?? ones(target.shape, target.dtype), sources.map(asTensor));
    if (!this.options.persistent) this.tape.nodes.length = 0;
    return result;
  }
}

/** The gradient function of `fn`, a function of tensors to a tensor (its sum is differentiated). */
export function grad(fn: (...inputs: Tensor[]) => Tensor): (...inputs: TensorLike[]) => Tensor[] {
  const both = valueAndGrad(fn);
  return (...inputs) => both(...inputs).gradients;
}

/** Like `grad`, with the function's value beside the gradients. An input that does not matter has gradient 0. */
export function valueAndGrad(
  fn: (...inputs: Tensor[]) => Tensor,
): (...inputs: TensorLike[]) => { value: Tensor; gradients: Tensor[] } {
  return (...inputs) => {
    const tensors = inputs.map(asTensor);
    const tape = new GradientTape();
    for (const input of tensors) tape.watch(input);
    const value = tape.record(() => fn(...tensors));
    const gradients = tape.gradient(value, tensors).map((g, i) => g ?? zeros(tensors[i].shape, tensors[i].dtype));
    return { value, gradients };
  };
}
