/**
 * Two ways to look for hyperparameters, whatever they belong to: a *trial* is one choice of them, which can be trained
 * for some epochs and, later, for some more.
 */

export interface Trial {
  /** Epochs trained so far. */
  readonly epochs: number;
  /** The best so far of what is to be large; −Infinity before training. */
  readonly score: number;
  /** Trains until `epochs` epochs are done in all. */
  trainTo(epochs: number): Promise<void>;
}

/** Trains `trials` new trials for `epochs` epochs each, and returns all, the best first. */
export async function randomSearch<T extends Trial>(newTrial: () => T, trials: number, epochs: number): Promise<T[]> {
  const all = Array.from({ length: trials }, newTrial);
  for (const trial of all) await trial.trainTo(epochs);
  return bestFirst(all);
}

/** How many trials go how far in a bracket, round by round. */
export type Bracket = readonly { readonly trials: number; readonly epochs: number }[];

/**
 * The brackets of Hyperband (Li et al. 2018, algorithm 1). Bracket s, from s_max = ⌊log_η R⌋ down to 0, begins with
 * ⌈(s_max + 1)/(s + 1) · η^s⌉ trials of R/η^s epochs; after each round the best 1/η of them go on for η times as long.
 * R is `maxEpochs`, η is `factor`; epochs are rounded.
 */
export function brackets(maxEpochs: number, factor: number): Bracket[] {
  // A logarithm of an exact power may come out a little low.
  const most = Math.floor(Math.log(maxEpochs) / Math.log(factor) + 1e-9);
  return Array.from({ length: most + 1 }, (_, i) => {
    const s = most - i;
    const trials = Math.ceil(((most + 1) / (s + 1)) * factor ** s);
    return Array.from({ length: s + 1 }, (_, round) => ({
      trials: Math.floor(trials / factor ** round),
      epochs: Math.max(1, Math.round(maxEpochs / factor ** (s - round))),
    }));
  });
}

/** Runs all brackets with new trials and returns all of these, the best first. */
export async function hyperband<T extends Trial>(newTrial: () => T, maxEpochs: number, factor: number): Promise<T[]> {
  const all: T[] = [];
  for (const bracket of brackets(maxEpochs, factor)) {
    let running = Array.from({ length: bracket[0].trials }, newTrial);
    all.push(...running);
    for (const { trials, epochs } of bracket) {
      running = bestFirst(running).slice(0, trials);
      for (const trial of running) await trial.trainTo(epochs);
    }
  }
  return bestFirst(all);
}

function bestFirst<T extends Trial>(trials: readonly T[]): T[] {
  return [...trials].sort((a, b) => b.score - a.score);
}
