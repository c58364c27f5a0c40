import { run, defineKernel } from '../../gpu/kernel';
import { ceilDiv } from '../../gpu/grid';
import { windowOf } from '../../gpu/storage';
import { flatWindows } from '../../gpu/windows';
import type { Dtype } from '../../tensor/dtype';
import type { Shape } from '../../tensor/shape';
import { empty, type Tensor } from '../../tensor/tensor';
import { grid } from '../../../shaders/lib';
import source from '../../../shaders/elementwise/fill.wgsl';

const fillKernel = defineKernel({
  name: 'elementwise/fill',
  source,
  lib: [grid],
  bindings: { y: 'write' },
  params: { n: 'u32', bits: 'u32' },
});

const word = new DataView(new ArrayBuffer(4));

/** The four bytes of `value` as `dtype`. */
export function bitsOf(value: number, dtype: Dtype): number {
  if (dtype === 'f32') word.setFloat32(0, value);
  else if (dtype === 'i32') word.setInt32(0, value);
  else word.setUint32(0, dtype === 'bool' ? Number(value !== 0) : value);
  return word.getUint32(0);
}

/** A tensor of `shape` with every element `value`. */
export function fill(shape: Shape, value: number, dtype: Dtype = 'f32'): Tensor {
  const y = empty(shape, dtype);
  fillWith(y, value);
  return y;
}

/** Overwrites every element of `y`. */
export function fillWith(y: Tensor, value: number): void {
  for (const { start, length } of flatWindows(y.size)) {
    run(fillKernel, {
      bind: { y: windowOf(y, start * 4, length * 4) },
      params: { n: length, bits: bitsOf(value, y.dtype) },
      grid: ceilDiv(length, 256 * 4),
    });
  }
}
