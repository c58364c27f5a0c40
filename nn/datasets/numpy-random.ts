/**
 * NumPy's legacy generator, `numpy.random.RandomState`: MT19937 (Matsumoto and Nishimura, "Mersenne Twister", 1998),
 * seeded and drawn from as NumPy does. Keras's data sets are put in its order, and only that is what it is for.
 */
const N = 624;
const M = 397;

export class NumpyRandom {
  private readonly state = new Uint32Array(N);
  private used = N;

  /** `seed`: a whole number from 0 to 2³² − 1. */
  constructor(seed: number) {
    this.state[0] = seed;
    for (let i = 1; i < N; i++) {
      const before = this.state[i - 1];
      this.state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
  }

  /** Puts `values` in random order, in place (`RandomState.shuffle`). */
  shuffle<T extends { length: number; [i: number]: unknown }>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.upTo(i);
      [values[i], values[j]] = [values[j], values[i]];
    }
    return values;
  }

  /** 0 to n − 1 in random order (`RandomState.permutation`). */
  permutation(n: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }

  /** An integer from 0 to `max`: as many bits as `max` has, drawn again while they exceed it. */
  private upTo(max: number): number {
    const mask = 2 ** (32 - Math.clz32(max)) - 1;
    let value = this.bits() & mask;
    while (value > max) value = this.bits() & mask;
    return value;
  }

  /** 32 random bits: a word of the state, tempered. */
  private bits(): number {
    if (this.used === N) this.twist();
    let y = this.state[this.used++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** The next 624 words: each from the top bit of one, the other bits of the next, and the word 397 places on. */
  private twist(): void {
    const { state } = this;
    for (let i = 0; i < N; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.used = 0;
  }
}
