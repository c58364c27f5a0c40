import { grid } from '../../../shaders/lib';
import source from '../../../shaders/update/clip-value.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { Bindable } from '../../gpu/storage';
import type { ArenaRange } from '../../step/arena';
import { vec4Lanes } from './lanes';

const kernel = defineKernel({
  name: 'update/clip-value',
  source,
  lib: [grid],
  bindings: { g: 'read', c: 'write' },
  params: { n: 'u32', limit: 'f32' },
});

/** Writes the range's gradients, each bounded to ±`limit`, to `clipped`. */
export function clipValue(range: ArenaRange, clipped: Bindable, limit: number): void {
  for (const { n, bind, grid } of vec4Lanes({ ...range, states: [clipped] })) {
    run(kernel, { bind: { g: bind[1], c: bind[2] }, params: { n, limit }, grid });
  }
}
