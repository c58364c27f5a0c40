import type { StepScalar } from '../gpu/step-slots';
import { normal, permutation, truncatedNormal, uniform } from './distributions';
import { foldIn, type Key, keyOf } from './key';

/** The key of the seed and how many keys were handed out. */
export interface GeneratorState {
  readonly root: Key;
  readonly drawn: number;
}

/** Hands out keys, each once: the n-th is a function of the seed and n alone. */
export class RandomGenerator {
  /**
   * A key as device data: in a captured step, a new one for every replay. All random ops of the step share it and
   * tell their numbers apart by their stream.
   */
  readonly stepKey: readonly [StepScalar, StepScalar];
  /** Keys handed out so far. */
  drawn = 0;
  private root: Key;
  private current: Key = [0, 0];

  /** Without a seed, every generator is another one. */
  constructor(seed: number = randomSeed()) {
    this.root = keyOf(seed);
    this.stepKey = [
      // A slot is filled in order: the first word draws the key of both.
      { dtype: 'u32', next: () => (this.current = this.nextKey())[0] },
      { dtype: 'u32', next: () => this.current[1] },
    ];
  }

  /** Starts over from `seed`; captured steps that draw from this generator do as well. */
  reseed(seed: number): void {
    this.root = keyOf(seed);
    this.drawn = 0;
  }

  /** Where it stands: what `restore` takes to go on with the same numbers. */
  get state(): GeneratorState {
    return { root: this.root, drawn: this.drawn };
  }

  /** Goes on where another generator, or this one, stood. */
  restore({ root, drawn }: GeneratorState): void {
    this.root = root;
    this.drawn = drawn;
  }

  nextKey(): Key {
    return foldIn(this.root, this.drawn++);
  }

  /** `n` numbers uniform in [min, max). */
  uniform(n: number, min = 0, max = 1): Float32Array {
    return uniform(this.nextKey(), n, min, max);
  }

  /** `n` normal numbers. */
  normal(n: number, mean = 0, stddev = 1): Float32Array {
    return normal(this.nextKey(), n, mean, stddev);
  }

  /** `n` normal numbers less than two deviations from the mean. */
  truncatedNormal(n: number, mean = 0, stddev = 1): Float32Array {
    return truncatedNormal(this.nextKey(), n, mean, stddev);
  }

  /** 0 to n − 1 in random order. */
  permutation(n: number): Uint32Array {
    return permutation(this.nextKey(), n);
  }
}

let shared: RandomGenerator | null = null;

/** The generator of everything that was given none of its own: initial weights, shuffling, dropout. */
export function defaultGenerator(): RandomGenerator {
  return (shared ??= new RandomGenerator());
}

/** Seeds the default generator, a whole number ≥ 0: from here on, the same program draws the same numbers. */
export function setSeed(seed: number): void {
  defaultGenerator().reseed(seed);
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
