/** Random numbers on the host, each array a pure function of a key: for initial weights and the order of samples. */
import type { Key } from './key';
import { randomBits, threefryInto } from './threefry';

/** Uniform in [min, max), on a grid of 2²⁴ steps, so that [0, 1) is exact in f32. */
export function uniform(key: Key, n: number, min = 0, max = 1): Float32Array {
  const step = (max - min) * 2 ** -24;
  return Float32Array.from(randomBits(key, n), (bits) => min + step * (bits >>> 8));
}

/** Normal, by Box and Muller: the two words of a counter make two numbers, computed in f64. */
export function normal(key: Key, n: number, mean = 0, stddev = 1): Float32Array {
  const out = new Float32Array(n);
  const next = normals(key);
  for (let i = 0; i < n; i++) out[i] = mean + stddev * next();
  return out;
}

/** Normal without what lies two deviations or more from the mean, which is drawn again, as in Keras. */
export function truncatedNormal(key: Key, n: number, mean = 0, stddev = 1): Float32Array {
  const out = new Float32Array(n);
  const next = normals(key);
  for (let i = 0; i < n; i++) {
    let z = next();
    while (Math.abs(z) >= 2) z = next();
    out[i] = mean + stddev * z;
  }
  return out;
}

/** 0 to n − 1 in random order, every order equally likely (Fisher and Yates). */
export function permutation(key: Key, n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const next = integers(key);
  for (let i = n - 1; i > 0; i--) {
    const j = next(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Whole numbers one after the other: `next(n)` is uniform over 0 … n − 1. */
export function integers(key: Key): (n: number) => number {
  const next = words(key);
  return (n) => {
    // Words in the incomplete last run of n numbers would favour the small ones.
    const end = 2 ** 32 - (2 ** 32 % n);
    let word = next();
    while (word >= end) word = next();
    return word % n;
  };
}

/** The normal numbers of a key, one after the other. */
function normals(key: Key): () => number {
  const next = words(key);
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const z = spare;
      spare = null;
      return z;
    }
    // Half a step up, so that 0 has a logarithm.
    const radius = Math.sqrt(-2 * Math.log((next() + 0.5) * 2 ** -32));
    const angle = 2 * Math.PI * next() * 2 ** -32;
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** The words of a key one after the other: those of `randomBits`, without end. */
function words(key: Key): () => number {
  const pair = new Uint32Array(2);
  let drawn = 0;
  return () => {
    if (drawn % 2 === 0) threefryInto(pair, 0, key, drawn / 2, 0);
    return pair[drawn++ % 2];
  };
}
