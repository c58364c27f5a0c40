/** One or several: most layers take one tensor and give one, some take or give more. */
import { ShapeError } from '../../engine/errors';
import { formatShape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';

/** A shape with unknown sizes, usually the batch. */
export type PartialShape = readonly (number | null)[];

export type Tensors = Tensor | readonly Tensor[];
export type Shapes = PartialShape | readonly PartialShape[];

export function toList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

export function shapeList(shapes: Shapes): readonly PartialShape[] {
  return Array.isArray(shapes[0]) ? (shapes as readonly PartialShape[]) : [shapes as PartialShape];
}

/** The one tensor of `value`; an error that names `what` if there are several. */
export function single(value: Tensors, what: string): Tensor {
  const list = toList(value);
  if (list.length !== 1) throw new ShapeError(`${what}: ${list.length} tensors where one was expected.`);
  return list[0];
}

/** `[null, 3]`, or `[null, 3] and [null, 4]` where there are several. */
export function formatShapes(shapes: Shapes): string {
  return shapeList(shapes).map(formatShape).join(' and ');
}

export function singleShape(shapes: Shapes, what: string): PartialShape {
  const list = shapeList(shapes);
  if (list.length !== 1) throw new ShapeError(`${what}: ${list.length} shapes where one was expected.`);
  return list[0];
}
