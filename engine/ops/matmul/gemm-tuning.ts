/** Matrix products by measurement. */
import { defineTunable, sizeClass } from '../../tune/tunable';
import type { Tuner } from '../../tune/tuner';
import { fill } from '../elementwise/fill';
import { gemm, type Gemm } from './gemm';
import { broadcast, broadcastStrided, splitSum, tile } from './gemm-kernels';
import { type ProductDevice, type ProductPlan, productPlans, type ProductShape } from './gemm-plan';

const matmul = defineTunable({ name: 'matmul', kernels: [broadcast, broadcastStrided, tile, splitSum] });

/** The plan that serves products like this one, measured on operands of ones without bias and activation. */
export function tunedProduct(tuner: Tuner, call: Gemm, shape: ProductShape, device: ProductDevice): ProductPlan {
  const { batch, m, n, k, transposeA, transposeB, shareA, shareB } = call;
  const { a: { dtype: A = 'f32' }, b: { dtype: B = 'f32' }, c: { dtype: C = 'f32' } } = call;
  const halves = [A, B, C].includes('f16') && `${A}·${B} to ${C}`;
  const flags = [transposeA && 'Aᵀ', transposeB && 'Bᵀ', shareA && 'one A', shareB && 'one B', shape.aligned && 'aligned', halves].filter(Boolean);
  return tuner.choose(matmul, [sizeClass(batch, m, n, k), ...flags].join(' '), productPlans(shape, device), () => {
    const a = fill([shareA ? 1 : batch, m, k], 1, A);
    const b = fill([shareB ? 1 : batch, k, n], 1, B);
    const c = fill([batch, m, n], 0, C);
    return {
      run: (plan) => gemm({ batch, m, n, k, transposeA, transposeB, shareA, shareB, a, b, c, ...plan }),
      dispose: () => [a, b, c].forEach((operand) => operand.dispose()),
    };
  });
}
