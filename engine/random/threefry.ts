/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): two random words for
 * each counter, a pure function of it and the key. The same bits as shaders/lib/threefry.wgsl, and as JAX's.
 */

/** Two words of 32 bits. */
export type Words = readonly [number, number];

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];

/** The two words of one counter. */
export function threefry(key: Words, counter: Words): Words {
  const out = new Uint32Array(2);
  threefryInto(out, 0, key, counter[0], counter[1]);
  return [out[0], out[1]];
}

/** `n` random words: two for each of the counters (0, stream), (1, stream), … */
export function randomBits(key: Words, n: number, stream = 0): Uint32Array {
  const out = new Uint32Array(n + (n % 2));
  for (let i = 0; i < out.length; i += 2) threefryInto(out, i, key, i / 2, stream);
  return out.subarray(0, n);
}

/** Writes the two words of a counter to `out[at]` and `out[at + 1]`. */
export function threefryInto(out: Uint32Array, at: number, key: Words, c0: number, c1: number): void {
  // The three key words take turns in being added after every four rounds.
  let [a, b, c] = [key[0] | 0, key[1] | 0, key[0] ^ key[1] ^ 0x1bd11bda];
  let x0 = (c0 + a) | 0;
  let x1 = (c1 + b) | 0;
  for (let group = 0; group < 5; group++) {
    for (let round = 0; round < 4; round++) {
      const r = ROTATIONS[(group % 2) * 4 + round];
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    }
    x0 = (x0 + b) | 0;
    x1 = (x1 + c + group + 1) | 0;
    [a, b, c] = [b, c, a];
  }
  out[at] = x0;
  out[at + 1] = x1;
}
