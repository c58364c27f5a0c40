/** Weights on their way to a file and back: groups of arrays by path, as Keras lays them out. */
import { DataError } from '../../engine/errors';
import type { HostArray } from '../../engine/tensor/host-array';
import { formatShape, sameShape, type Shape } from '../../engine/tensor/shape';

/** Keras keeps the step number in 64 bits. */
export type Stored = HostArray | bigint;

/** A group of the file: its datasets, and the name of the layer that they belong to. */
export interface StoredGroup {
  readonly name?: string;
  readonly arrays: readonly Stored[];
  /** Arrays that have names in place of numbers; in HDF5 files only. */
  readonly named?: Readonly<Record<string, HostArray>>;
}

/** What may be asked of an open file. Nothing is read that does not have the expected shape. */
export interface StoredReader {
  has(group: string): boolean;
  /** The groups that hold arrays; an error if there are more than `most` groups in all: a file may lead to one on 2ⁿ ways. */
  groups(most: number): string[];
  /** How many arrays a group has. */
  count(group: string): number;
  /** An array of a group, by number or by name, as f32, if it has this shape. */
  array(group: string, index: number | string, shape: Shape): HostArray;
  /** A single number. */
  scalar(group: string, index: number): number;
}

export type StoredGroups = ReadonlyMap<string, StoredGroup>;

export function checkStoredShape(what: string, stored: Shape, expected: Shape): void {
  if (sameShape(stored, expected)) return;
  throw new DataError(`${what} is ${formatShape(stored)}; the model expects ${formatShape(expected)}. Is it a file of another model?`);
}
