/**
 * Gradients scaled down to a norm of at most `limit`: each parameter's by itself, or those of all together. Three dispatches for
 * all parameters within a binding, whatever their number: sums of squares by chunk, scales by group, products.
 */
import { grid, rows } from '../../../shaders/lib';
import scaleSource from '../../../shaders/update/chunk-scale.wgsl';
import squaresSource from '../../../shaders/update/chunk-squares.wgsl';
import scalesSource from '../../../shaders/update/clip-scales.wgsl';
import { defineKernel, run } from '../../gpu/kernel';
import type { Bindable } from '../../gpu/storage';
import type { ArenaRange } from '../../step/arena';
import { empty } from '../../tensor/tensor';
import { chunksOf, upload } from './chunks';

const LANES = 64;

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

/** Writes the gradients of `ranges[i]`, scaled, to `clipped[i]`; `together`: by the norm of all of them, else parameter by parameter. */
export function clipNorm(ranges: readonly ArenaRange[], clipped: readonly Bindable[], limit: number, together: boolean): void {
  const chunks = chunksOf(ranges, together);
  const { parts, table, firsts } = chunks;
  const groups = firsts.length - 1;
  const starts = upload(firsts);
  const [squares, scales] = [empty([chunks.count]), empty([groups])];
  for (const { range, within, first, count } of parts) {
    const g = within(ranges[range].gradients);
    run(squaresKernel, { bind: { g, chunks: table, squares }, params: { first, count }, overrides: { LANES }, grid: count });
  }
  run(scalesKernel, { bind: { squares, firsts: starts, scales }, params: { count: groups, limit }, overrides: { LANES }, grid: groups });
  for (const { range, within, first, count } of parts) {
    const [g, c] = [within(ranges[range].gradients), within(clipped[range])];
    run(scaleKernel, { bind: { g, chunks: table, scales, c }, params: { first, count }, grid: count });
  }
  for (const temporary of [table, starts, squares, scales]) temporary.dispose();
}
