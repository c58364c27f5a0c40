import { grid, step } from '../../../shaders/lib';
import source from '../../../shaders/update/adadelta.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const kernel = defineKernel({
  name: 'update/adadelta',
  source,
  lib: [grid, step],
  bindings: { p: 'readwrite', g: 'read', a: 'readwrite', d: 'readwrite' },
  params: { n: 'u32', rho: 'f32', rest: 'f32', epsilon: 'f32' },
  step: true,
});

export interface AdadeltaAttrs {
  readonly rho: number;
  readonly epsilon: number;
}

/** Updates a run of parameters; `range.states` are the mean squares of gradients and of steps, `scalars` is the learning rate. */
export function adadeltaUpdate(range: ArenaRange, scalars: readonly StepScalar[], { rho, epsilon }: AdadeltaAttrs): void {
  for (const { n, bind, grid } of vec4Lanes(range)) {
    run(kernel, {
      bind: { p: bind[0], g: bind[1], a: bind[2], d: bind[3] },
      params: { n, rho, rest: 1 - rho, epsilon },
      scalars,
      grid,
    });
  }
}
