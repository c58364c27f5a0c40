/** The runs: on all labels, and on draws of a few of them. */
import { Dataset, type EmbeddingTable, type HostArray, type StringArray } from 'wgrad';
import type { Lesson } from '../lesson';
import type { RunRecord } from '../result';
import { classifier, type Start } from './classifier';
import { drawn, type Sets, type TextExamples } from './data';
import type { Variant } from './variants';

export interface Task {
  readonly name: string;
  readonly variant: Variant;
  readonly table: EmbeddingTable;
  readonly sets: Sets;
  readonly start: Start;
  readonly trainable: boolean;
}

const BATCH = 512;
/** Draws of a share of the labels; the mean over them counts. */
const SUBSETS = 5;
/** Batches an epoch, and epochs for each of the original's, which has 30 batches: as many steps as on all labels. */
const FEW = { batches: 5, epochs: 6 };

type Batches = Dataset<readonly [StringArray, HostArray]>;

/** As the originals train: all labels, in batches of 512, with validation after each epoch. */
export function trainOnAll(lesson: Lesson, { name, variant, table, sets, start, trainable }: Task): Promise<RunRecord | undefined> {
  return lesson.runIfChosen(name, async () => {
    const { train, val, test } = sets;
    const model = classifier(table, { start, trainable, sigmoid: variant.sigmoid });
    model.summary({ print: (line) => lesson.print(line) });
    const size = lesson.batchSize(BATCH);
    const batches = ([x, y]: TextExamples): Batches => Dataset.fromTensorSlices([x, y]);
    const history = await model.fit(batches(train).shuffle(10_000).batch(size), {
      epochs: lesson.epochs(variant.epochs), validationData: batches(val).batch(size), callbacks: [lesson.estimate()],
    });
    const measured = await model.evaluate(batches(test).batch(size));
    model.metricsNames.forEach((metric, i) => lesson.print(`${metric}: ${measured[i].toFixed(3)}`));
    return {
      model, history, predictions: await model.predict(test[0], { batchSize: size, verbose: 0 }),
      samples: { train: train[0].length, val: val[0].length, test: test[0].length },
      test: named(model.metricsNames, measured),
    };
  });
}

/** The same number of steps on a share of the labels; the test's results are means over the draws. */
export function trainOnFew(lesson: Lesson, { name, variant, table, sets, start, trainable }: Task, share: number): Promise<RunRecord | undefined> {
  return lesson.runIfChosen(name, async () => {
    const { train, test } = sets;
    const labels = Math.max(2, Math.round(share * train[0].length));
    const [epochs, batchSize] = [lesson.epochs(FEW.epochs * variant.epochs), lesson.batchSize(Math.ceil(labels / FEW.batches))];
    const results: number[][] = [];
    for (let subset = 0; ; subset++) {
      const model = classifier(table, { start, trainable, sigmoid: variant.sigmoid });
      const history = await model.fit(...drawn(train, labels, subset), { epochs, batchSize, verbose: 0 });
      results.push(await model.evaluate(...test, { batchSize: BATCH, verbose: 0 }));
      const names = model.metricsNames;
      lesson.print(`${labels} labels, draw ${subset + 1}: ${names.map((metric, i) => `${metric} ${results[subset][i].toFixed(4)}`).join(', ')}`);
      if (subset + 1 < SUBSETS && !history.interrupted) continue;

      const means = names.map((_, i) => results.reduce((sum, result) => sum + result[i], 0) / results.length);
      lesson.print(`Mean of ${results.length}: ${names.map((metric, i) => `${metric} ${means[i].toFixed(4)}`).join(', ')}`);
      return {
        model, history, predictions: await model.predict(test[0], { batchSize: BATCH, verbose: 0 }),
        samples: { train: labels, val: 0, test: test[0].length },
        test: named(names, means),
        measured: { accuracyOfDraws: results.map(([, accuracy]) => accuracy) },
      };
    }
  });
}

function named(names: readonly string[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}
