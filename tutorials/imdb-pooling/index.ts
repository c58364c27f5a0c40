/**
 * Film reviews told apart by their words' average, after the basic text classification tutorial: run `pooled`, an
 * embedding, its mean over the review, and a small network on that, for 40 epochs.
 */
import { Callback, datasets, type HostArray, layers, padSequences, type Sequential, sequential } from 'wgrad';
import type { Lesson } from '../lesson';
import { curves } from '../report/figures';

/** Size of the vocabulary: the most frequent words. */
const NUM_WORDS = 10_000;
const LENGTH = 256;

export default async function imdbPooling(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    50,000 film reviews, half of them to train on and half to test with, as many praising as damning. Words have
    been replaced by numbers, 4 for the most frequent, 5 for the next and so on; only the ${NUM_WORDS} most frequent
    ones keep theirs. The label is 0 for a negative review and 1 for a positive one.`);

  const { train: [trainReviews, trainLabels], test: [testReviews, testLabels], kind } = await lesson.load({
    loadData: (options) => datasets.imdb.loadData({ ...options, numWords: NUM_WORDS }),
  });
  lesson.print(`Training entries: ${trainReviews.length}, labels: ${trainLabels.length}`);
  lesson.print(`Test entries: ${testReviews.length}, labels: ${testLabels.length}`);
  lesson.print('The first review:', `[${trainReviews[0].join(', ')}]`);
  lesson.print('Lengths of the first two reviews:', trainReviews[0].length, trainReviews[1].length);

  lesson.heading('Back to words');
  lesson.explain(`
    The word index gives each word's number. In the reviews all numbers are 3 higher, as 0 to 3 are kept for
    padding, for the start of a review, for a word that is not among the most frequent, and for later use.`);
  const decode = await decoder(kind);
  lesson.print(decode(trainReviews[0]));

  lesson.heading('Making the reviews equally long');
  lesson.explain(`
    A network takes arrays, and reviews differ in length. One way is *one-hot* (more exactly multi-hot) encoding: for
    each review ${NUM_WORDS} zeros, and a 1 for every word that occurs. That takes a matrix of ${NUM_WORDS} × the number of
    reviews, and does not tell how often a word came or where. The other is *padding*: a matrix of ${LENGTH} × the number
    of reviews that holds the numbers of the words themselves, short reviews filled up with zeros at the end, long ones
    cut at the beginning. An embedding as the first layer can read that.`);
  const pad = (reviews: Int32Array[]): HostArray => padSequences(reviews, { value: 0, padding: 'post', maxlen: LENGTH });
  const [trainData, testData] = [pad(trainReviews), pad(testReviews)];
  lesson.print('Lengths of the first two reviews now:', trainData.shape[1], trainData.shape[1]);
  lesson.print('The first review now:\n', trainData.slice(0, 1).reshape([LENGTH]));

  lesson.heading('The network');
  lesson.explain(`
    \`Embedding\` is a table of 16 numbers for each word, learnt like any other weights: words that say the same about
    a film come to have similar rows. \`GlobalAveragePooling1D\` takes the mean over the review's ${LENGTH} places, the
    simplest way to make one vector of a text of any length; it has no weights and knows nothing of the order of
    words. A \`Dense\` layer of 16 units works on that mean, and a last unit with a sigmoid gives the probability that
    the review is positive.

    The loss is *binary* cross-entropy: minus the logarithm of the probability given to what the label says. It is
    for one output and two classes; *categorical* cross-entropy is for one output per class.

    A part of the training reviews, the first 10,000 of 25,000, is kept for *validation*: to watch how the
    network does on reviews that it does not learn from, while the test set is kept for the very end.`);

  await lesson.run('pooled', async () => {
    const model = poolingClassifier();
    model.summary({ print: (line) => lesson.print(line) });
    model.compile({ optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });

    const held = Math.floor(0.4 * trainData.length);
    const [xVal, xTrain] = [trainData.slice(0, held), trainData.slice(held)];
    const [yVal, yTrain] = [trainLabels.slice(0, held), trainLabels.slice(held)];

    const best = new LowestValidationLoss();
    const history = await model.fit(xTrain, yTrain, {
      epochs: lesson.epochs(40),
      batchSize: lesson.batchSize(512),
      validationData: [xVal, yVal],
      callbacks: [best],
    });
    lesson.print('The history has', Object.keys(history.history).join(', '));

    const [loss, accuracy] = await model.evaluate(testData, testLabels);
    lesson.print(`Test loss ${loss.toFixed(4)}, test accuracy ${accuracy.toFixed(4)}`);
    const predictions = await model.predict(testData);
    lesson.figure(curves(history.history, 'Loss and accuracy, epoch by epoch: dots for the reviews that are learnt from, a line for those kept for validation.'));

    const early = best.epoch > 0 ? await whereOverfittingSetsIn(lesson, model, best, history.history, [testData, testLabels]) : undefined;

    return {
      model, history, predictions,
      samples: { train: xTrain.length, val: xVal.length, test: testData.length },
      test: { loss, accuracy },
      measured: early,
    };
  });
}

function poolingClassifier(): Sequential {
  return sequential([
    layers.embedding({ inputDim: NUM_WORDS, outputDim: 16, inputShape: [null] }),
    layers.globalAveragePooling1D(),
    layers.dense({ units: 16, activation: 'relu' }),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
}

/** The epoch with the lowest validation loss, and what the weights of that epoch do on the test set. */
async function whereOverfittingSetsIn(lesson: Lesson, model: Sequential, best: LowestValidationLoss, history: Record<string, number[]>, test: [HostArray, HostArray]) {
  lesson.heading('Where overfitting sets in');
  const last = history.val_loss.at(-1)!;
  lesson.print(`Validation loss: ${best.loss.toFixed(4)} after epoch ${best.epoch}, its lowest, and ${last.toFixed(4)} at the end`);
  lesson.explain(`
    The loss on the training reviews goes on falling, as gradient descent will have it. On the others it falls, stays,
    and then rises: what is learnt from there on holds for the training reviews only. This is *overfitting*. The
    accuracy suffers less than the loss does: the network rarely changes its mind, but it grows too sure of itself.
    The simplest cure is to stop where the validation loss is lowest.`);
  const trained = await model.getWeights();
  model.setWeights(best.weights);
  const [, accuracy] = await model.evaluate(...test, { verbose: 0 });
  model.setWeights(trained);
  lesson.print(`Test accuracy with the weights after epoch ${best.epoch}: ${accuracy.toFixed(4)}`);
  return { lowestValidationLossAtEpoch: best.epoch, testAccuracyThere: accuracy };
}

/** Keeps the weights of the epoch with the lowest validation loss. */
class LowestValidationLoss extends Callback {
  loss = Infinity;
  epoch = 0;
  weights: HostArray[] = [];

  override async onEpochEnd(epoch: number, logs: Record<string, number>): Promise<void> {
    if (!(logs.val_loss < this.loss)) return;
    this.loss = logs.val_loss;
    this.epoch = epoch + 1;
    this.weights = await this.model.getWeights();
  }
}

/** A function from a review's numbers to its words. */
async function decoder(kind: 'real' | 'synthetic'): Promise<(review: Int32Array) => string> {
  const words = new Map<number, string>([[0, '<PAD>'], [1, '<START>'], [2, '<UNK>'], [3, '<UNUSED>']]);
  for (const [word, index] of await datasets.imdb.getWordIndex({ data: kind })) words.set(index + 3, word);
  return (review) => Array.from(review, (number) => words.get(number) ?? '?').join(' ');
}
