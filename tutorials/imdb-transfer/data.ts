/** The reviews, divided as the originals divide them, and parts of the labels. */
import { datasets, HostArray, StringArray } from 'wgrad';
import type { Lesson } from '../lesson';
import { Random } from '../../nn/datasets/synthetic/random';

export type TextExamples = [x: StringArray, y: HostArray];

export interface Sets {
  readonly train: TextExamples;
  readonly val: TextExamples;
  readonly test: TextExamples;
}

const SPLITS = ['train[:60%]', 'train[60%:]', 'test', 'train[60%:80%]', 'train[80%:]'];

/** 15,000 / 10,000 / 25,000 reviews for nnlm; for swivel 15,000 / 5,000 / 5,000, all of the training split. */
export async function reviews(lesson: Lesson): Promise<{ nnlm: Sets; swivel: Sets; kind: 'real' | 'synthetic' }> {
  const { examples, kind } = await lesson.open({ loadData: ({ data }) => datasets.imdbReviews.load({ data, split: SPLITS }) });
  const names = ['training set', 'validation set', 'test set', 'validation set of swivel', 'test set of swivel'];
  const [train, val, test, swivelVal, swivelTest] = examples.map(([x, y], i): TextExamples => {
    const first = lesson.first(x, names[i]);
    return [first, y.slice(0, first.length)];
  });
  return { nnlm: { train, val, test }, swivel: { train, val: swivelVal, test: swivelTest }, kind };
}

/** `count` of the examples, drawn at random; each `subset` is another draw. */
export function drawn([x, y]: TextExamples, count: number, subset: number): TextExamples {
  const order = Uint32Array.from({ length: x.length }, (_, i) => i);
  const random = new Random(subset);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const rows = Array.from(order.slice(0, count));
  return [StringArray.from(rows.map((row) => x.data[row])), new HostArray(Int32Array.from(rows, (row) => y.data[row]), [rows.length])];
}
