/** The suites of kernel benchmarks, in the order in which they run. One line for each. */
export { conv } from './conv';
export { matmul } from './matmul';
export { embedding } from './embedding';
export { rnn } from './rnn';
export { textEmbedding } from './text-embedding';
export { pool } from './pool';
export { loss } from './loss';
export { reduce } from './reduce';
export { elementwise } from './elementwise';
export { update } from './update';
