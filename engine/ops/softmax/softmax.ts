/** Softmax and its relatives along one axis. Rows are kernels' business; another axis than the last is moved there and back. */
import { defineOp, expectDtype, type Op } from '../../autodiff/op';
import { defineKernel, run } from '../../gpu/kernel';
import { asTensor, type TensorLike } from '../../tensor/create';
import { normalizeAxis } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { grid, rows as rowsLib } from '../../../shaders/lib';
import gradSource from '../../../shaders/softmax/softmax-grad.wgsl';
import source from '../../../shaders/softmax/softmax.wgsl';
import { mul, sub } from '../elementwise/binary';
import { sum } from '../reduce/reduce';
import { expandDims } from '../layout/reshape';
import { ROW_PARAMS, rowParts } from '../rows';
import { moveAxis } from '../layout/transpose';
import { exp, neg } from '../elementwise/unary';

const softmaxKernel = defineKernel({
  name: 'softmax/softmax',
  source,
  lib: [grid, rowsLib],
  bindings: { x: 'read', y: 'write' },
  params: ROW_PARAMS,
  overrides: { LANES: 1, OP: 0 },
});

const softmaxGradKernel = defineKernel({
  name: 'softmax/softmax-grad',
  source: gradSource,
  lib: [grid, rowsLib],
  bindings: { y: 'read', dy: 'read', dx: 'write' },
  params: ROW_PARAMS,
  overrides: { LANES: 1, LOG: false },
});

const SOFTMAX = 0;
const LOG_SOFTMAX = 1;
const LOG_SUM_EXP = 2;

/** Fills y, which has x's shape or, for log-sum-exp, lacks its last axis. */
function runSoftmax(OP: number, x: Tensor, y: Tensor): void {
  const n = x.shape[x.rank - 1];
  for (const { params, matrix, vector, overrides, grid } of rowParts('softmax', OP === LOG_SUM_EXP ? y.size : y.size / n, n)) {
    run(softmaxKernel, {
      bind: { x: matrix(x), y: OP === LOG_SUM_EXP ? vector(y) : matrix(y) },
      params,
      overrides: { ...overrides, OP },
      grid,
    });
  }
}

function runGrad(LOG: boolean, y: Tensor, dy: Tensor, dx: Tensor): void {
  const n = y.shape[y.rank - 1];
  for (const { params, matrix, overrides, grid } of rowParts('softmax', y.size / n, n)) {
    run(softmaxGradKernel, {
      bind: { y: matrix(y), dy: matrix(dy), dx: matrix(dx) },
      params,
      overrides: { ...overrides, LOG },
      grid,
    });
  }
}

const softmaxOp = defineOp<null>({
  name: 'softmax',
  output: ([x]) => x,
  forward: ([x], [y]) => runSoftmax(SOFTMAX, x, y),
  gradient: ({ outputs: [y], dy: [dy] }) => [() => softmaxGrad(y, dy!)],
});

const softmaxGradOp: Op<null> = defineOp<null>({
  name: 'softmaxGrad',
  output: ([y]) => y,
  forward: ([y, dy], [dx]) => runGrad(false, y, dy, dx),
  gradient: ({ inputs: [y, dy], dy: [ddx] }) => [
    () => sub(mul(ddx!, sub(dy, rowSums(mul(y, dy)))), mul(dy, rowSums(mul(y, ddx!)))),
    () => softmaxGrad(y, ddx!),
  ],
});

const logSoftmaxOp = defineOp<null>({
  name: 'logSoftmax',
  output: ([x]) => x,
  forward: ([x], [y]) => runSoftmax(LOG_SOFTMAX, x, y),
  gradient: ({ outputs: [y], dy: [dy] }) => [() => logSoftmaxGradOp([y, dy!], null)[0]],
});

const logSoftmaxGradOp = defineOp<null>({
  name: 'logSoftmaxGrad',
  output: ([y]) => y,
  forward: ([y, dy], [dx]) => runGrad(true, y, dy, dx),
  gradient: ({ inputs: [y, dy], dy: [ddx] }) => [
    () => neg(mul(mul(ddx!, exp(y)), rowSums(dy))),
    () => sub(ddx!, rowSums(mul(ddx!, exp(y)))),
  ],
});

const logSumExpOp = defineOp<null>({
  name: 'logSumExp',
  output: ([{ shape, dtype }]) => ({ shape: shape.slice(0, -1), dtype }),
  forward: ([x], [y]) => runSoftmax(LOG_SUM_EXP, x, y),
  gradient: ({ inputs: [x], outputs: [y], dy: [dy] }) => [() => mul(exp(sub(x, expandDims(y, -1))), expandDims(dy!, -1))],
});

/** Gradient of softmax from its result `y`, along the last axis: y · (dy − Σ y · dy). */
export function softmaxGrad(y: Tensor, dy: Tensor): Tensor {
  return softmaxGradOp([y, dy], null)[0];
}

/** exp(x) / Σ exp(x) along `axis`, computed from x − max x. */
export function softmax(x: TensorLike, axis = -1): Tensor {
  return alongLast('softmax', x, axis, (last) => softmaxOp([last], null)[0]);
}

/** x − log Σ exp(x) along `axis`: the logarithm of softmax, without its underflow. */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  return alongLast('logSoftmax', x, axis, (last) => logSoftmaxOp([last], null)[0]);
}

/** log Σ exp(x) over `axis`, which the result lacks, or has with size 1 if `keepDims`; −∞ for an axis of size 0. */
export function logSumExp(x: TensorLike, axis = -1, keepDims = false): Tensor {
  const input = floats('logSumExp', x);
  const at = normalizeAxis(axis, input.rank, 'logSumExp');
  const last = at === input.rank - 1 ? input : moveAxis(input, at, -1);
  const result = logSumExpOp([last], null)[0];
  return keepDims ? expandDims(result, at) : result;
}

function alongLast(op: string, x: TensorLike, axis: number, apply: (x: Tensor) => Tensor): Tensor {
  const input = floats(op, x);
  const at = normalizeAxis(axis, input.rank, op);
  return at === input.rank - 1 ? apply(input) : moveAxis(apply(moveAxis(input, at, -1)), -1, at);
}

function floats(op: string, x: TensorLike): Tensor {
  const input = asTensor(x);
  expectDtype(op, 'x', input, 'f32');
  return input;
}

function rowSums(x: Tensor): Tensor {
  return sum(x, -1, true);
}
