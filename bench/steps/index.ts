/** The benchmarks of training steps, in the order in which they run. One line for each file. */
export { imageSteps } from './images';
export { reviewSteps } from './reviews';
export { textEmbeddingSteps } from './text-embedding';
export { tabularSteps } from './tabular';
