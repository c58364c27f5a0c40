/** The public ops, by NumPy's and Keras's names. */
export { arange } from './arange';
export { argMax, argMin } from './arg';
export { add, div, floorDiv, maximum, minimum, mod, mul, pow, squaredDifference, sub } from './binary';
export { broadcastTo } from './broadcast-to';
export { cast } from './cast';
export { embeddingBag } from './embedding-bag';
export { equal, greater, greaterEqual, less, lessEqual, logicalAnd, logicalOr, notEqual } from './compare';
export { concat, stack } from './concat';
export { conv1d, conv2d } from './conv';
export { dropout } from './dropout';
export { gather, segmentSum } from './gather';
export { gatherDot } from './gather-dot';
export { gatherMean } from './gather-mean';
export { matmul } from './matmul';
export { negativeSampling } from './negative-sampling';
export { oneHot } from './one-hot';
export { pad } from './pad';
export { averagePool, maxPool } from './pool';
export { all, any, max, mean, min, prod, sum } from './reduce';
export { expandDims, flatten, reshape, squeeze } from './reshape';
export { sigmoidCrossEntropy } from './sigmoid-cross-entropy';
export { reverse, slice, split, stridedSlice } from './slice';
export { logSoftmax, logSumExp, softmax } from './softmax';
export { softmaxCrossEntropy } from './softmax-cross-entropy';
export { sparseSoftmaxCrossEntropy } from './sparse-softmax-cross-entropy';
export { repeat, tile } from './tile';
export { moveAxis, transpose } from './transpose';
export {
  abs, ceil, clip, cos, elu, erf, exp, expm1, floor, gelu, hardSigmoid, isFinite, isNan, leakyRelu, log, log1p, logicalNot, mish,
  neg, reciprocal, relu, relu6, round, rsqrt, selu, sigmoid, sign, silu, sin, softplus, softsign, sqrt, square, tanh,
} from './unary';
export { where } from './where';
