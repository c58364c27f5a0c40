import { ceilDiv } from '../../gpu/grid';
import { type Bindable, windowOf } from '../../gpu/storage';
import { flatWindows } from '../../gpu/windows';
import type { ArenaRange } from '../../step/arena';

/** How update kernels share out a run of parameters: a vec4 per lane, 256 lanes per workgroup, one binding at a time. */
export function vec4Lanes(range: ArenaRange): { n: number; bind: Bindable[]; grid: number }[] {
  const all = [range.parameters, range.gradients, ...range.states];
  return flatWindows(range.size).map(({ start, length }) => ({
    n: length / 4,
    bind: all.map((whole) => windowOf(whole, start * 4, length * 4)),
    grid: ceilDiv(length / 4, 256),
  }));
}
