/** What can be tuned: kernels that have several variants for the same work. */
import type { Kernel } from '../gpu/kernel';
import { sha256 } from '../hash';

export interface Tunable {
  readonly name: string;
  /** Whatever a measurement was made of: new sources make it void. */
  readonly kernels: readonly Pick<Kernel, 'spec'>[];
}

/** One kind of work in all its variants, ready to be measured. */
export interface Trial<V> {
  /** Records one run on memory of its own. */
  run(variant: V): void;
  /** Gives that memory back. */
  dispose(): void;
}

/** Variants by name, the cost model's choice first. All do the same work for every shape of the class. */
export type Variants<V> = ReadonlyMap<string, V>;

const all = new Map<string, Tunable>();

export function defineTunable(tunable: Tunable): Tunable {
  all.set(tunable.name, tunable);
  return tunable;
}

/** A hash over the kernels' sources for each tunable, by name. */
export async function sourceHashes(): Promise<Record<string, string>> {
  const entries = [...all.values()].map(async ({ name, kernels }) => {
    const sources = kernels.flatMap(({ spec }) => [spec, ...spec.lib].map(({ name, source }) => `${name}\n${source}`));
    return [name, (await sha256(sources.join('\n'))).slice(0, 16)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Sizes of one class are as large as the next power of two. */
export function sizeClass(...sizes: readonly number[]): string {
  return sizes.map((size) => (size > 0 ? 2 ** Math.ceil(Math.log2(size)) : 0)).join('×');
}
