/** Telling words that are there from words drawn at random: how word vectors are learnt without labels. */
import { ValueError } from '../../errors';
import { asTensor, type TensorLike, tensor } from '../../tensor/create';
import { HostArray } from '../../tensor/host-array';
import { formatShape } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import { gatherDot } from './gather-dot';
import { sigmoidCrossEntropy } from '../loss/sigmoid-cross-entropy';

/**
 * Negative sampling (Mikolov et al., "Distributed representations of words and phrases and their compositionality", 2013,
 * equation 4), term by term: −log σ(x[b] · table[words[b, j]]) for the first `positives` words of each row, which occur in
 * b's context, and −log σ(−x[b] · table[words[b, j]]) for the others, which are drawn at random.
 * `x` [batch, width], `table` [rows, width], `words` whole numbers [batch, count]; gives [batch, count].
 */
export function negativeSampling(x: TensorLike, table: TensorLike, words: TensorLike, positives: number): Tensor {
  const ids = asTensor(words);
  const [batch, count] = ids.shape;
  if (!(Number.isInteger(positives) && positives >= 0 && positives <= count)) {
    throw new ValueError(`negativeSampling: ${positives} positives among words ${formatShape(ids.shape)}; expected a whole number from 0 to ${count}.`);
  }
  // A constant: in a compiled step it goes up once.
  const targets = new HostArray(Float32Array.from({ length: batch * count }, (_, i) => Number(i % count < positives)), ids.shape);
  return sigmoidCrossEntropy(gatherDot(x, table, ids), tensor(targets));
}
