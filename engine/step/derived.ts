/**
 * What the host can work out from the values of an input and a kernel wants beside it: ids sorted by row, say.
 * In a captured step these companions are inputs themselves, filled whenever their input is.
 */
import { tensor } from '../tensor/create';
import { hostDtype, newTypedArray, type TypedArray } from '../tensor/dtype';
import { sizeOf } from '../tensor/shape';
import { type Tensor, type TensorSpec, toTypedArray } from '../tensor/tensor';
import type { Storage } from '../gpu/storage';

export interface Derivation {
  /** The same for equal derivations of one input, which share their companions. */
  readonly key: string;
  readonly companions: readonly TensorSpec[];
  /** Fills the companions from the input's elements. */
  fill(values: TypedArray, companions: readonly TypedArray[]): void;
}

type Source = (derivation: Derivation) => readonly Tensor[];

const sources = new WeakMap<Storage, Source>();

/** Declares that the host fills `storage` anew for every step. */
export function registerSource(storage: Storage, source: Source): void {
  sources.set(storage, source);
}

/** The companions of `input`, or `null` if only the device knows its values. */
export function derive(input: Tensor, derivation: Derivation): readonly Tensor[] | null {
  const { storage } = input;
  if (input.byteOffset !== 0) return null;
  const source = sources.get(storage);
  if (source) return source(derivation);
  if (!storage.upload || input.dtype === 'f16') return null;
  const values = toTypedArray(storage.upload.slice(0, input.byteLength).buffer, input.dtype);
  const arrays = derivation.companions.map(({ shape, dtype }) => newTypedArray(hostDtype(dtype), sizeOf(shape)));
  derivation.fill(values, arrays);
  return arrays.map((array, i) => tensor(array, derivation.companions[i].dtype, derivation.companions[i].shape));
}
