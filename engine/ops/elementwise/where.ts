import { defineOp, expectDtype } from '../../autodiff/op';
import { ceilDiv } from '../../gpu/grid';
import { defineKernel, run } from '../../gpu/kernel';
import { elementsOf, flatWindows } from '../../gpu/windows';
import { asTensor, type TensorLike } from '../../tensor/create';
import { isFloat } from '../../tensor/dtype';
import { broadcastShapes } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { grid } from '../../../shaders/lib';
import source from '../../../shaders/elementwise/where.wgsl';
import { broadcastTo } from '../layout/broadcast-to';
import { operands } from './operands';

const whereKernel = defineKernel({
  name: 'elementwise/where',
  source,
  lib: [grid],
  bindings: { condition: 'read', a: 'read', b: 'read', y: 'write' },
  params: { n: 'u32' },
  overrides: { A_SCALAR: false, B_SCALAR: false },
  consts: { T: 'u32' },
});

const whereOp = defineOp<null>({
  name: 'where',
  output([condition, a, b]) {
    expectDtype('where', 'the condition', condition, 'bool');
    const shape = broadcastShapes(broadcastShapes(a.shape, b.shape, 'where'), condition.shape, 'where');
    return { shape, dtype: a.dtype };
  },
  forward([condition, a, b], [y]) {
    // Anything but a whole tensor or a scalar is written out first: rare, and one kernel less.
    const c = broadcastTo(condition, y.shape);
    const [p, q] = [a, b].map((t) => (t.size === 1 ? t : broadcastTo(t, y.shape)));
    const [A_SCALAR, B_SCALAR] = [p, q].map((t) => t.size === 1);
    for (const { start, length } of flatWindows(y.size)) {
      const part = (t: Tensor) => (t.size === 1 ? t : elementsOf(t, start, length));
      run(whereKernel, {
        bind: { condition: part(c), a: part(p), b: part(q), y: part(y) },
        params: { n: length },
        overrides: { A_SCALAR, B_SCALAR },
        consts: { T: y.dtype === 'f16' ? 'f16' : 'u32' },
        grid: ceilDiv(length, 256 * 4),
      });
    }
  },
  gradient({ inputs: [condition, a], dy: [dy] }) {
    if (!isFloat(a.dtype)) return [null, null, null];
    return [null, () => where(condition, dy!, 0), () => where(condition, 0, dy!)];
  },
});

/** a where `condition` (bool) holds, else b; all three broadcast. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const c = asTensor(condition);
  return whereOp([c, ...operands('where', a, b)], null)[0];
}
