/**
 * Gradients scaled down to a norm of at most `limit`: each parameter's by itself, or those of all together. Three dispatches for
 * all parameters within a binding, whatever their number: sums of squares by chunk, scales by group, products.
 */
import { grid, rows } from '../../../shaders/lib';
import scaleSource from '../../../shaders/update/chunk-scale.wgsl';
import squaresSource from '../../../shaders/update/chunk-squares.wgsl';
import scalesSource from '../../../shaders/update/clip-scales.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import { type Bindable, windowOf } from '../../gpu/storage';
import { flatWindows } from '../../gpu/windows';
import type { ArenaRange } from '../../step/arena';
import { tensor } from '../../tensor/create';
import { HostArray } from '../../tensor/host-array';
import { empty, type Tensor } from '../../tensor/tensor';

const LANES = 64;
/** Elements that a workgroup sums: 16 vec4s per lane. */
const CHUNK = 4096;

const squaresKernel = defineKernel({
  name: 'update/chunk-squares',
  source: squaresSource,
  lib: [grid, rows],
  bindings: { g: 'read', chunks: 'read', squares: 'write' },
  params: { first: 'u32', count: 'u32' },
  overrides: { LANES: 1 },
});

const scalesKernel = defineKernel({
  name: 'update/clip-scales',
  source: scalesSource,
  lib: [grid, rows],
  bindings: { squares: 'read', firsts: 'read', scales: 'write' },
  params: { count: 'u32', limit: 'f32' },
  overrides: { LANES: 1 },
});

const scaleKernel = defineKernel({
  name: 'update/chunk-scale',
  source: scaleSource,
  lib: [grid],
  bindings: { g: 'read', chunks: 'read', scales: 'read', c: 'write' },
  params: { first: 'u32', count: 'u32' },
});

/** The gradients of one binding, where they go, and the chunks that they are worked on in. */
interface Part {
  readonly g: Bindable;
  readonly c: Bindable;
  readonly first: number;
  readonly count: number;
}

/** Writes the gradients of `ranges[i]`, scaled, to `clipped[i]`; `together`: by the norm of all of them, else parameter by parameter. */
export function clipNorm(ranges: readonly ArenaRange[], clipped: readonly Bindable[], limit: number, together: boolean): void {
  const { parts, chunks, firsts } = plan(ranges, clipped, together);
  const groups = firsts.length - 1;
  const [table, starts] = [upload(chunks), upload(firsts)];
  const [squares, scales] = [empty([chunks.length / 4]), empty([groups])];
  for (const { g, first, count } of parts) {
    run(squaresKernel, { bind: { g, chunks: table, squares }, params: { first, count }, overrides: { LANES }, grid: count });
  }
  run(scalesKernel, { bind: { squares, firsts: starts, scales }, params: { count: groups, limit }, overrides: { LANES }, grid: groups });
  for (const { g, c, first, count } of parts) {
    run(scaleKernel, { bind: { g, chunks: table, scales, c }, params: { first, count }, grid: count });
  }
  for (const temporary of [table, starts, squares, scales]) temporary.dispose();
}

/** Cuts parameters into chunks, none of which reaches from one binding into another; those of a group are neighbours. */
function plan(ranges: readonly ArenaRange[], clipped: readonly Bindable[], together: boolean) {
  const parts: Part[] = [];
  const chunks: number[] = [];
  const firsts: number[] = [];
  let parameter = 0;
  ranges.forEach(({ gradients, members, size }, r) => {
    for (const { start, length } of flatWindows(size)) {
      const first = chunks.length / 4;
      members.forEach((member, m) => {
        const group = together ? 0 : parameter + m;
        const end = Math.min(member.start + member.length, start + length);
        firsts[group] ??= chunks.length / 4;
        for (let at = Math.max(member.start, start); at < end; at += CHUNK) {
          chunks.push(at - start, Math.min(CHUNK, end - at), group, 0);
        }
      });
      const within = (whole: Bindable): Bindable => windowOf(whole, start * 4, length * 4);
      parts.push({ g: within(gradients), c: within(clipped[r]), first, count: chunks.length / 4 - first });
    }
    parameter += members.length;
  });
  firsts.push(chunks.length / 4);
  return { parts, chunks, firsts };
}

function upload(values: readonly number[]): Tensor {
  return tensor(new HostArray(Uint32Array.from(values), [values.length], 'u32'));
}
