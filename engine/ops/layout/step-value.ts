import { defineKernel, run } from '../../gpu/kernel';
import { gpu } from '../../gpu/gpu';
import type { StepScalar } from '../../gpu/step-slots';
import type { Dtype } from '../../tensor/dtype';
import { empty, type Tensor } from '../../tensor/tensor';
import { step } from '../../../shaders/lib';
import source from '../../../shaders/layout/step-value.wgsl';

const kernel = defineKernel({ name: 'layout/step-value', source, lib: [step], bindings: { y: 'write' }, step: true });

/** A step scalar as a tensor of one element, with its bits read as `dtype`. */
export function stepValue(scalar: StepScalar, dtype: Dtype = scalar.dtype): Tensor {
  const y = empty([], dtype);
  run(kernel, { bind: { y }, scalars: gpu().recorder.ofThisStep([scalar]), grid: 1 });
  return y;
}
