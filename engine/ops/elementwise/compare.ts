/** Comparisons of two tensors, element by element, with broadcasting; the result is bool. */
import { defineOp, expectDtype } from '../../autodiff/op';
import type { TensorLike } from '../../tensor/create';
import type { Dtype } from '../../tensor/dtype';
import { broadcastShapes } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import source from '../../../shaders/elementwise/compare.wgsl';
import { operands } from './operands';
import { definePair, runPair } from './pairwise';

const kernels = definePair({ name: 'elementwise/compare', source });

interface Row {
  readonly name: string;
  readonly code: number;
  readonly dtypes: readonly Dtype[];
}

const compareOp = defineOp<Row>({
  name: 'compare',
  output([a, b], { name, dtypes }) {
    expectDtype(name, 'a', a, ...dtypes);
    return { shape: broadcastShapes(a.shape, b.shape, name), dtype: 'bool' };
  },
  forward([a, b], [y], { code }) {
    runPair(kernels, a, b, y, code);
  },
});

function compare(name: string, code: number, ...dtypes: Dtype[]): (a: TensorLike, b: TensorLike) => Tensor {
  return (a, b) => compareOp(operands(name, a, b), { name, code, dtypes })[0];
}

/** a = b. NaN equals nothing. */
export const equal = compare('equal', 0, 'f32', 'f16', 'i32', 'u32', 'bool');
/** a ≠ b. NaN differs from everything. */
export const notEqual = compare('notEqual', 1, 'f32', 'f16', 'i32', 'u32', 'bool');
/** a < b. */
export const less = compare('less', 2, 'f32', 'f16', 'i32', 'u32');
/** a ≤ b. */
export const lessEqual = compare('lessEqual', 3, 'f32', 'f16', 'i32', 'u32');
/** a > b. */
export const greater = compare('greater', 4, 'f32', 'f16', 'i32', 'u32');
/** a ≥ b. */
export const greaterEqual = compare('greaterEqual', 5, 'f32', 'f16', 'i32', 'u32');
/** a and b. */
export const logicalAnd = compare('logicalAnd', 6, 'bool');
/** a or b. */
export const logicalOr = compare('logicalOr', 7, 'bool');
