/** A limit on the weights of layers made from a file: no more than the file has, whatever sizes it claims. */
import { DataError } from '../../engine/errors';
import { formatShape, type Shape, sizeOf } from '../../engine/tensor/shape';

let left = Infinity;

/** Runs `work`, in which layers may make weights of at most `elements` numbers in all. */
export function withWeightBudget<T>(elements: number, work: () => T): T {
  const before = left;
  left = elements;
  try {
    return work();
  } finally {
    left = before;
  }
}

export function spendWeights(layer: string, shape: Shape): void {
  left -= sizeOf(shape);
  if (left < 0) throw new DataError(`Layer "${layer}" wants a weight of shape ${formatShape(shape)}, more than the file holds. The file is damaged, or not to be trusted.`);
}
