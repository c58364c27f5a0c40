import source from '../../../shaders/update/adam-rows.wgsl';
import { grid, power, step } from '../../../shaders/lib';
import { stridedGroups } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import type { StepScalar } from '../../gpu/step-slots';
import { lineWindow, rowWindows } from '../../gpu/windows';
import type { RowRange } from '../../step/arena';
import { laneVector } from '../elementwise/lane-vector';
import type { AdamAttrs } from './adam';

const kernel = defineKernel({
  name: 'update/adam-rows',
  source,
  lib: [grid, power, step],
  bindings: { p: 'readwrite', m: 'readwrite', v: 'readwrite', g: 'read', rows: 'read', places: 'read', list: 'read' },
  params: {
    width: 'u32', row_start: 'u32', row_length: 'u32', base: 'u32',
    beta_1: 'f32', beta_2: 'f32', rest_1: 'f32', rest_2: 'f32', epsilon: 'f32',
  },
  consts: { T: 'f32' },
  step: true,
});

/** Updates the rows of a table that ever had a gradient, by the same rule as `adamUpdate`; `range.states` are m and v. */
export function adamRowsUpdate(range: RowRange, scalars: readonly StepScalar[], { beta1, beta2, epsilon }: Omit<AdamAttrs, 'amsgrad'>): void {
  const { parameters, states, gradient, touched } = range;
  const [tableRows, width] = range.shape;
  const { unit, T } = laneVector(width);
  touched.add(gradient.rows);
  for (const { start, length } of rowWindows('adam', tableRows, width)) {
    const [p, m, v] = [parameters, ...states].map((whole) => lineWindow(whole, start * width, length * width));
    run(kernel, {
      bind: { p: p.window, m: m.window, v: v.window, g: gradient.values, rows: gradient.rows, places: touched.places, list: touched.list },
      params: {
        width: width / unit, row_start: start, row_length: length, base: p.base / unit,
        beta_1: beta1, beta_2: beta2, rest_1: 1 - beta1, rest_2: 1 - beta2, epsilon,
      },
      consts: { T },
      scalars,
      grid: stridedGroups((tableRows * width) / unit, 256),
    });
  }
}
