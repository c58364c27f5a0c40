/** Rows put into a table by number. */
import { grid } from '../../../shaders/lib';
import source from '../../../shaders/embedding/scatter-rows.wgsl';
import { stridedGroups } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import { flatWindows, lineWindow } from '../../gpu/windows';
import type { Tensor } from '../../tensor/tensor';
import { laneVector } from '../elementwise/lane-vector';

const kernel = defineKernel({
  name: 'embedding/scatter-rows',
  source,
  lib: [grid],
  bindings: { x: 'read', rows: 'read', table: 'readwrite' },
  params: { width: 'u32', table_start: 'u32', table_length: 'u32' },
  consts: { T: 'f32' },
});

/** Records table[rows[1 + s], :] = x[s, :] for s < rows[0]; no row may be named twice. x must fit a binding. */
export function scatterRows(x: Tensor, rows: Tensor, table: Tensor): void {
  const [capacity, width] = x.shape;
  const { unit, T } = laneVector(width);
  for (const { start, length } of flatWindows(table.size)) {
    run(kernel, {
      bind: { x, rows, table: lineWindow(table, start, length).window },
      params: { width: width / unit, table_start: start / unit, table_length: length / unit },
      consts: { T },
      grid: stridedGroups((capacity * width) / unit, 64),
    });
  }
}
