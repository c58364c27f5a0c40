import { grid, power, step } from '../../../shaders/lib';
import source from '../../../shaders/update/nadam.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const kernel = defineKernel({
  name: 'update/nadam',
  source,
  lib: [grid, power, step],
  bindings: { p: 'readwrite', g: 'read', m: 'readwrite', v: 'readwrite' },
  params: { n: 'u32', beta_2: 'f32', rest_1: 'f32', rest_2: 'f32', epsilon: 'f32' },
  step: true,
});

export interface NadamAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Updates a run of parameters; `range.states` are m and v, `scalars` the learning rate, the step number from 1, and the weights of momentum and gradient. */
export function nadamUpdate(range: ArenaRange, scalars: readonly StepScalar[], { beta1, beta2, epsilon }: NadamAttrs): void {
  for (const { n, bind, grid } of vec4Lanes(range)) {
    run(kernel, {
      bind: { p: bind[0], g: bind[1], m: bind[2], v: bind[3] },
      params: { n, beta_2: beta2, rest_1: 1 - beta1, rest_2: 1 - beta2, epsilon },
      scalars,
      grid,
    });
  }
}
