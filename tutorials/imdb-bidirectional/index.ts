/**
 * Film reviews read in both directions, after TensorFlow's text classification with an RNN: run `single` has one
 * bidirectional LSTM, run `stacked` two.
 */
import { Dataset, datasets, type HostArray, layers, losses, optimizers, type Sequential, sequential, StringArray } from 'wgrad';
import type { Lesson, Outcome } from '../lesson';
import { curves } from '../report/figures';

type Reviews = Dataset<readonly [StringArray, HostArray]>;
type Encoder = ReturnType<typeof layers.textVectorization>;

const SAMPLE = 'The movie was cool. The animation and the graphics were out of this world. I would recommend this movie.';

export default async function imdbBidirectional(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    50,000 film reviews as text, in batches of 64. The model's first layer, \`TextVectorization\`, makes numbers of
    them: the thousand most frequent words each have one, and \`[UNK]\` stands for all others.`);
  const { train, test } = await lesson.load(datasets.imdbReviews);
  const [trainReviews, testReviews]: Reviews[] = [Dataset.fromTensorSlices(train), Dataset.fromTensorSlices(test)];
  const encoder = layers.textVectorization({ maxTokens: 1000, inputShape: [] });
  await encoder.adapt(trainReviews.batch(64).map(([text]) => text));
  lesson.print(`The first 20 words:\n${JSON.stringify(encoder.getVocabulary().slice(0, 20))}`);

  lesson.heading('Run single: one bidirectional layer');
  lesson.explain(`
    \`Bidirectional\` runs its layer over the review twice, once from the start and once from the end, and puts both results
    side by side. So the words of the beginning are not the ones that went through all timesteps; but a review can be
    read only once it is complete.

    The embedding masks the padding (\`maskZero\`). The last layer gives a logit: below 0 the review is taken for negative,
    above for positive. Keras's accuracy, which \`accuracy\` below is, counts outputs above 0.5 as positive even where
    they are logits; the accuracy at 0 is printed beside it.`);
  await lesson.runIfChosen('single', () => trained(lesson, single(encoder), trainReviews, testReviews));

  lesson.heading('Run stacked: two of them');
  lesson.explain(`
    A second recurrent layer needs a sequence to read, so that the first one has to give its output at every timestep
    (\`returnSequences: true\`). Half of the values before the last layer are dropped while training.`);
  await lesson.runIfChosen('stacked', () => trained(lesson, stacked(encoder), trainReviews, testReviews));
}

function single(encoder: Encoder): Sequential {
  return sequential([
    encoder,
    layers.embedding({ inputDim: encoder.vocabularySize(), outputDim: 64, maskZero: true }),
    layers.bidirectional({ layer: layers.lstm({ units: 64 }) }),
    layers.dense({ units: 64, activation: 'relu' }),
    layers.dense({ units: 1 }),
  ]);
}

function stacked(encoder: Encoder): Sequential {
  return sequential([
    encoder,
    layers.embedding({ inputDim: encoder.vocabularySize(), outputDim: 64, maskZero: true }),
    layers.bidirectional({ layer: layers.lstm({ units: 64, returnSequences: true }) }),
    layers.bidirectional({ layer: layers.lstm({ units: 32 }) }),
    layers.dense({ units: 64, activation: 'relu' }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 1 }),
  ]);
}

async function trained(lesson: Lesson, model: Sequential, trainReviews: Reviews, testReviews: Reviews): Promise<Outcome> {
  model.summary({ print: (line) => lesson.print(line) });
  lesson.explain(`
    A review has to give the same number alone and in a batch with one that is far longer, or the padding is not masked.`);
  await paddedTogether(lesson, model);
  model.compile({
    loss: losses.binaryCrossentropy({ fromLogits: true }),
    optimizer: optimizers.adam({ learningRate: 1e-4 }),
    metrics: ['accuracy'],
  });

  const batch = lesson.batchSize(64);
  const trainBatches = trainReviews.shuffle(10_000).batch(batch).prefetch('auto');
  const testBatches = testReviews.batch(batch).prefetch('auto');
  const validationSteps = Math.min(30, testBatches.length!);
  const history = await model.fit(trainBatches, {
    epochs: lesson.epochs(10, 1),
    validationData: testBatches,
    validationSteps,
    callbacks: [lesson.estimate({ validationSteps })],
  });
  lesson.figure(curves(history.history, 'Loss and accuracy, epoch by epoch: dots for training, a line for validation.'));

  const [loss, accuracy] = await model.evaluate(testBatches);
  lesson.print('Test Loss:', loss);
  lesson.print('Test Accuracy:', accuracy);
  const predictions = await model.predict(testBatches);
  const accuracyAtZero = await shareRight(predictions, testBatches);
  lesson.print('Accuracy with logits above 0 as positive:', accuracyAtZero);
  lesson.print(`"${SAMPLE}":`, (await model.predict(StringArray.from([SAMPLE]))).at(0, 0));
  return {
    model, history, predictions,
    samples: { train: trainReviews.length!, val: Math.min(validationSteps * batch, testReviews.length!), test: testReviews.length! },
    test: { loss, accuracy },
    measured: { accuracyAtZero },
  };
}

/** The prediction for a review is the same alone and beside one that is far longer: padding is masked. */
async function paddedTogether(lesson: Lesson, model: Sequential): Promise<void> {
  const long = 'the '.repeat(2000);
  const alone = (await model.predict(StringArray.from([SAMPLE]))).at(0, 0);
  const beside = (await model.predict(StringArray.from([SAMPLE, long]))).at(0, 0);
  lesson.print(`A review alone gives ${alone}, beside one of 2000 words ${beside}: they differ by ${Math.abs(alone - beside).toExponential(1)}.`);
}

async function shareRight(logits: HostArray, batches: Reviews): Promise<number> {
  let [at, right] = [0, 0];
  for await (const [, labels] of batches.elements()) {
    for (const label of labels.data) right += Number(logits.data[at++] > 0) === label ? 1 : 0;
  }
  return right / at;
}
