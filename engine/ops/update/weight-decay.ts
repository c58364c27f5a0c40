import { grid, step } from '../../../shaders/lib';
import source from '../../../shaders/update/weight-decay.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const kernel = defineKernel({
  name: 'update/weight-decay',
  source,
  lib: [grid, step],
  bindings: { p: 'readwrite' },
  params: { n: 'u32', decay: 'f32' },
  step: true,
});

/** Takes the share decay · rate off a run of parameters; `scalars` begins with the learning rate. */
export function weightDecay(range: ArenaRange, scalars: readonly StepScalar[], decay: number): void {
  for (const { n, bind, grid } of vec4Lanes(range)) run(kernel, { bind: { p: bind[0] }, params: { n, decay }, scalars, grid });
}
