import accumulateMeanWgsl from '../../shaders/metric/accumulate-mean.wgsl';
import { defineKernel, run } from '../gpu/kernel';
import type { Tensor } from '../tensor/tensor';
import type { Variable } from '../tensor/variable';

const kernel = defineKernel({
  name: 'metric/accumulate-mean',
  source: accumulateMeanWgsl,
  bindings: { state: 'readwrite', x: 'read', w: 'read' },
  params: { n: 'u32' },
  overrides: { WEIGHTED: false },
});

/** Adds Σ w·x and Σ w to a running mean; `weights`, if given, has a number for each of `values`. No gradient. */
export function accumulateMean(state: Variable, values: Tensor, weights?: Tensor): void {
  run(kernel, {
    bind: { state: state.value, x: values, w: weights ?? values },
    params: { n: values.size },
    overrides: { WEIGHTED: weights !== undefined },
    grid: 1,
  });
}

/** The mean in a state read back by the host; 0 of nothing, as Keras has it. */
export function meanOfState([total, totalRest, weight, weightRest]: ArrayLike<number> & Iterable<number>): number {
  return weight === 0 ? 0 : (total + totalRest) / (weight + weightRest);
}
