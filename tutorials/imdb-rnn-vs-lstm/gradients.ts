/** How much of the loss's gradient arrives at each timestep of a recurrent model. */
import { type Functional, GradientTape, type HostArray, losses, ops, type Tensor } from 'wgrad';

const REVIEWS = 32;

/**
 * The norm of dL/dx at every timestep, for x the embedded words, averaged over the reviews with the least padding;
 * L is each review's own loss. `model` is input, embedding, recurrent layer, dense.
 */
export async function gradientsThroughTime(model: Functional, reviews: HostArray, labels: HostArray): Promise<number[]> {
  const longest = leastPadded(reviews).slice(0, REVIEWS);
  const [, embedding, recurrent, dense] = model.layers;
  const x = embedding.apply(reviews.take(longest)) as Tensor;
  const tape = new GradientTape();
  tape.watch(x);
  const loss = tape.record(() =>
    losses.binaryCrossentropy({ reduction: 'sum' }).apply(labels.take(longest), dense.apply(recurrent.apply(x) as Tensor) as Tensor));
  const [gradient] = tape.gradient(loss, [x]);
  const norms = await ops.mean(ops.sqrt(ops.sum(ops.square(gradient!), 2)), 0).data();
  return Array.from(norms, (norm) => Number(norm.toPrecision(4)));
}

/** Rows of `reviews` [reviews, length], those with the fewest zeros first. */
function leastPadded({ data, shape: [rows, length] }: HostArray): number[] {
  const zeros = new Array<number>(rows).fill(0);
  data.forEach((word: number, i: number) => (zeros[Math.floor(i / length)] += word === 0 ? 1 : 0));
  return Array.from(zeros.keys()).sort((a, b) => zeros[a] - zeros[b]);
}
