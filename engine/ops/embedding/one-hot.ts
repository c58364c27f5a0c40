import { defineOp, expectDtype } from '../../autodiff/op';
import { ValueError } from '../../errors';
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import { flatWindows, lineWindow } from '../../gpu/windows';
import { asTensor, type TensorLike } from '../../tensor/create';
import type { Dtype } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { grid } from '../../../shaders/lib';
import source from '../../../shaders/embedding/one-hot.wgsl';
import { bitsOf } from '../elementwise/fill';
import { idsOf } from './ids';

const oneHotKernel = defineKernel({
  name: 'embedding/one-hot',
  source,
  lib: [grid],
  bindings: { ids: 'read', y: 'write' },
  params: { depth: 'u32', ids_start: 'u32', y_start: 'u32', y_length: 'u32', one: 'u32' },
});

const oneHotOp = defineOp<{ depth: number; dtype: Dtype }>({
  name: 'oneHot',
  output: ([ids], { depth, dtype }) => {
    expectDtype('oneHot', 'ids', ids, 'i32', 'u32');
    if (!Number.isInteger(depth) || depth < 0) throw new ValueError(`oneHot: depth ${depth} must be a whole number ≥ 0.`);
    return { shape: [...ids.shape, depth], dtype };
  },
  forward: ([ids], [y], { depth, dtype }) => {
    for (const target of flatWindows(y.size)) {
      const { ids: window, start } = idsOf(ids, target, depth);
      run(oneHotKernel, {
        bind: { ids: window, y: lineWindow(y, target.start, target.length).window },
        params: { depth, ids_start: start, y_start: target.start, y_length: target.length, one: bitsOf(1, dtype) },
        grid: ceilDiv(target.length, 256 * 4),
      });
    }
  },
});

/** 1 at position `ids[i]` of the new last axis, which has `depth` positions, and 0 elsewhere; all 0 where an id is none of them. */
export function oneHot(ids: TensorLike, depth: number, dtype: Exclude<Dtype, 'f16'> = 'f32'): Tensor {
  return oneHotOp([asTensor(ids)], { depth, dtype })[0];
}
