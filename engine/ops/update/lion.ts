import { grid, nan, step } from '../../../shaders/lib';
import source from '../../../shaders/update/lion.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const kernel = defineKernel({
  name: 'update/lion',
  source,
  lib: [grid, nan, step],
  bindings: { p: 'readwrite', g: 'read', m: 'readwrite' },
  params: { n: 'u32', beta_1: 'f32', beta_2: 'f32', rest_1: 'f32', rest_2: 'f32' },
  step: true,
});

export interface LionAttrs {
  readonly beta1: number;
  readonly beta2: number;
}

/** Updates a run of parameters; `range.states` is m, `scalars` is the learning rate. */
export function lionUpdate(range: ArenaRange, scalars: readonly StepScalar[], { beta1, beta2 }: LionAttrs): void {
  for (const { n, bind, grid } of vec4Lanes(range)) {
    run(kernel, {
      bind: { p: bind[0], g: bind[1], m: bind[2] },
      params: { n, beta_1: beta1, beta_2: beta2, rest_1: 1 - beta1, rest_2: 1 - beta2 },
      scalars,
      grid,
    });
  }
}
