/** Keys: where a stream of random numbers starts. The same as JAX's. */
import { ValueError } from '../errors';
import { threefry, type Words } from './threefry';

export type Key = Words;

/** The key of a seed, a whole number from 0 to 2⁵³ − 1. */
export function keyOf(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ValueError(`Seed ${seed} must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`);
  }
  return [Math.floor(seed / 2 ** 32), seed >>> 0];
}

/** Another key, for the item numbered `data` (below 2³²): keys of different items are independent. */
export function foldIn(key: Key, data: number): Key {
  return threefry(key, [0, data >>> 0]);
}
