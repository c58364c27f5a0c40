import { run, defineKernel } from '../../gpu/kernel';
import { ceilDiv } from '../../gpu/grid';
import { elementsOf, flatWindows } from '../../gpu/windows';
import { bytesOf, type Dtype } from '../../tensor/dtype';
import { halfBits } from '../../tensor/half';
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

/** The four bytes of `value` as `dtype`; of f16 they hold it twice. */
export function bitsOf(value: number, dtype: Dtype): number {
  if (dtype === 'f16') return halfBits(value) * 0x10001;
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
    const words = ceilDiv(length * bytesOf(y.dtype), 4);
    run(fillKernel, {
      bind: { y: elementsOf(y, start, length) },
      params: { n: words, bits: bitsOf(value, y.dtype) },
      grid: ceilDiv(words, 256 * 4),
    });
  }
}
