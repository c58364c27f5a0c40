/** Broadcasting on the host: which elements of its operands an elementwise op reads. Pure. */
import { type Shape, sizeOf, stridesOf } from '../../tensor/shape';

/** A loop nest over an output, and how far each operand moves per step of each axis (0 where it repeats). */
export interface Nest {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** How far a tensor of `shape` moves per step of each axis of `output`, to which it broadcasts: 0 where it repeats. */
export function broadcastStrides(shape: Shape, output: Shape): number[] {
  const strides = stridesOf(shape);
  const lead = output.length - shape.length;
  return output.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : strides[axis - lead]));
}

/** The smallest nest for operands of `shapes` broadcast to `output`: axes that every operand walks alike are merged. */
export function collapse(output: Shape, shapes: readonly Shape[]): Nest {
  const padded = shapes.map((shape) => broadcastStrides(shape, output));
  const sizes: number[] = [];
  const strides: number[][] = shapes.map(() => []);
  for (let axis = output.length - 1; axis >= 0; axis--) {
    if (output[axis] === 1) continue;
    const merges = sizes.length > 0 && padded.every((s, j) => s[axis] === strides[j][0] * sizes[0]);
    if (merges) {
      sizes[0] *= output[axis];
    } else {
      sizes.unshift(output[axis]);
      padded.forEach((s, j) => strides[j].unshift(s[axis]));
    }
  }
  return { sizes, strides };
}

/** Whether every operand is walked element by element or is one element. */
export function isFlat({ sizes, strides }: Nest): boolean {
  return sizes.length <= 1 || sizeOf(sizes) === 0 || strides.every((s) => s.every((n) => n === 0));
}

/** A box of a nest: its sizes, the first element of its output, and what each operand reads. */
export interface Block {
  readonly sizes: readonly number[];
  readonly first: number;
  readonly inputs: readonly { readonly first: number; readonly span: number; readonly strides: readonly number[] }[];
}

/** Splits a nest along its leading axes until output and operands take at most `limit` elements each. */
export function* blocks({ sizes, strides }: Nest, limit: number, first = 0, offsets = strides.map(() => 0)): Generator<Block> {
  const size = sizeOf(sizes);
  if (size === 0) return;
  const [count = 1, ...inner] = sizes;
  const innerSize = size / count;
  const spans = strides.map((s) => 1 + s.reduce((sum, stride, i) => sum + stride * (sizes[i] - 1), 0));
  const fits = (n: number): boolean => n * innerSize <= limit && strides.every((s, j) => spans[j] - (s[0] ?? 0) * (count - n) <= limit);
  if (fits(count)) {
    yield { sizes, first, inputs: strides.map((s, j) => ({ first: offsets[j], span: spans[j], strides: s })) };
    return;
  }
  // As many steps along the first axis as fit, or one, whose inner axes are split then.
  let step = count;
  while (step > 1 && !fits(step)) step = Math.ceil(step / 2);
  for (let i = 0; i < count; i += step) {
    const n = Math.min(step, count - i);
    const part = fits(n) ? { sizes: [n, ...inner], strides } : { sizes: inner, strides: strides.map((s) => s.slice(1)) };
    yield* blocks(part, limit, first + i * innerSize, offsets.map((offset, j) => offset + i * strides[j][0]));
  }
}
