import amsgradWgsl from '../../../shaders/update/adam-amsgrad.wgsl';
import adamWgsl from '../../../shaders/update/adam.wgsl';
import { grid, power, step } from '../../../shaders/lib';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const plain = defineKernel({
  name: 'update/adam',
  source: adamWgsl,
  lib: [grid, power, step],
  bindings: { p: 'readwrite', g: 'read', m: 'readwrite', v: 'readwrite', placed: 'read', places: 'read' },
  params: {
    n: 'u32', beta_1: 'f32', beta_2: 'f32', rest_1: 'f32', rest_2: 'f32', epsilon: 'f32',
    table_start: 'u32', table_length: 'u32', table_width: 'u32', capacity: 'u32',
  },
  overrides: { PLACED: false },
  step: true,
});

const withAmsgrad = defineKernel({
  name: 'update/adam-amsgrad',
  source: amsgradWgsl,
  lib: [grid, power, step],
  bindings: { p: 'readwrite', g: 'read', m: 'readwrite', v: 'readwrite', h: 'readwrite' },
  params: { n: 'u32', beta_1: 'f32', beta_2: 'f32', rest_1: 'f32', rest_2: 'f32', epsilon: 'f32' },
  step: true,
});

export interface AdamAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
}

/**
 * Updates a run of parameters; `range.states` are m, v, and h if amsgrad; `scalars` the learning rate and the step number from 1.
 * The gradient of a table may be placed, without amsgrad, in a run that one binding holds.
 */
export function adamUpdate(range: ArenaRange, scalars: readonly StepScalar[], { beta1, beta2, epsilon, amsgrad }: AdamAttrs): void {
  const constants = { beta_1: beta1, beta_2: beta2, rest_1: 1 - beta1, rest_2: 1 - beta2, epsilon };
  const { table } = range;
  for (const { n, bind, grid } of vec4Lanes(range)) {
    const [p, g, m, v, h] = bind;
    const params = { n, ...constants };
    if (amsgrad) {
      run(withAmsgrad, { bind: { p, g, m, v, h }, params, scalars, grid });
      continue;
    }
    const [capacity, width] = table?.gradient.values.shape ?? [0, 0];
    const placed = {
      table_start: (table?.start ?? 0) / 4,
      table_length: (table?.length ?? 0) / 4,
      table_width: width / 4,
      capacity,
    };
    run(plain, {
      bind: { p, g, m, v, placed: table?.gradient.values ?? g, places: table?.gradient.places ?? g },
      params: { ...params, ...placed },
      overrides: { PLACED: Boolean(table) },
      scalars,
      grid,
    });
  }
}
