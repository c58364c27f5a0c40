import { grid, power, step } from '../../../shaders/lib';
import source from '../../../shaders/update/adamax.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const kernel = defineKernel({
  name: 'update/adamax',
  source,
  lib: [grid, power, step],
  bindings: { p: 'readwrite', g: 'read', m: 'readwrite', u: 'readwrite' },
  params: { n: 'u32', beta_1: 'f32', beta_2: 'f32', rest_1: 'f32', epsilon: 'f32' },
  step: true,
});

export interface AdamaxAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Updates a run of parameters; `range.states` are m and u, `scalars` the learning rate and the step number from 1. */
export function adamaxUpdate(range: ArenaRange, scalars: readonly StepScalar[], { beta1, beta2, epsilon }: AdamaxAttrs): void {
  for (const { n, bind, grid } of vec4Lanes(range)) {
    run(kernel, {
      bind: { p: bind[0], g: bind[1], m: bind[2], u: bind[3] },
      params: { n, beta_1: beta1, beta_2: beta2, rest_1: 1 - beta1, epsilon },
      scalars,
      grid,
    });
  }
}
