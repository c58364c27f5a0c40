import { defineOp } from '../../autodiff/op';
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import { elementsOf, flatWindows } from '../../gpu/windows';
import { asTensor, type TensorLike } from '../../tensor/create';
import { type Dtype, isFloat, wgslType } from '../../tensor/dtype';
import { type Tensor, viewOf } from '../../tensor/tensor';
import { grid, nan } from '../../../shaders/lib';
import source from '../../../shaders/elementwise/cast.wgsl';

const castKernel = defineKernel({
  name: 'elementwise/cast',
  source,
  lib: [grid, nan],
  bindings: { x: 'read', y: 'write' },
  params: { n: 'u32', largest: 'u32', bound: 'f32' },
  overrides: { TO_BOOL: false, FLOAT_TO_INT: false },
  consts: { X: 'f32', Y: 'i32' },
});

const castOp = defineOp<Dtype>({
  name: 'cast',
  output: ([x], dtype) => ({ shape: x.shape, dtype }),
  view([x], { shape, dtype }) {
    // The same bits serve: bool is a u32 holding 0 or 1.
    const same = x.dtype === dtype || (!isFloat(x.dtype) && (dtype === 'i32' || dtype === 'u32'));
    return same ? viewOf(x, shape, dtype) : null;
  },
  forward([x], [y], dtype) {
    for (const { start, length } of flatWindows(x.size)) {
      run(castKernel, {
        bind: { x: elementsOf(x, start, length), y: elementsOf(y, start, length) },
        params: dtype === 'i32' ? { n: length, largest: 2 ** 31 - 1, bound: 2 ** 31 } : { n: length, largest: 2 ** 32 - 1, bound: 2 ** 32 },
        overrides: { TO_BOOL: dtype === 'bool', FLOAT_TO_INT: isFloat(x.dtype) && !isFloat(dtype) && dtype !== 'bool' },
        consts: { X: wgslType(x.dtype), Y: wgslType(dtype) },
        grid: ceilDiv(length, 256 * 4),
      });
    }
  },
  gradient: ({ inputs: [x], dy: [dy], attrs }) => [isFloat(x.dtype) && isFloat(attrs) ? () => cast(dy!, x.dtype) : null],
});

/**
 * x as another dtype; x itself if it has it. Floats are truncated towards 0, as in NumPy; what an integer cannot hold becomes
 * the nearest it can (NumPy leaves it undefined), NaN becomes 0. Between i32 and u32 the bits stay. Anything but 0 is true.
 * What f16 cannot hold is rounded, to ±∞ past 65,504; its gradient goes back in the dtype of x.
 */
export function cast(x: TensorLike, dtype: Dtype): Tensor {
  const t = asTensor(x);
  return t.dtype === dtype ? t : castOp([t], dtype)[0];
}
