/** The public ops, by NumPy's and Keras's names. */
export { add, div, floorDiv, maximum, minimum, mod, mul, pow, squaredDifference, sub } from './binary';
export { broadcastTo } from './broadcast-to';
export { cast } from './cast';
export { equal, greater, greaterEqual, less, lessEqual, logicalAnd, logicalOr, notEqual } from './compare';
export { all, any, max, mean, min, prod, sum } from './reduce';
export {
  abs, ceil, clip, cos, elu, erf, exp, expm1, floor, gelu, hardSigmoid, isFinite, isNan, leakyRelu, log, log1p, logicalNot, mish,
  neg, reciprocal, relu, relu6, round, rsqrt, selu, sigmoid, sign, silu, sin, softplus, softsign, sqrt, square, tanh,
} from './unary';
export { where } from './where';
