/**
 * An op: its shape rule, its kernel dispatches and its gradient, declared in one place.
 * Gradients are written with ops, so gradients of gradients come for free.
 */
import { DtypeError } from '../errors';
import type { Dtype } from '../tensor/dtype';
import { empty, type Tensor, type TensorSpec } from '../tensor/tensor';
import { recordNode } from './tape';

/** What a gradient rule may look at: `dy[i]` belongs to `outputs[i]` and is `null` where nothing flowed back. */
export interface GradientContext<Attrs> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly dy: readonly (Tensor | null)[];
  readonly attrs: Attrs;
}

/** One thunk per input: an input that needs no gradient costs nothing. `null` where there is none by nature (ids). */
export type GradientThunks = readonly ((() => Tensor) | null)[];

export interface OpSpec<Attrs> {
  readonly name: string;
  /** The outputs' shapes and dtypes; throws ShapeError or DtypeError. Pure: needs no device. */
  output(inputs: readonly TensorSpec[], attrs: Attrs): TensorSpec | readonly TensorSpec[];
  /** Records the dispatches that fill `outputs`, which may share a name with no input. */
  forward(inputs: readonly Tensor[], outputs: readonly Tensor[], attrs: Attrs): void;
  /** The output as a view of an input, where no kernel is needed. */
  view?(inputs: readonly Tensor[], spec: TensorSpec, attrs: Attrs): Tensor | null;
  /** Left out for ops that are constant almost everywhere (comparisons, argMax). */
  gradient?(context: GradientContext<Attrs>): GradientThunks;
}

/** An op as ops call it: inputs and attributes in, outputs out. */
export interface Op<Attrs> {
  readonly spec: OpSpec<Attrs>;
  (inputs: readonly Tensor[], attrs: Attrs): Tensor[];
}

export function defineOp<Attrs>(spec: OpSpec<Attrs>): Op<Attrs> {
  const op = (inputs: readonly Tensor[], attrs: Attrs): Tensor[] => {
    const result = spec.output(inputs, attrs);
    const specs = Array.isArray(result) ? (result as readonly TensorSpec[]) : [result as TensorSpec];
    const view = specs.length === 1 ? spec.view?.(inputs, specs[0], attrs) : null;
    const outputs = view ? [view] : specs.map(({ shape, dtype }) => empty(shape, dtype));
    // A kernel never sees an empty tensor, unless it must fill a non-empty output from one (a sum of nothing).
    if (!view && outputs.some(({ size }) => size > 0)) spec.forward(inputs, outputs, attrs);
    if (spec.gradient) recordNode({ name: spec.name, inputs, outputs, gradient: (dy) => spec.gradient!({ inputs, outputs, dy, attrs }) });
    return outputs;
  };
  return Object.assign(op, { spec });
}

/** Throws unless `input` has one of `dtypes`. */
export function expectDtype(op: string, name: string, input: TensorSpec, ...dtypes: Dtype[]): void {
  if (!dtypes.includes(input.dtype)) {
    throw new DtypeError(`${op}: ${name} is ${input.dtype}; expected ${dtypes.join(' or ')}. Convert it with cast.`);
  }
}
