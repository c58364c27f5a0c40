import source from '../../../shaders/update/touch-rows.wgsl';
import { grid } from '../../../shaders/lib';
import { stridedGroups } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import type { Tensor } from '../../tensor/tensor';

const kernel = defineKernel({
  name: 'update/touch-rows',
  source,
  lib: [grid],
  bindings: { rows: 'read', places: 'readwrite', list: 'readwrite' },
});

/** Records that the rows of a batch, `rows[0]` many, are in `list`, and their places in the batch in `places` (see TouchedRows). */
export function touchRows(rows: Tensor, places: Tensor, list: Tensor): void {
  run(kernel, { bind: { rows, places, list }, grid: stridedGroups(rows.size - 1, 64) });
}
