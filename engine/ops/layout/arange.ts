import { defineKernel, run } from '../../gpu/kernel';
import { ceilDiv } from '../../gpu/grid';
import { flatWindows, lineWindow } from '../../gpu/windows';
import { ValueError } from '../../errors';
import type { Dtype } from '../../tensor/dtype';
import { empty, type Tensor } from '../../tensor/tensor';
import { grid } from '../../../shaders/lib';
import source from '../../../shaders/layout/arange.wgsl';
import { bitsOf } from '../elementwise/fill';

const arangeKernel = defineKernel({
  name: 'layout/arange',
  source,
  lib: [grid],
  bindings: { y: 'write' },
  params: { n: 'u32', first: 'u32', start: 'u32', step: 'u32' },
  consts: { T: 'f32' },
});

/**
 * start, start + step, … up to but without `stop`; `arange(n)` counts from 0 to n − 1.
 * Whole numbers make `i32`, others `f32`, unless a dtype is given.
 */
export function arange(start: number, stop?: number, step = 1, dtype?: Exclude<Dtype, 'bool' | 'f16'>): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0 || !Number.isFinite((to - from) / step)) {
    throw new ValueError(`arange: there are no steps of ${step} from ${from} to ${to}.`);
  }
  const type = dtype ?? ([from, to, step].every(Number.isInteger) ? 'i32' : 'f32');
  const y = empty([Math.max(0, Math.ceil((to - from) / step))], type);
  for (const { start: first, length } of flatWindows(y.size)) {
    run(arangeKernel, {
      bind: { y: lineWindow(y, first, length).window },
      params: { n: length, first, start: bitsOf(from, type), step: bitsOf(step, type) },
      consts: { T: type },
      grid: ceilDiv(length, 256),
    });
  }
  return y;
}
