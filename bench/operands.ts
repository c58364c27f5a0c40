/** Operands that are the same in every run, and how results are compared with what they should be. */
import { tensor } from '../engine/tensor/create';
import { HostArray } from '../engine/tensor/host-array';
import { type Shape, sizeOf } from '../engine/tensor/shape';
import type { Tensor } from '../engine/tensor/tensor';

/** A linear congruential generator of numbers in [0, 1). */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Numbers in [−scale, scale). */
export function randomArray(shape: Shape, seed: number, scale = 1): HostArray {
  const next = uniform(seed);
  return new HostArray(Float32Array.from({ length: sizeOf(shape) }, () => scale * (2 * next() - 1)), shape);
}

export function random(shape: Shape, seed: number, scale = 1): Tensor {
  return tensor(randomArray(shape, seed, scale));
}

/** Whole numbers in [0, below). */
export function randomIds(shape: Shape, below: number, seed: number): HostArray {
  const next = uniform(seed);
  return new HostArray(Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(next() * below)), shape);
}

/** Throws where |got − want| exceeds `tolerance` times the largest |want|. */
export function expectClose(what: string, got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number): void {
  if (got.length < want.length) throw new Error(`${what}: ${got.length} numbers, expected ${want.length}`);
  let largest = 0;
  for (let i = 0; i < want.length; i++) largest = Math.max(largest, Math.abs(want[i]));
  if (largest === 0) throw new Error(`${what}: the reference is all zeros, which checks nothing`);
  for (let i = 0; i < want.length; i++) {
    if (!(Math.abs(got[i] - want[i]) <= tolerance * largest)) throw new Error(`${what}: [${i}] is ${got[i]}, expected ${want[i]}`);
  }
}
