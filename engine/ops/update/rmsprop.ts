import { grid, step } from '../../../shaders/lib';
import rmspropMomentumWgsl from '../../../shaders/update/rmsprop-momentum.wgsl';
import rmspropWgsl from '../../../shaders/update/rmsprop.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const plain = defineKernel({
  name: 'update/rmsprop',
  source: rmspropWgsl,
  lib: [grid, step],
  bindings: { p: 'readwrite', g: 'read', v: 'readwrite' },
  params: { n: 'u32', rho: 'f32', rest: 'f32', epsilon: 'f32' },
  step: true,
});

const withMomentum = defineKernel({
  name: 'update/rmsprop-momentum',
  source: rmspropMomentumWgsl,
  lib: [grid, step],
  bindings: { p: 'readwrite', g: 'read', v: 'readwrite', a: 'readwrite', m: 'readwrite' },
  params: { n: 'u32', rho: 'f32', rest: 'f32', epsilon: 'f32', momentum: 'f32' },
  overrides: { CENTERED: false },
  step: true,
});

export interface RmspropAttrs {
  readonly rho: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly centered: boolean;
}

/** Updates a run of parameters; `range.states` are v, and a and m if centered or with momentum; `scalars` is the learning rate. */
export function rmspropUpdate(range: ArenaRange, scalars: readonly StepScalar[], attrs: RmspropAttrs): void {
  const { rho, epsilon, momentum, centered } = attrs;
  for (const { n, bind, grid } of vec4Lanes(range)) {
    const [p, g, v, a, m] = bind;
    if (momentum === 0 && !centered) run(plain, { bind: { p, g, v }, params: { n, rho, rest: 1 - rho, epsilon }, scalars, grid });
    else {
      const overrides = { CENTERED: centered };
      run(withMomentum, { bind: { p, g, v, a, m }, params: { n, rho, rest: 1 - rho, epsilon, momentum }, overrides, scalars, grid });
    }
  }
}
