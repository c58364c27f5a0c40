/** The suites of kernel benchmarks, in the order in which they run. One line for each. */
export { conv } from './conv';
export { matmul } from './matmul';
export { rnn } from './rnn';
export { textEmbedding } from './text-embedding';
