/** Layers that merge several inputs element by element, with broadcasting. https://keras.io/api/layers/merging_layers/ */
import { ShapeError } from '../../engine/errors';
import { add, div, logicalOr, maximum, minimum, mul, reshape, sub, where } from '../../engine/ops';
import { formatShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { Layer, type PartialShape } from '../core/layer';
import { maskOf } from '../core/mask';
import { alike } from '../core/policy';
import { formatShapes, shapeList, type Shapes } from '../core/structure';

type Combine = (a: Tensor, b: Tensor) => Tensor;

/** Inputs of lower rank get axes of size 1 after the batch. With masks, a step counts if it does in any input. */
export abstract class Merge extends Layer {
  override readonly supportsMasking = true;
  override readonly halfInputs = 'kept';

  override build(inputShapes: Shapes): void {
    const shapes = shapeList(inputShapes);
    if (shapes.length < 2) {
      throw new ShapeError(`Layer "${this.name}" merges several tensors; got one of shape ${formatShapes(shapes)}. Apply it to a list.`);
    }
    this.computeOutputShape(shapes);
  }

  override call(given: readonly Tensor[]): Tensor {
    const inputs = alike(given);
    const rank = Math.max(...inputs.map((x) => x.rank));
    const aligned = inputs.map((x) => reshape(x, [x.shape[0], ...new Array<number>(rank - x.rank).fill(1), ...x.shape.slice(1)]));
    return this.merge(aligned, inputs.map(maskOf));
  }

  protected abstract merge(inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): Tensor;

  override computeOutputShape(inputShapes: readonly PartialShape[]): PartialShape {
    const rank = Math.max(...inputShapes.map((shape) => shape.length));
    const aligned = inputShapes.map((shape) => [shape[0], ...new Array<number>(rank - shape.length).fill(1), ...shape.slice(1)]);
    return aligned[0].map((_, axis) => {
      const sizes = new Set(aligned.map((shape) => shape[axis]));
      const [size, other] = [...sizes].filter((n) => n !== 1 && n !== null);
      if (other !== undefined) {
        throw new ShapeError(`Layer "${this.name}": ${inputShapes.map(formatShape).join(' and ')} do not broadcast; sizes must be equal or 1.`);
      }
      return size ?? (sizes.has(null) ? null : 1);
    });
  }

  override computeMask(inputs: readonly Tensor[]): Tensor | null {
    return anyOf(inputs.map(maskOf));
  }
}

/** Where any of the masks holds; `null`, everywhere, if one of them is. */
function anyOf(masks: readonly (Tensor | null)[]): Tensor | null {
  return masks.reduce((a, b) => a && b && logicalOr(a, b));
}

/** Folds the inputs; where one is masked, the others alone count. */
function fold(combine: Combine, inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): Tensor {
  let [y] = inputs;
  let [mask] = masks;
  for (let i = 1; i < inputs.length; i++) {
    const [x, other] = [inputs[i], masks[i]];
    let merged = combine(y, x);
    if (mask) merged = where(steps(mask, x.rank), merged, x);
    if (other) merged = where(steps(other, x.rank), merged, y);
    y = merged;
    mask = mask && other && logicalOr(mask, other);
  }
  return y;
}

/** A mask [batch, time] as a condition for tensors of a rank. */
function steps(mask: Tensor, rank: number): Tensor {
  return reshape(mask, [...mask.shape, ...new Array<number>(rank - mask.rank).fill(1)]);
}

/** The sum of all inputs. */
export class Add extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((a, b) => add(a, b));
  }
}

/** The first of two inputs minus the second. */
export class Subtract extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    if (inputs.length !== 2) throw new ShapeError(`Layer "${this.name}" takes two tensors; got ${inputs.length}.`);
    return sub(inputs[0], inputs[1]);
  }
}

/** The product of all inputs; masked steps do not count, and where all are masked it is 0. */
export class Multiply extends Merge {
  protected override merge(inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): Tensor {
    const product = fold(mul, inputs, masks);
    const mask = anyOf(masks);
    return mask ? where(steps(mask, product.rank), product, 0) : product;
  }
}

/** The mean of all inputs. */
export class Average extends Merge {
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return div(inputs.reduce((a, b) => add(a, b)), inputs.length);
  }
}

/** The largest of the inputs; masked steps do not count. */
export class Maximum extends Merge {
  protected override merge(inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): Tensor {
    return fold(maximum, inputs, masks);
  }
}

/** The smallest of the inputs; masked steps do not count. */
export class Minimum extends Merge {
  protected override merge(inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): Tensor {
    return fold(minimum, inputs, masks);
  }
}
