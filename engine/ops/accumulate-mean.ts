import accumulateMeanWgsl from '../../shaders/metric/accumulate-mean.wgsl';
import { defineKernel, run } from '../gpu/kernel';
import type { Tensor } from '../tensor/tensor';
import type { Variable } from '../tensor/variable';

const kernel = defineKernel({
  name: 'metric/accumulate-mean',
  source: accumulateMeanWgsl,
  bindings: { state: 'readwrite', x: 'read', w: 'read' },
  params: { rows: 'u32', n: 'u32' },
  overrides: { WEIGHTED: false },
});

/** Adds Σ w·x and Σ w to a running mean, a state of zeros at first; `weights`, if given, has a number for each of `values`. */
export function accumulateMean(state: Variable, values: Tensor, weights?: Tensor): void {
  // Of sequences [batch, time, …] each is a row.
  const rows = values.rank > 1 ? values.shape[0] : 1;
  run(kernel, {
    bind: { state: state.value, x: values, w: weights ?? values },
    params: { rows, n: rows > 0 ? values.size / rows : 0 },
    overrides: { WEIGHTED: weights !== undefined },
    grid: 1,
  });
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
