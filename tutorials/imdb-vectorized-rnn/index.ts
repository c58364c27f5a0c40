/**
 * Film reviews as text, turned into numbers by the model itself and read by a recurrent layer. Runs `rnn-original` and
 * `lstm-original` follow the original, which ends near chance; the others change one thing at a time to tell why.
 */
import { Dataset, datasets, type HostArray, layers, losses, optimizers, type Sequential, sequential, StringArray } from 'wgrad';
import type { Lesson, Outcome } from '../lesson';
import { curves } from '../report/figures';
import type { RunRecord } from '../result';

type Reviews = Dataset<readonly [StringArray, HostArray]>;
type Encoder = ReturnType<typeof layers.textVectorization>;

interface Variant {
  name: string;
  cell: 'rnn' | 'lstm' | 'bilstm';
  /** Whether padding is masked. */
  mask?: boolean;
  /** Whether the label is held against the last state only, not against every timestep. */
  last?: boolean;
  /** Adam 1e-3 over three whole passes, in place of 1e-4 over 300 steps. */
  long?: boolean;
  explain: string;
}

const variants: Variant[] = [
  { name: 'rnn-original', cell: 'rnn', explain: `
    As the original has it: a SimpleRNN gives its state at every timestep (\`returnSequences\`), the last layer makes a
    probability of each, and the review's one label is held against all of them, those in the padding included.` },
  { name: 'lstm-original', cell: 'lstm', explain: `
    The same with an LSTM. Beside its output h it carries a second state c, to which gates add and from which they
    take away, so that what was read long ago can stay there unchanged.` },
  { name: 'lstm-mask', cell: 'lstm', mask: true, explain: `
    One change: \`maskZero\`. The embedding marks the padding, the LSTM keeps its state over it, and loss and accuracy
    leave those timesteps out. The label is still held against every timestep of the review.` },
  { name: 'lstm-last', cell: 'lstm', last: true, explain: `
    Another single change: \`returnSequences: false\`, so that only the last state counts. Without a mask that is the
    state after hundreds of paddings, in which little is left of the review.` },
  { name: 'lstm-mask-last', cell: 'lstm', mask: true, last: true, explain: `
    Both: the state after the review's last word, and nothing else.` },
  { name: 'rnn-mask-last', cell: 'rnn', mask: true, last: true, explain: `
    Both, for the SimpleRNN.` },
  { name: 'lstm-long', cell: 'lstm', mask: true, last: true, long: true, explain: `
    What is left is the budget: 300 steps of 64 reviews, at a learning rate of 1e-4. Here Adam takes steps of 1e-3, over
    three whole passes.` },
  { name: 'rnn-long', cell: 'rnn', mask: true, last: true, long: true, explain: `
    The same budget for the SimpleRNN, which has no gates and forgets: its gradient has to pass through every timestep.` },
  { name: 'bilstm-long', cell: 'bilstm', mask: true, last: true, long: true, explain: `
    \`Bidirectional\`: a second LSTM reads the review from its end, and both last states stand side by side.` },
];

export default async function imdbVectorizedRnn(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    The same 50,000 film reviews as in the tutorial before, but as text, with 0 for a negative and 1 for a positive one.`);
  const { train, test } = await lesson.load(datasets.imdbReviews);
  const { name, classNames } = datasets.imdbReviews.info;
  lesson.print(`${name}: ${train[0].length} reviews to train on, ${test[0].length} to test with, classes ${classNames.join(' and ')}`);

  const [examples, testExamples] = [Dataset.fromTensorSlices(train), Dataset.fromTensorSlices(test)];
  lesson.print('An element is', JSON.stringify(examples.elementSpec));
  for await (const [text, label] of examples.take(1)) lesson.print(`text: ${text.at()}\nlabel: ${label.at()}`);

  lesson.explain(`
    A pipeline makes batches of them: \`shuffle\` draws from a buffer of 10,000 reviews, \`batch\` stacks 64, and
    \`prefetch\` makes the next batches while the device works on the one before. Test reviews stay in their order.`);
  const trainBatches = (size = 64): Reviews => examples.shuffle(10_000).batch(size).prefetch('auto');
  const testBatches = (size = 64): Reviews => testExamples.batch(size).prefetch('auto');
  const [texts, labels] = await firstThree(trainBatches());
  lesson.print(`Three of a batch:\n${texts.data.join('\n')}`);
  lesson.print('Their labels:', labels);

  lesson.heading('From text to numbers');
  lesson.explain(`
    \`TextVectorization\` makes lower case of the text, drops punctuation, splits at white space and replaces each word by
    its number. \`adapt\` counts the words and keeps the most frequent ones; 0 stands for padding, 1 (\`[UNK]\`) for all
    other words. Shorter reviews are filled up with zeros to the longest of the batch. As the layer is the first one
    of the model, the model takes text.`);
  const encoder = layers.textVectorization({ maxTokens: lesson.maxTokens(1000), inputShape: [] });
  await encoder.adapt(trainBatches().map(([text]) => text));
  const vocabulary = encoder.getVocabulary();
  lesson.print(`The first 20 of ${vocabulary.length} words:\n${JSON.stringify(vocabulary.slice(0, 20))}`);
  lesson.print("The number of '[UNK]':", await encoder.apply(StringArray.from([['[UNK]']])).array());
  const encoded = await encoder.apply(texts).array();
  lesson.print('The first of the three, encoded:\n', encoded.slice(0, 1).reshape([-1]));
  texts.data.forEach((text, i) => {
    const words = Array.from(encoded.slice(i, i + 1).data, (number) => vocabulary[number]);
    lesson.print(`Original: ${text}\nRound trip: ${words.join(' ')}`);
  });
  await explainPadding(lesson, trainBatches(), encoder);

  const data: Data = { trainBatches, testBatches, samples: { train: examples.length!, val: 0, test: testExamples.length! } };
  const records: RunRecord[] = [];
  for (const variant of variants) {
    lesson.heading(`Run ${variant.name}`);
    lesson.explain(variant.explain);
    const record = await lesson.runIfChosen(variant.name, () => trained(lesson, variant, encoder, data));
    if (record) records.push(record);
  }

  lesson.heading('The runs side by side');
  for (const { name, test: { loss, accuracy } } of records) {
    lesson.print(`${name.padEnd(16)} test loss ${loss.toFixed(4)}, test accuracy ${accuracy.toFixed(4)}`);
  }
}

interface Data {
  trainBatches(size: number): Reviews;
  testBatches(size: number): Reviews;
  samples: RunRecord['samples'];
}

async function trained(lesson: Lesson, variant: Variant, encoder: Encoder, data: Data): Promise<Outcome> {
  const model = reviewClassifier(encoder, variant);
  model.summary({ print: (line) => lesson.print(line) });
  model.compile({
    loss: losses.binaryCrossentropy({ fromLogits: false }),
    optimizer: optimizers.adam({ learningRate: variant.long ? 1e-3 : 1e-4 }),
    metrics: ['accuracy'],
  });

  const batch = lesson.batchSize(64);
  const [trainBatches, testBatches] = [data.trainBatches(batch), data.testBatches(batch)];
  const validationSteps = Math.min(30, testBatches.length!);
  const history = await model.fit(trainBatches, {
    epochs: lesson.epochs(3),
    ...(!variant.long && { stepsPerEpoch: Math.min(100, trainBatches.length!) }),
    validationData: testBatches,
    validationSteps,
    callbacks: [lesson.estimate({ validationSteps })],
  });
  lesson.figure(curves(history.history, `${variant.name}: loss and accuracy, epoch by epoch; dots for training, a line for validation.`));

  const [loss, accuracy] = await model.evaluate(testBatches);
  lesson.print('Test Loss:', loss);
  lesson.print('Test Accuracy:', accuracy);

  // One number for each review: where there is one for every timestep, their mean.
  const perReview = variant.last ? model : sequential([model, layers.globalAveragePooling1D()]);
  return {
    model, history,
    samples: { ...data.samples, val: Math.min(validationSteps * batch, data.samples.test) },
    test: { loss, accuracy },
    predictions: await perReview.predict(testBatches),
  };
}

function reviewClassifier(encoder: Encoder, { cell, mask = false, last = false }: Variant): Sequential {
  const config = { units: 16, returnSequences: !last };
  const recurrent = {
    rnn: () => layers.simpleRNN({ ...config, activation: 'tanh' }),
    lstm: () => layers.lstm(config),
    bilstm: () => layers.bidirectional({ layer: layers.lstm(config) }),
  };
  return sequential([
    encoder,
    layers.embedding({ inputDim: encoder.vocabularySize(), outputDim: 50, maskZero: mask }),
    recurrent[cell](),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
}

async function firstThree(batches: Reviews): Promise<readonly [StringArray, HostArray]> {
  for await (const [texts, labels] of batches.take(1)) return [texts.slice(0, 3), labels.slice(0, 3)];
  throw new Error('There are no reviews.');
}

/** How much of a batch is padding, which the original does not mask. */
async function explainPadding(lesson: Lesson, batches: Reviews, encoder: Encoder): Promise<void> {
  let [count, steps, all, padding] = [0, 0, 0, 0];
  for await (const [texts] of batches.take(50).elements()) {
    const numbers = encoder.callHost(texts);
    count++;
    steps += numbers.shape[1];
    all += numbers.size;
    numbers.data.forEach((number: number) => (padding += number === 0 ? 1 : 0));
  }
  lesson.print(`In ${count} batches the longest review has ${Math.round(steps / count)} words on average, and ${Math.round((100 * padding) / all)} % of the timesteps are padding.`);
}
