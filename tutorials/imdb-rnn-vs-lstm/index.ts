/**
 * A simple recurrent network against an LSTM, on reviews of 64, 512 and 1024 words: which of them remembers, and what
 * becomes of the gradient on its way back through time.
 */
import { datasets, type Functional, type HostArray, input, layers, model, padSequences } from 'wgrad';
import type { Lesson } from '../lesson';
import { accuracyByLength, curves, gradientNorms } from '../report/figures';
import type { RunRecord } from '../result';
import { gradientsThroughTime } from './gradients';

const NUM_WORDS = 10_000;
const CELLS = ['simple-rnn', 'lstm'] as const;
type Cell = (typeof CELLS)[number];

export default async function imdbRnnVsLstm(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    Film reviews as numbers of words, the ${NUM_WORDS} most frequent of them, with label 0 for negative and 1 for positive
    ones. Reviews differ in length. Here short ones are filled up with zeros and long ones cut, both *before* the
    text (\`pre\`): what a recurrent layer reads last it remembers best, and the end of a review often sums it up.`);
  const { train: [trainReviews, yTrain], test: [testReviews, yTest] } = await lesson.load({
    loadData: (options) => datasets.imdb.loadData({ ...options, numWords: NUM_WORDS }),
  });
  lesson.print('The first review:', `[${trainReviews[0].join(', ')}]`);

  lesson.heading('Two kinds of memory');
  lesson.explain(`
    A *simple* recurrent layer has one state h, made anew at each timestep: h = tanh(x·Wx + h·Wh + b). To learn that an
    early word matters, the gradient has to travel back through every later timestep, and at each it is multiplied by
    Wh and by the slope of tanh. Many factors below 1 leave next to nothing (the *vanishing gradient*); factors above
    1 make it explode.

    An *LSTM* has a second state c, which is not made anew but kept in part: c = f·c + i·g. Three gates, each a number
    between 0 and 1 for every unit, say what is kept (f), what is added (i) and what is shown of it (o). Along c the
    gradient is only multiplied by f, which can learn to stay near 1.

    \`returnSequences: false\`: only the last timestep's output goes on to the next layer. \`returnState: false\`: the
    states are not given out beside it.`);

  const records: (RunRecord & { cell: Cell; length: number })[] = [];
  for (const length of lesson.lengths([64, 512, 1024], [64, 512])) {
    lesson.heading(`Reviews of ${length} words`);
    const pad = (reviews: Int32Array[]): HostArray => padSequences(reviews, { maxlen: length, padding: 'pre', truncating: 'pre' });
    const [xTrain, xTest] = [pad(trainReviews), pad(testReviews)];
    lesson.print('Shapes:', xTrain.shape, xTest.shape);

    for (const cell of CELLS) {
      const name = `${cell}-${length}`;
      const record = await lesson.run(name, async () => {
        const model = myModel(NUM_WORDS, length, 256, 128, cell);
        model.summary({ print: (line) => lesson.print(line) });
        model.compile({ optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
        const before = await gradientsThroughTime(model, xTest, yTest);

        const [epochs, batchSize] = [lesson.epochs(5, 1), lesson.batchSize(32)];
        const history = await model.fit(xTrain, yTrain, {
          epochs,
          batchSize,
          validationData: [xTest, yTest],
          callbacks: [lesson.estimate({ validationSteps: Math.ceil(xTest.length / batchSize) })],
        });
        lesson.figure(curves(history.history, `${name}: loss and accuracy, epoch by epoch; dots for training, a line for validation.`));

        // The validation set is the test set, as in the original: its last values are the test's.
        const { val_loss, val_accuracy } = history.history;
        const [loss, accuracy] = history.interrupted ? await model.evaluate(xTest, yTest) : [val_loss.at(-1)!, val_accuracy.at(-1)!];
        lesson.print(`Test loss ${loss.toFixed(4)}, test accuracy ${accuracy.toFixed(4)}`);
        return {
          model, history,
          samples: { train: xTrain.length, val: xTest.length, test: xTest.length },
          test: { loss, accuracy },
          predictions: await model.predict(xTest, { batchSize }),
          measured: { gradientNormsBefore: before, gradientNormsAfter: await gradientsThroughTime(model, xTest, yTest) },
        };
      });
      records.push({ ...record, cell, length });
    }
  }

  lesson.heading('Accuracy and the length of reviews');
  for (const { name, params, history, test, msPerStep } of records) {
    const best = Math.max(test.accuracy, ...(history.val_accuracy ?? []));
    lesson.print(`${name.padEnd(16)} ${params} parameters, test accuracy ${test.accuracy.toFixed(4)} (best epoch ${best.toFixed(4)}), ${msPerStep.toFixed(0)} ms a step`);
  }
  lesson.figure(accuracyByLength(
    records.map(({ cell, length, test }) => ({ cell, length, accuracy: test.accuracy })),
    'Test accuracy after the last epoch, against the length that reviews were cut or filled up to.',
  ));

  lesson.heading('The gradient on its way back');
  lesson.explain(`
    How much does the loss depend on what was read at each timestep? That is the gradient of the loss with respect to
    the layer's input there, of which the figures show the norm, averaged over the 32 test reviews with the least padding.
    A weight can learn from a timestep only as much as arrives there. What is too small for single precision is 0, and
    left out.

    Before training it is the LSTM that loses more: its forget gate starts near sigmoid(1) = 0.73, and 0.73 to the
    power of 64 is 2·10⁻⁹. The simple layer starts with an orthogonal Wh, which turns the state without shrinking it, and
    with states so small that tanh has slope 1. What training makes of both is in the figures on the right: a gate
    can be opened, for one word or for all, while the slope of tanh only falls as the states grow.`);
  for (const length of new Set(records.map((record) => record.length))) {
    const lines = (when: string) => records.filter((record) => record.length === length).map(({ cell, measured }) => ({ cell, norms: measured![when] as number[] }));
    const [before, after] = [lines('gradientNormsBefore'), lines('gradientNormsAfter')];
    for (const [when, cells] of [['before', before], ['after', after]] as const) {
      for (const { cell, norms } of cells) lesson.print(`${length} words, ${when} training, ${cell.padEnd(10)}: ${norms[0].toExponential(1)} at the first timestep, ${norms[length - 1].toExponential(1)} at the last`);
    }
    lesson.figure(gradientNorms(
      { 'before training': before, 'after training': after },
      `The norm of the gradient that reaches each of the ${length} timesteps, on a logarithmic scale.`,
    ));
  }
}

function myModel(numWords: number, seqLen: number, dimEmbedding: number, dimHidden: number, cell: Cell): Functional {
  const x = input({ shape: [seqLen] });
  const embedded = layers.embedding({ inputDim: numWords, outputDim: dimEmbedding }).apply(x);
  const config = { units: dimHidden, activation: 'tanh', returnSequences: false, returnState: false } as const;
  const hidden = (cell === 'lstm' ? layers.lstm(config) : layers.simpleRNN(config)).apply(embedded);
  const output = layers.dense({ units: 1, activation: 'sigmoid' }).apply(hidden);
  return model({ inputs: x, outputs: output, name: cell === 'lstm' ? 'lstm' : 'simple_rnn' });
}
