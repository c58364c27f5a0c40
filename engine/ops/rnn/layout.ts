/** How a recurrent kernel is laid out: by the cost model, or by measurement. */
import { gpu } from '../../gpu/gpu';
import type { Tensor } from '../../tensor/tensor';
import { sizeClass } from '../../tune/tunable';
import { fill } from '../elementwise/fill';
import { recurrent } from './cell';
import { planRnn, type RnnPlan, rnnPlans } from './plan';
import type { SequenceAttrs } from './sequence-op';

/** Records a recurrent kernel in one layout. */
export type Layered<A> = (inputs: readonly Tensor[], outputs: readonly Tensor[], attrs: A, plan: RnnPlan) => void;

/** The layout of `kernel` for these operands. `sizes`: batch, quads, gates and depth as `planRnn` takes them. */
export function layoutOf<A extends SequenceAttrs>(
  direction: 'forward' | 'backward',
  kernel: Layered<A>,
  sizes: readonly [batch: number, quads: number, gates: number, depth: number],
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  attrs: A,
): RnnPlan {
  const { tuner } = gpu();
  if (!tuner || !attrs.tunable) return planRnn(...sizes, attrs.device);
  const [ins, outs] = [inputs, outputs].map((tensors) => tensors.map(({ shape, dtype }) => ({ shape, dtype })));
  // All steps count.
  const whole: A = { ...attrs, length: 0xffff_fffe, scalars: [] };
  const [batch, quads] = sizes;
  return tuner.choose(recurrent, `${attrs.cell.name} ${direction} ${sizeClass(batch, 4 * quads)}`, rnnPlans(...sizes, attrs.device), () => {
    const scratch = (specs: typeof ins): Tensor[] => specs.map(({ shape, dtype }) => fill(shape, dtype === 'f32' ? 0.01 : 1, dtype));
    const [from, to] = [scratch(ins), scratch(outs)];
    return { run: (plan) => kernel(from, to, whole, plan), dispose: () => [...from, ...to].forEach((operand) => operand.dispose()) };
  });
}
