import { grid, step } from '../../../shaders/lib';
import source from '../../../shaders/update/adagrad.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const kernel = defineKernel({
  name: 'update/adagrad',
  source,
  lib: [grid, step],
  bindings: { p: 'readwrite', g: 'read', a: 'readwrite' },
  params: { n: 'u32', epsilon: 'f32' },
  step: true,
});

export interface AdagradAttrs {
  readonly epsilon: number;
}

/** Updates a run of parameters; `range.states` is the sum of squares, `scalars` is the learning rate. */
export function adagradUpdate(range: ArenaRange, scalars: readonly StepScalar[], { epsilon }: AdagradAttrs): void {
  for (const { n, bind, grid } of vec4Lanes(range)) {
    run(kernel, {
      bind: { p: bind[0], g: bind[1], a: bind[2] },
      params: { n, epsilon },
      scalars,
      grid,
    });
  }
}
