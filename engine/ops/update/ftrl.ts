import { grid, step } from '../../../shaders/lib';
import source from '../../../shaders/update/ftrl.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const kernel = defineKernel({
  name: 'update/ftrl',
  source,
  lib: [grid, step],
  bindings: { p: 'readwrite', g: 'read', a: 'readwrite', z: 'readwrite' },
  params: { n: 'u32', exponent: 'f32', l1: 'f32', l2: 'f32', shrinkage: 'f32', beta: 'f32' },
  overrides: { ROOT: true },
  step: true,
});

export interface FtrlAttrs {
  readonly learningRatePower: number;
  readonly l1: number;
  readonly l2: number;
  readonly l2Shrinkage: number;
  readonly beta: number;
}

/** Updates a run of parameters; `range.states` are the sum of squares and z, `scalars` is the learning rate. */
export function ftrlUpdate(range: ArenaRange, scalars: readonly StepScalar[], { learningRatePower, l1, l2, l2Shrinkage, beta }: FtrlAttrs): void {
  for (const { n, bind, grid } of vec4Lanes(range)) {
    run(kernel, {
      bind: { p: bind[0], g: bind[1], a: bind[2], z: bind[3] },
      params: { n, exponent: -learningRatePower, l1, l2, shrinkage: l2Shrinkage, beta },
      overrides: { ROOT: learningRatePower === -0.5 },
      scalars,
      grid,
    });
  }
}
