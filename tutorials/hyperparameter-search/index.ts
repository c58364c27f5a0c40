/**
 * The search for good hyperparameters, after the beginner's tutorial on Fashion-MNIST: run `default` takes the first
 * choice of each, `random-search` and `hyperband` look for better ones at like expense, `best` trains the winner.
 */
import { callbacks, clearSession, datasets, History, type HostArray, layers, losses, optimizers, RandomGenerator, type Sequential, sequential } from 'wgrad';
import type { Lesson, Outcome } from '../lesson';
import { curves } from '../report/figures';
import { hyperband, randomSearch, type Trial } from './search';

interface Hyperparameters {
  units: number;
  learningRate: number;
}

/** 32, 64 … 512 units with each of three rates: 48 choices. */
const CHOICES: Hyperparameters[] = Array.from({ length: 16 }, (_, i) => 32 * (i + 1)).flatMap((units) =>
  [1e-2, 1e-3, 1e-4].map((learningRate) => ({ units, learningRate })));

/** Most epochs of a trial, and the share of trials that go on, as 1/factor. */
const [MAX_EPOCHS, FACTOR] = [10, 3];

interface Data {
  x: HostArray;
  y: HostArray;
  xTest: HostArray;
  yTest: HostArray;
}

export default async function hyperparameterSearch(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    Fashion-MNIST: 28×28 pictures of clothes in ten classes. The last fifth of the training images is kept for validation, and
    it alone decides between models: who chooses by the test set has no set left to tell how good the choice is.`);
  const { train, test } = await lesson.load(datasets.fashionMnist);
  const all: Data = { x: train[0].scale(1 / 255), y: train[1], xTest: test[0].scale(1 / 255), yTest: test[1] };
  const rows = lesson.rows('search', train[0].length, 12_000);
  const some: Data = { ...all, x: all.x.slice(0, rows), y: all.y.slice(0, rows) };
  lesson.print(`Images to search with: ${rows}, of which ${Math.round(rows / 5)} for validation`);

  lesson.heading('What is searched');
  lesson.explain(`
    Weights are learnt; *hyperparameters* are set before: here the number of units of the hidden layer, from 32 to 512, and
    Adam's learning rate, 0.01, 0.001 or 0.0001. That is ${CHOICES.length} choices. Each can be judged only by training with it.
    Training stops early where the validation loss has not gained for five epochs.`);
  const trained = (values: Hyperparameters): FashionTrial => new FashionTrial(values, lesson.batchSize(), some);

  lesson.heading('Run default: no search');
  lesson.explain(`The first choice of each hyperparameter, for ${MAX_EPOCHS} epochs: what a search has to beat.`);
  const first = await lesson.run('default', async () => {
    const trial = trained(CHOICES[0]);
    await trial.trainTo(lesson.epochs(MAX_EPOCHS));
    return outcome(trial, some, [trial]);
  });

  lesson.heading('Run random-search: choices drawn by lot');
  lesson.explain(`
    Some choices are drawn, each is trained in full, the best is kept. Of a few hyperparameters usually one or two matter:
    with a regular grid many trials would differ only in what does not matter; drawn ones all differ in everything.`);
  const random = await lesson.run('random-search', async () => {
    const trials = await randomSearch(drawing(lesson, trained), 7, lesson.epochs(MAX_EPOCHS));
    return searched(lesson, trials, some);
  });

  lesson.heading('Run hyperband: a short trial for many, a long one for few');
  lesson.explain(`
    Most bad choices show early. *Hyperband* gives many trials an epoch, lets the best third go on for three times as long,
    and so on up to ${MAX_EPOCHS} epochs. Some good ones start slowly; so it repeats this with fewer trials and a longer start, and
    at last with a few that are trained in full from the start.`);
  const band = await lesson.run('hyperband', async () => {
    const trials = await hyperband(drawing(lesson, trained), lesson.epochs(MAX_EPOCHS), FACTOR);
    return searched(lesson, trials, some);
  });

  lesson.heading('Run best: the winner, trained as long as is good');
  const winner = [random, band].sort((a, b) => score(b) - score(a))[0];
  const [units, learningRate] = [winner.measured!.units as number, winner.measured!.learningRate as number];
  lesson.explain(`
    How many epochs are best is one more hyperparameter, and is found in the same way: from the validation accuracy of a long
    training. Then a new model is trained for that many epochs on all images, those for validation too.`);
  const best = await lesson.run('best', async () => {
    const epochs = lesson.epochs(50, 20);
    lesson.print(`${units} units, learning rate ${learningRate}, up to ${epochs} epochs`);
    const long = trained({ units, learningRate });
    await long.trainTo(epochs);
    lesson.figure(curves(long.history.history, `${units} units, learning rate ${learningRate}: dots for training, a line for validation.`));
    const bestEpoch = 1 + argMax(long.history.history.val_accuracy);
    lesson.print(`The validation accuracy is highest after epoch ${bestEpoch}. Training ${bestEpoch} epochs on ${all.x.length} images.`);
    const model = classifier({ units, learningRate });
    const history = await model.fit(all.x, all.y, { epochs: bestEpoch, batchSize: lesson.batchSize(), verbose: 2 });
    const final: Tested = { model, history, samples: { train: all.x.length, val: 0 } };
    return { ...(await tested(final, all)), measured: { units, learningRate, bestEpoch, validationAccuracy: long.score } };
  });

  const line = (name: string, { measured, test }: typeof first): (string | number)[] =>
    [name, measured!.units as number, measured!.learningRate as number, score({ measured }), test.accuracy];
  lesson.table(['run', 'units', 'learning rate', 'val. accuracy', 'test accuracy'], [
    line('default', first), line('random-search', random), line('hyperband', band), line('best', best),
  ]);
}

function classifier({ units, learningRate }: Hyperparameters): Sequential {
  const model = sequential([
    layers.flatten({ inputShape: [28, 28] }),
    layers.dense({ units, activation: 'relu' }),
    layers.dense({ units: 10 }),
  ]);
  model.compile({ optimizer: optimizers.adam({ learningRate }), loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }), metrics: ['accuracy'] });
  return model;
}

/** A choice and its model, which goes on training where it stopped. */
class FashionTrial implements Trial {
  readonly model: Sequential;
  readonly history = new History();
  readonly samples: { train: number; val: number };
  private stopped = false;

  constructor(readonly values: Hyperparameters, private readonly batchSize: number, private readonly data: Data) {
    clearSession();
    this.model = classifier(values);
    const val = Math.round(data.x.length / 5);
    this.samples = { train: data.x.length - val, val };
  }

  get epochs(): number {
    return this.history.epoch.length;
  }

  get score(): number {
    return Math.max(-Infinity, ...(this.history.history.val_accuracy ?? []));
  }

  async trainTo(epochs: number): Promise<void> {
    if (this.stopped || epochs <= this.epochs) return;
    const stop = callbacks.earlyStopping({ monitor: 'val_loss', patience: 5 });
    const { train } = this.samples;
    const { x, y } = this.data;
    const began = this.history.timing.seconds;
    const { timing } = await this.model.fit(x.slice(0, train), y.slice(0, train), {
      epochs, initialEpoch: this.epochs, batchSize: this.batchSize, verbose: 0,
      validationData: [x.slice(train), y.slice(train)], callbacks: [stop, this.history],
    });
    Object.assign(this.history.timing, timing, { seconds: began + timing.seconds });
    this.stopped = stop.stoppedEpoch > 0;
  }
}

/** A function that makes a trial of a choice not made before in this search, drawn with the tutorial's seed. */
function drawing(lesson: Lesson, trained: (values: Hyperparameters) => FashionTrial): () => FashionTrial {
  const order = new RandomGenerator(lesson.seed).permutation(CHOICES.length);
  let next = 0;
  return () => trained(CHOICES[order[next++ % order.length]]);
}

async function searched(lesson: Lesson, trials: readonly FashionTrial[], data: Data): Promise<Outcome> {
  lesson.table(['trial', 'units', 'learning rate', 'epochs', 'val. accuracy'],
    trials.map(({ values, epochs, score }, i) => [`${i + 1}`, values.units, values.learningRate, epochs, score]));
  return outcome(trials[0], data, trials);
}

/** The best trial, and what the search of all `trials` took. */
async function outcome(best: FashionTrial, data: Data, trials: readonly FashionTrial[]): Promise<Outcome> {
  return {
    ...(await tested(best, data)),
    measured: {
      ...best.values, validationAccuracy: best.score, trials: trials.length,
      trialEpochs: trials.reduce((sum, { epochs }) => sum + epochs, 0),
    },
  };
}

interface Tested extends Pick<FashionTrial, 'model' | 'samples'> {
  readonly history: Outcome['history'];
}

async function tested({ model, history, samples }: Tested, { xTest, yTest }: Data): Promise<Outcome> {
  const [loss, accuracy] = await model.evaluate(xTest, yTest, { verbose: 0 });
  return {
    model, history, predictions: await model.predict(xTest, { verbose: 0 }),
    samples: { ...samples, test: xTest.length }, test: { loss, accuracy },
  };
}

const score = ({ measured }: Pick<Outcome, 'measured'>): number => measured!.validationAccuracy as number;
const argMax = (values: readonly number[]): number => values.indexOf(Math.max(...values));
