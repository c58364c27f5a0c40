/**
 * Fuel consumption from a car's data, after the basic regression tutorial: run `original` as it stands, with two flaws in
 * how it prepares the data; `sound` without them, for all 1,000 epochs; `sound-early-stopping` ends where learning does.
 */
import { Callback, type CallbackLike, callbacks, datasets, type HostArray, layers, type Model, optimizers, type Sequential, sequential, type Table } from 'wgrad';
import { host } from '#platform';
import type { Lesson } from '../lesson';
import { errorCurves, histogram, scatter } from '../report/figures';
import type { RunRecord } from '../result';

const EPOCHS = 1000;

/** What a run learns from and is measured on: inputs [cars, columns], labels [cars]. */
interface Protocol {
  train: [x: HostArray, y: HostArray];
  test: [x: HostArray, y: HostArray];
}

export default async function autoMpg(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    398 cars of the years 1970 to 1982: how many miles each went on a gallon of fuel (MPG), and its engine, weight and
    origin. To predict a number like MPG, and not one of several classes, is *regression*.`);
  const { cars } = await lesson.open(datasets.autoMpg);
  lesson.print(cars.slice(-5).toString());
  lesson.print('Shape:', cars.shape);

  lesson.heading('Cleaning it');
  const [name, missing] = Object.entries(cars.missing()).find(([, count]) => count > 0)!;
  lesson.print(`Missing values: ${missing} in ${name}`);
  lesson.explain(`
    A network cannot compute with a number that is not there; these few cars are left out. *Origin* is a code: 1 for the
    USA, 2 for Europe, 3 for Japan. That Japan is three times the USA means nothing, so the column becomes three,
    with a 1 in one of them (*one-hot*).`);
  const complete = cars.dropMissing().oneHot('Origin', datasets.autoMpg.origins);
  lesson.print(complete.slice(-5).toString());

  lesson.heading('Training set and test set');
  lesson.explain(`
    Four fifths of the cars, drawn at random, are trained on, in the order in which they are drawn; the others, in the
    order of the file, are for testing. The draw is that of the original, car by car.`);
  const drawn = complete.sample({ fraction: 0.8, seed: 0 });
  const [train, test] = [lesson.first(drawn, 'training set'), lesson.first(complete.except(drawn), 'test set')];
  lesson.print('Training cars:', train.length, 'test cars:', test.length);
  lesson.print('The first rows drawn:', train.index.slice(0, 5).join(', '));
  for (const [column, { mean, std, min, max }] of Object.entries(train.describe())) {
    lesson.print(`${column.padEnd(12)}  mean ${mean.toFixed(2).padStart(8)}  standard deviation ${std.toFixed(2).padStart(7)}  from ${min} to ${max}`);
  }

  lesson.heading('One scale for all inputs');
  lesson.explain(`
    A weight is counted in thousands and the cylinders in units; left so, the weight would drown all else and training
    would crawl. Every column is therefore *standardised*: its mean is subtracted, and what is left divided by its
    standard deviation. Mean and deviation belong to what was learnt: they are the *training* set's, and a car that is
    seen later is put on the same scale with them. The labels stay in miles per gallon.`);

  lesson.heading('The network');
  lesson.explain(`
    Two \`Dense\` layers of 64 units with \`relu\`, and one unit without an activation, whose number can be any. The loss is
    the *mean squared error*, to which one large error counts more than many small ones; the *mean absolute error*
    beside it is easier to read: by how many miles per gallon a prediction is off, on average. RMSprop divides every
    step by the recent size of that weight's gradient. The last fifth of the training cars is kept for validation.`);

  const [yTrain, yTest] = [labelsOf(train), labelsOf(test)];

  lesson.heading('Run original: too good to be true');
  lesson.explain(`
    The original does two things that one should not do. It never takes the column MPG out of the inputs: the network,
    with ten inputs and 4,929 parameters, is told the answer. And it standardises the test cars by their *own* mean and
    deviation, so that the same car would be given other inputs than in training. The first brings the error down, the
    second pushes it up again, for what the network is told is then a little beside the truth. The number
    that comes out, here as there, says nothing about how well consumption can be predicted.

    Training stops by itself when the loss on the validation cars has not fallen for 10 epochs (\`EarlyStopping\`).`);
  const original = await teach(lesson, 'original', earlyStopping(), {
    train: [standardised(train, train), yTrain],
    test: [standardised(test, test), yTest],
  });

  lesson.heading('Run sound: all 1,000 epochs');
  lesson.explain(`
    MPG is out of the inputs, which leaves nine and 4,865 parameters, and both sets are standardised by the training set.
    A callback of one's own prints a dot for every epoch: a class with \`onEpochEnd\`. Where the error on the validation
    cars no longer falls while that on the training cars still does, the network learns its examples by heart.`);
  const inputs = [train.without('MPG'), test.without('MPG')];
  const protocol: Protocol = {
    train: [standardised(inputs[0], inputs[0]), yTrain],
    test: [standardised(inputs[1], inputs[0]), yTest],
  };
  const sound = await teach(lesson, 'sound', [], protocol);

  lesson.heading('Run sound-early-stopping: no longer than it helps');
  const early = await teach(lesson, 'sound-early-stopping', earlyStopping(), protocol);

  lesson.heading('The three side by side');
  for (const { name, params, epochs, test, seconds } of [original, sound, early]) {
    lesson.print(`${name.padEnd(20)}  ${params} parameters  ${String(epochs).padStart(4)} epochs in ${seconds.toFixed(1).padStart(5)} s  mean absolute error ${test.mae.toFixed(2)} MPG`);
  }
  lesson.explain(`
    Only the two sound runs tell what to expect for a car that nobody has measured. With few examples a small network and
    early stopping are the first remedies against overfitting; the mean squared error is a common loss for regression,
    and accuracy, which counts hits, has no place there.`);
}

function teach(lesson: Lesson, name: string, stopping: CallbackLike[], { train: [xTrain, yTrain], test: [xTest, yTest] }: Protocol): Promise<RunRecord> {
  return lesson.run(name, async () => {
    const model = buildModel(xTrain.shape[1]);
    model.summary({ print: (line) => lesson.print(line) });
    const held = xTrain.length - Math.floor(0.8 * xTrain.length);

    const history = await model.fit(xTrain, yTrain, {
      epochs: lesson.epochs(EPOCHS),
      batchSize: lesson.batchSize(),
      validationSplit: 0.2,
      verbose: 0,
      callbacks: [...stopping, new PrintDot()],
    });
    lesson.print(`Trained for ${history.epoch.length} epochs; errors in the last:`,
      Object.entries(history.history).filter(([metric]) => metric.endsWith('mae')).map(([metric, values]) => `${metric} ${values.at(-1)!.toFixed(2)}`).join(', '));
    lesson.figure(errorCurves(history.history, {
      mae: { title: 'Mean Abs Error [MPG]', max: 5 },
      mse: { title: 'Mean Square Error [MPG²]', max: 20 },
    }, `${name}: errors on the cars that are learnt from and on those kept for validation, epoch by epoch.`));

    const [loss, mae, mse] = await model.evaluate(xTest, yTest, { verbose: 0 });
    lesson.print(`Test loss ${loss.toFixed(4)}, mean absolute error ${mae.toFixed(4)} MPG`);
    const predictions = await showPredictions(lesson, model, xTest, yTest);
    return {
      model, history, predictions,
      samples: { train: xTrain.length - held, val: held, test: xTest.length },
      test: { loss, mae, mse },
    };
  });
}

function buildModel(inputs: number): Sequential {
  const model = sequential([
    layers.dense({ units: 64, activation: 'relu', inputShape: [inputs] }),
    layers.dense({ units: 64, activation: 'relu' }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ loss: 'mse', optimizer: optimizers.rmsprop(0.001), metrics: ['mae', 'mse'] });
  return model;
}

function earlyStopping(): CallbackLike[] {
  return [callbacks.earlyStopping({ monitor: 'val_loss', patience: 10 })];
}

/** Progress without a bar: a dot for each epoch, 100 to a line. */
class PrintDot extends Callback {
  override onEpochEnd(epoch: number): void {
    if (epoch % 100 === 0) host.terminal.write('\n');
    host.terminal.write('.');
  }

  override onTrainEnd(): void {
    host.terminal.write('\n');
  }
}

async function showPredictions(lesson: Lesson, model: Model, xTest: HostArray, yTest: HostArray): Promise<HostArray> {
  const predictions = await model.predict(xTest);
  const errors = Array.from(predictions.data, (prediction, i) => prediction - yTest.data[i]);
  lesson.figure(scatter(Array.from(predictions.data, (prediction, i) => [yTest.data[i], prediction]),
    { x: 'True Values [MPG]', y: 'Predictions [MPG]' }, 'The test cars: on the diagonal where the prediction is right.'));
  lesson.figure(histogram(errors, 25, { x: 'Prediction Error [MPG]', y: 'Count' }, 'How far predictions are off; with so few cars no smooth bell.'));
  return predictions;
}

/** Every column minus its mean, divided by its standard deviation, both as they are in `by`. */
function standardised(part: Table, by: Table): HostArray {
  const scales = Object.values(by.describe());
  return part.toHostArray().map((value, i) => (value - scales[i % scales.length].mean) / scales[i % scales.length].std);
}

function labelsOf(part: Table): HostArray {
  return part.select(['MPG']).toHostArray().reshape([-1]);
}
