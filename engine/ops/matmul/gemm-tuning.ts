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
  const flags = [transposeA && 'Aᵀ', transposeB && 'Bᵀ', shareA && 'one A', shareB && 'one B', shape.aligned && 'aligned'].filter(Boolean);
  return tuner.choose(matmul, [sizeClass(batch, m, n, k), ...flags].join(' '), productPlans(shape, device), () => {
    const a = fill([shareA ? 1 : batch, m, k], 1);
    const b = fill([shareB ? 1 : batch, k, n], 1);
    const c = fill([batch, m, n], 0);
    return {
      run: (plan) => gemm({ batch, m, n, k, transposeA, transposeB, shareA, shareB, a, b, c, ...plan }),
      dispose: () => [a, b, c].forEach((operand) => operand.dispose()),
    };
  });
}
