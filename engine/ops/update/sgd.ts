import { grid, step } from '../../../shaders/lib';
import sgdMomentumWgsl from '../../../shaders/update/sgd-momentum.wgsl';
import sgdWgsl from '../../../shaders/update/sgd.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const plain = defineKernel({
  name: 'update/sgd',
  source: sgdWgsl,
  lib: [grid, step],
  bindings: { p: 'readwrite', g: 'read' },
  params: { n: 'u32' },
  step: true,
});

const withMomentum = defineKernel({
  name: 'update/sgd-momentum',
  source: sgdMomentumWgsl,
  lib: [grid, step],
  bindings: { p: 'readwrite', g: 'read', m: 'readwrite' },
  params: { n: 'u32', momentum: 'f32' },
  overrides: { NESTEROV: false },
  step: true,
});

export interface SgdAttrs {
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** Updates a run of parameters; `range.states` is m if there is momentum, else empty; `scalars` is the learning rate. */
export function sgdUpdate(range: ArenaRange, scalars: readonly StepScalar[], { momentum, nesterov }: SgdAttrs): void {
  for (const { n, bind, grid } of vec4Lanes(range)) {
    const [p, g, m] = bind;
    if (momentum === 0) run(plain, { bind: { p, g }, params: { n }, scalars, grid });
    else run(withMomentum, { bind: { p, g, m }, params: { n, momentum }, overrides: { NESTEROV: nesterov }, scalars, grid });
  }
}
