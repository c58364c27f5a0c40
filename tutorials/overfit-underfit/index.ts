/**
 * Overfitting and what helps against it, after the beginner's tutorial on film reviews: three sizes of the same network
 * (runs `small`, `baseline`, `large`), then the baseline with L2 regularisation, with dropout, and with both.
 */
import { datasets, HostArray, layers, regularizers, type Sequential, sequential } from 'wgrad';
import type { Lesson } from '../lesson';
import { compareRuns } from '../report/compare-runs';
import type { RunRecord } from '../result';

/** Size of the vocabulary: the most frequent words. */
const NUM_WORDS = 10_000;

export default async function overfitUnderfit(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    Film reviews, 25,000 to train on and as many for validation. Here a review is a row of ${NUM_WORDS} zeros and ones, a 1 for
    every word that occurs in it (*multi-hot* encoding). That is a lot of inputs for so few reviews: a network can learn
    by heart which rare words belong to which review, and this is what we want to see.`);
  const { train: [trainReviews, yTrain], test: [testReviews, yTest] } = await lesson.load({
    loadData: (options) => datasets.imdb.loadData({ ...options, numWords: NUM_WORDS }),
  });
  const [xTrain, xTest] = [multiHot(trainReviews, NUM_WORDS), multiHot(testReviews, NUM_WORDS)];
  lesson.print('Training data:', xTrain.shape, 'validation data:', xTest.shape);
  lesson.print('Different words in the first review:', new Set(trainReviews[0]).size);

  const train = (name: string, makeModel: () => Sequential): Promise<RunRecord> => lesson.run(name, async () => {
    const model = makeModel();
    model.summary({ print: (line) => lesson.print(line) });
    model.compile({ optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy', 'binary_crossentropy'] });
    const history = await model.fit(xTrain, yTrain, {
      epochs: lesson.epochs(20, name === 'large' ? 6 : 10),
      batchSize: lesson.batchSize(512),
      validationData: [xTest, yTest],
      verbose: 2,
      callbacks: [lesson.estimate({ validationSteps: Math.ceil(xTest.length / 512) })],
    });
    const [loss, accuracy, crossentropy] = await model.evaluate(xTest, yTest, { batchSize: 512, verbose: 0 });
    return {
      model, history,
      predictions: await model.predict(xTest, { batchSize: 512, verbose: 0 }),
      samples: { train: xTrain.length, val: xTest.length, test: xTest.length },
      test: { loss, accuracy, binary_crossentropy: crossentropy },
      measured: overfitting(history.history),
    };
  });

  lesson.heading('Three sizes');
  lesson.explain(`
    The more a network can hold, the sooner it learns its training data, and the sooner it learns of them what holds for no
    other. One that is too small *underfits*: it never gets hold of what there is to be learnt. There is no rule for the
    right size; one starts small and grows until the validation loss no longer gains.

    The test reviews serve for validation here, as in the original, and there is no third set: what is compared is how the
    curves run, not how good a network is in the end.`);
  const baseline = (): Sequential => network(16);
  const sizes = {
    baseline: await train('baseline', baseline),
    small: await train('small', () => network(4)),
    large: await train('large', () => network(512)),
  };
  lesson.figure(compareRuns(crossentropies(sizes), 'Loss on validation (lines) and training reviews (dashed). The larger the network, the sooner the lines turn upwards, while the dashes go on falling.'));
  lesson.table(HEADER, rows(sizes));

  lesson.heading('Weights kept small');
  lesson.explain(`
    *L2 regularisation* adds to the loss 0.001 times the sum of all squared weights. A weight then has to be worth its
    size, and what serves a single review is not. The loss that training reports holds this penalty, so that curves are
    only comparable by the cross-entropy alone, a metric beside it.`);
  const l2 = await train('l2', () => network(16, { l2: 0.001 }));

  lesson.heading('Units left out');
  lesson.explain(`
    *Dropout* sets half of the units to zero in each training step, others every time, so that none can rely on what a
    certain other one has learnt by heart. In validation all units take part.`);
  const dropout = await train('dropout', () => network(16, { dropout: 0.5 }));

  lesson.heading('Both together');
  const both = await train('dropout-l2', () => network(16, { l2: 0.001, dropout: 0.5 }));
  const cures = { baseline: sizes.baseline, l2, dropout, 'dropout-l2': both };
  lesson.figure(compareRuns(crossentropies(cures), 'Cross-entropy, without the penalty, on validation (lines) and training reviews (dashed): what each means does against overfitting.'));
  lesson.table(HEADER, rows(cures));
}

/** Two hidden layers of `units`, and one unit for the probability that the review is positive. */
function network(units: number, { l2 = 0, dropout = 0 } = {}): Sequential {
  const hidden = (first: boolean): object[] => [
    layers.dense({
      units,
      activation: 'relu',
      ...(first && { inputShape: [NUM_WORDS] }),
      ...(l2 > 0 && { kernelRegularizer: regularizers.l2(l2) }),
    }),
    ...(dropout > 0 ? [layers.dropout({ rate: dropout })] : []),
  ];
  return sequential([...hidden(true), ...hidden(false), layers.dense({ units: 1, activation: 'sigmoid' })] as Parameters<typeof sequential>[0]);
}

/** [reviews, words] with a 1 where the word occurs; a byte each, made numbers batch by batch. */
function multiHot(reviews: readonly Int32Array[], words: number): HostArray {
  const rows = new Uint8Array(reviews.length * words);
  reviews.forEach((review, i) => review.forEach((word) => (rows[i * words + word] = 1)));
  return new HostArray(rows, [reviews.length, words]);
}

/** How far the validation's cross-entropy rose after its lowest, how far the training's fell in that time, and how far they lie apart at the end. */
function overfitting(history: Record<string, number[]>): Record<string, number> {
  const { binary_crossentropy: training, val_binary_crossentropy: validation } = history;
  const lowest = validation.indexOf(Math.min(...validation));
  return {
    lowestValidationLossAtEpoch: lowest + 1,
    validationLossRise: validation.at(-1)! - validation[lowest],
    trainingLossFall: training[lowest] - training.at(-1)!,
    gap: validation.at(-1)! - training.at(-1)!,
  };
}

/** The cross-entropy of each run as its loss. */
function crossentropies(runs: Record<string, RunRecord>): Record<string, Record<string, number[]>> {
  return Object.fromEntries(Object.entries(runs).map(([name, { history }]) =>
    [name, { loss: history.binary_crossentropy, val_loss: history.val_binary_crossentropy }]));
}

const HEADER = ['run', 'parameters', 'best epoch', 'best val. loss', 'last val. loss', 'last training loss', 'last val. accuracy'];

function rows(runs: Record<string, RunRecord>): (string | number)[][] {
  return Object.entries(runs).map(([name, { params, history, measured }]) => [
    name, params, measured!.lowestValidationLossAtEpoch as number, Math.min(...history.val_binary_crossentropy),
    history.val_binary_crossentropy.at(-1)!, history.binary_crossentropy.at(-1)!, history.val_accuracy.at(-1)!,
  ]);
}
