/** The public ops, by NumPy's and Keras's names. */
export { arange } from './layout/arange';
export { argMax, argMin } from './reduce/arg';
export { add, div, floorDiv, maximum, minimum, mod, mul, pow, squaredDifference, sub } from './elementwise/binary';
export { broadcastTo } from './layout/broadcast-to';
export { cast } from './elementwise/cast';
export { embeddingBag } from './embedding/embedding-bag';
export { equal, greater, greaterEqual, less, lessEqual, logicalAnd, logicalOr, notEqual } from './elementwise/compare';
export { concat, stack } from './layout/concat';
export { conv1d, conv2d } from './conv/conv';
export { dropout } from './dropout';
export { gather, segmentSum } from './embedding/gather';
export { gatherDot } from './embedding/gather-dot';
export { gatherMean } from './embedding/gather-mean';
export { matmul } from './matmul/matmul';
export { negativeSampling } from './embedding/negative-sampling';
export { oneHot } from './embedding/one-hot';
export { pad } from './layout/pad';
export { averagePool, maxPool } from './pool/pool';
export { all, any, max, mean, min, prod, sum } from './reduce/reduce';
export { expandDims, flatten, reshape, squeeze } from './layout/reshape';
export { sigmoidCrossEntropy } from './loss/sigmoid-cross-entropy';
export { reverse, slice, split, stridedSlice } from './layout/slice';
export { logSoftmax, logSumExp, softmax } from './softmax/softmax';
export { softmaxCrossEntropy } from './loss/softmax-cross-entropy';
export { sparseSoftmaxCrossEntropy } from './loss/sparse-softmax-cross-entropy';
export { repeat, tile } from './layout/tile';
export { moveAxis, transpose } from './layout/transpose';
export {
  abs, ceil, clip, cos, elu, erf, exp, expm1, floor, gelu, hardSigmoid, isFinite, isNan, leakyRelu, log, log1p, logicalNot, mish,
  neg, reciprocal, relu, relu6, round, rsqrt, selu, sigmoid, sign, silu, sin, softplus, softsign, sqrt, square, tanh,
} from './elementwise/unary';
export { where } from './elementwise/where';
