import { ValueError } from '../../engine/errors';
import { abs, add, mul, square, sum } from '../../engine/ops';
import type { Tensor } from '../../engine/tensor/tensor';
import { Regularizer } from './regularizer';

const ofSizes = (x: Tensor, factor: number): Tensor => mul(factor, sum(abs(x)));
const ofSquares = (x: Tensor, factor: number): Tensor => mul(factor, sum(square(x)));

function checked(name: string, factor: number): number {
  if (factor >= 0 && factor < Infinity) return factor;
  throw new ValueError(`Regularizer: ${name} is ${factor}; expected a number ≥ 0.`);
}

/** l1 · Σ|x|. */
export class L1 extends Regularizer {
  private readonly l1: number;

  constructor({ l1 = 0.01 }: { readonly l1?: number } = {}) {
    super();
    this.l1 = checked('l1', l1);
  }

  override call(x: Tensor): Tensor {
    return ofSizes(x, this.l1);
  }

  override getConfig(): Record<string, unknown> {
    return { l1: this.l1 };
  }
}

/** l2 · Σx². */
export class L2 extends Regularizer {
  private readonly l2: number;

  constructor({ l2 = 0.01 }: { readonly l2?: number } = {}) {
    super();
    this.l2 = checked('l2', l2);
  }

  override call(x: Tensor): Tensor {
    return ofSquares(x, this.l2);
  }

  override getConfig(): Record<string, unknown> {
    return { l2: this.l2 };
  }
}

/** l1 · Σ|x| + l2 · Σx². */
export class L1L2 extends Regularizer {
  private readonly l1: number;
  private readonly l2: number;

  constructor({ l1 = 0, l2 = 0 }: { readonly l1?: number; readonly l2?: number } = {}) {
    super();
    this.l1 = checked('l1', l1);
    this.l2 = checked('l2', l2);
  }

  override call(x: Tensor): Tensor {
    return add(ofSizes(x, this.l1), ofSquares(x, this.l2));
  }

  override getConfig(): Record<string, unknown> {
    return { l1: this.l1, l2: this.l2 };
  }
}
