/**
 * What pretrained word vectors buy, after the two text classification tutorials with TensorFlow Hub: runs `nnlm` and `swivel`
 * follow the originals; the others freeze the vectors, start them at random, and take labels away.
 */
import type { Tensor } from 'wgrad';
import type { Lesson } from '../lesson';
import { type AccuracyOfLabels, accuracyByLabels, byEpoch } from '../report/figures';
import type { RunRecord } from '../result';
import { nearest } from '../pretrain-embedding';
import { type Start, textLayer } from './classifier';
import { reviews } from './data';
import { Tables } from './table';
import { type Task, trainOnAll, trainOnFew } from './train';
import { nnlm, swivel } from './variants';

/** Ways of using the vectors: the run on all labels, what runs on fewer are called, and what differs. */
const ways: { run: string; few: string; start: Start; trainable: boolean }[] = [
  { run: 'nnlm', few: 'nnlm', start: 'pretrained', trainable: true },
  { run: 'frozen-pretrained', few: 'frozen-pretrained', start: 'pretrained', trainable: false },
  { run: 'finetuned-random', few: 'random', start: 'uniform', trainable: true },
  { run: 'frozen-random', few: 'frozen-random', start: 'alike', trainable: false },
];

const shares = [{ share: 0.01, suffix: '1pct' }, { share: 0.1, suffix: '10pct' }];

export default async function imdbTransfer(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    The film reviews as text, with 0 for a negative and 1 for a positive one. Of the 25,000 to train on, the last 40 % are
    kept for validation.`);
  const { nnlm: sets, swivel: swivelSets, kind } = await reviews(lesson);
  const { train: [texts, labels], val, test } = sets;
  lesson.print(`Training entries: ${texts.length}, validation entries: ${val[0].length}, test entries: ${test[0].length}`);
  lesson.print(`The first ten reviews:\n${texts.data.slice(0, 10).join('\n')}`);
  lesson.print('Their labels:', labels.slice(0, 10));

  lesson.heading('Vectors for words, made elsewhere');
  lesson.explain(`
    A network that starts from nothing has to learn from 15,000 labels both what words mean and what opinion is. The first
    can be learnt without labels, from any text. \`textEmbedding\` takes strings, splits them into tokens, looks each one up
    in a table of vectors that was learnt before, and combines them: Σ v / √n, so that longer texts weigh more, but not in
    proportion. The originals take the tables *nnlm-en-dim50*, a language model's, and *gnews-swivel-20dim*, both learnt from
    news. Where they are not at hand, this project's own stand in: learnt from the 50,000 reviews that have no label, in the
    tutorial pretrain-embedding.`);
  const tables = new Tables(lesson, kind);
  const table = await tables.of(nnlm);
  const swivelTable = await tables.of(swivel);
  for (const line of nearest(table)) lesson.print(line);
  for (const each of [table, swivelTable]) {
    const layer = textLayer(each, { start: 'pretrained', trainable: true });
    const vectors = layer.apply(texts.slice(0, 3)) as Tensor;
    lesson.print(`The layer on the first three reviews, with ${each.name}:`, vectors.shape);
    lesson.print(await vectors.array());
  }

  lesson.heading('The network');
  lesson.explain(`
    One vector for each review, a \`Dense\` layer of 16 units, and an output. With *nnlm* the output is a *logit*: any number,
    0 where both labels are as likely; the loss makes a probability of it by itself, which is more exact. Keras's *accuracy*
    calls an output above 0.5 positive, and so the original counts its logits, too; \`accuracy_at_0\` counts them at their even
    point. With *swivel* the output is a probability, by a sigmoid. \`trainable\`: the vectors are trained further together
    with the network (*fine-tuning*).`);
  const results = new Map<string, RunRecord>();
  const add = (record: RunRecord | undefined): void => void (record && results.set(record.name, record));
  const task = ({ run, start, trainable }: (typeof ways)[number]): Task => ({ name: run, variant: nnlm, table, sets, start, trainable });
  const swivelTask: Task = { name: 'swivel', variant: swivel, table: swivelTable, sets: swivelSets, start: 'pretrained', trainable: true };
  add(await trainOnAll(lesson, task(ways[0])));
  add(await trainOnAll(lesson, swivelTask));

  lesson.heading('What the vectors bring');
  lesson.explain(`
    The same network with the vectors left as they are (*frozen*), with random vectors that are trained, and with random ones
    that are not: then all that can be learnt is the small network on a random summary of the review. Those have the same
    spread as the pretrained ones.`);
  for (const way of ways.slice(1)) add(await trainOnAll(lesson, task(way)));

  lesson.heading('With fewer labels');
  lesson.explain(`
    15,000 labels are many; a random table can learn from them nearly all that the pretrained one knows. Here are 1 % and 10 % of
    them, five draws each, with as many steps as on all of them and without validation, for which there would be no labels
    either. The results are means over the draws.`);
  for (const { share, suffix } of shares) {
    for (const way of ways) add(await trainOnFew(lesson, { ...task(way), name: `${way.few}-${suffix}` }, share));
    add(await trainOnFew(lesson, { ...swivelTask, name: `swivel-${suffix}` }, share));
  }
  compare(lesson, results, table.origin);
}

/** The figures and the table over all runs that there are. */
function compare(lesson: Lesson, results: ReadonlyMap<string, RunRecord>, origin: string): void {
  lesson.heading('What transfer buys');
  const curves = Object.fromEntries(ways.flatMap(({ run }) => (results.has(run) ? [[run, results.get(run)!.history.val_accuracy_at_0]] : [])));
  lesson.figure(byEpoch(curves, 'Validation accuracy', `Frozen, fine-tuned and random vectors on all labels, logits counted at 0. Pretrained vectors: ${origin}.`));
  const named = ways.flatMap(({ run, few }) => [...shares.map(({ suffix }) => `${few}-${suffix}`), run].map((name) => ({ way: run, name })));
  const points = named.flatMap(({ way, name }): AccuracyOfLabels[] => {
    const record = results.get(name);
    // At the logits' even point: with few labels those of random vectors never reach 0.5, which is no merit of the others.
    return record ? [{ way, labels: record.samples.train, accuracy: record.test.accuracy_at_0 }] : [];
  });
  if (points.length > 0) lesson.figure(accuracyByLabels(points, `Test accuracy by the number of labels, logits counted at 0. Pretrained vectors: ${origin}.`));
  lesson.table(
    ['Run', 'Labels', 'Parameters', 'Loss', 'Accuracy', 'at 0'],
    [...results.values()].map(({ name, samples, params, test }) => [name, samples.train, params, test.loss, test.accuracy, test.accuracy_at_0 ?? '']),
  );
}
