import accumulateMeanWgsl from '../../../shaders/metric/accumulate-mean.wgsl';
import { expectDtype } from '../../autodiff/op';
import { defineKernel, run } from '../../gpu/kernel';
import { empty, type Tensor } from '../../tensor/tensor';
import type { Variable } from '../../tensor/variable';

const kernel = defineKernel({
  name: 'metric/accumulate-mean',
  source: accumulateMeanWgsl,
  bindings: { state_0: 'readwrite', x_0: 'read', state_1: 'readwrite', x_1: 'read', state_2: 'readwrite', x_2: 'read', w: 'read' },
  params: { rows_0: 'u32', n_0: 'u32', rows_1: 'u32', n_1: 'u32', rows_2: 'u32', n_2: 'u32', weighted: 'u32' },
});

/** Means that one dispatch accumulates: more would take more bindings than every adapter has. */
const MEANS = 3;

/** What a running mean is to take in. */
interface Batch {
  /** Zeros at first. */
  readonly state: Variable;
  readonly values: Tensor;
  /** A number for each of `values`. */
  readonly weights: Tensor | undefined;
}

let gathered: Batch[] | null = null;

/** Adds Σ w·x and Σ w to a running mean, a state of zeros at first; `weights`, if given, has a number for each of `values`. */
export function accumulateMean(state: Variable, values: Tensor, weights?: Tensor): void {
  expectDtype('accumulateMean', 'values', values, 'f32');
  if (weights) expectDtype('accumulateMean', 'weights', weights, 'f32');
  const batch = { state, values, weights };
  if (gathered) gathered.push(batch);
  else record([batch]);
}

/** Running means that `fn` adds to share dispatches, which come when it is done; nothing may look at their states before. */
export function accumulateTogether(fn: () => void): void {
  if (gathered) return fn();
  const batches: Batch[] = (gathered = []);
  try {
    fn();
  } finally {
    gathered = null;
  }
  while (batches.length > 0) {
    // The next one, and others that can go along: another state, and the same weights if any.
    const together: Batch[] = [];
    for (const batch of batches) if (together.length < MEANS && together.every((other) => fits(batch, other))) together.push(batch);
    for (const batch of together) batches.splice(batches.indexOf(batch), 1);
    record(together);
  }
}

function fits(a: Batch, b: Batch): boolean {
  return a.state !== b.state && (!a.weights || !b.weights || a.weights === b.weights);
}

function record(batches: readonly Batch[]): void {
  // No state may be bound twice: means that are not there write to nothing.
  const nothing = Array.from({ length: MEANS - batches.length }, () => empty([MEAN_STATE_SIZE]));
  const states = [...batches.map(({ state }) => state.value), ...nothing];
  const x = Array.from({ length: MEANS }, (_, j) => (batches[j] ?? batches[0]).values);
  // Of sequences [batch, time, …] each is a row.
  const rows = x.map(({ rank, shape }) => (rank > 1 ? shape[0] : 1));
  const n = x.map(({ size }, j) => (rows[j] > 0 ? size / rows[j] : 0));
  run(kernel, {
    bind: {
      state_0: states[0], x_0: x[0], state_1: states[1], x_1: x[1], state_2: states[2], x_2: x[2],
      w: batches.find(({ weights }) => weights)?.weights ?? x[0],
    },
    params: {
      rows_0: rows[0], n_0: n[0], rows_1: rows[1], n_1: n[1], rows_2: rows[2], n_2: n[2],
      weighted: batches.reduce((bits, { weights }, j) => bits | (weights ? 1 << j : 0), 0),
    },
    grid: [batches.length, 1, 1],
  });
  for (const tensor of nothing) tensor.dispose();
}

/** Numbers in the state of a running mean: the step count, then pairs (Σ w·x, Σ w) of single steps and of many. */
export const MEAN_STATE_SIZE = 2 + 2 * 512;

/** The mean in a state read back by the host; 0 of nothing, as Keras has it. */
export function meanOfState(state: ArrayLike<number>): number {
  const { total, weight } = sumsOfState(state);
  return weight === 0 ? 0 : total / weight;
}

/** Σ w·x and Σ w in a state read back by the host, added in f64. */
export function sumsOfState(state: ArrayLike<number>): { readonly total: number; readonly weight: number } {
  let total = 0;
  let weight = 0;
  for (let i = 2; i < MEAN_STATE_SIZE; i += 2) {
    total += state[i];
    weight += state[i + 1];
  }
  return { total, weight };
}
