/**
 * SplitMix32: a counter in steps of the golden ratio, put through MurmurHash3's 32-bit finalizer (Steele, Lea,
 * Flood 2014; Appleby). Integers only, so the synthetic sets are the same bytes on every machine.
 */
export class Random {
  private state: number;

  /** The `stream`-th independent sequence of `seed`. */
  constructor(seed: number, stream = 0) {
    this.state = finalize(finalize(seed) ^ stream);
  }

  /** 32 random bits, as an unsigned integer. */
  bits(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    return finalize(this.state);
  }

  /** Uniform over [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * (this.bits() / 2 ** 32);
  }

  /** An integer from 0 to `n` - 1. */
  below(n: number): number {
    return Math.floor(this.between(0, n));
  }

  chance(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}

function finalize(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
