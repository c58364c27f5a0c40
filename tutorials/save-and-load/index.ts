/**
 * Saving and loading, after the beginner's tutorial: checkpoints while training (run `checkpoints`), weights alone, the
 * whole model, and training that goes on after a break (`resumed`) exactly as without one (`unbroken`).
 */
import { callbacks, datasets, type History, type HostArray, layers, loadModel, losses, type Model, type Sequential, sequential } from 'wgrad';
import type { Lesson, Outcome } from '../lesson';
import { curves } from '../report/figures';

/** The original takes so few to be quick; it also leaves room for overfitting to be seen. */
const IMAGES = 1000;

type Data = Record<'xTrain' | 'yTrain' | 'xTest' | 'yTest', HostArray>;

export default async function saveAndLoad(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    The first ${IMAGES} of MNIST's handwritten digits to train on, and the first ${IMAGES} of its test images, as rows of 784
    numbers from 0 to 1.`);
  const { train, test } = await lesson.load(datasets.mnist);
  const images = (x: HostArray): HostArray => x.slice(0, IMAGES).reshape([-1, 28 * 28]).scale(1 / 255);
  const data: Data = { xTrain: images(train[0]), yTrain: train[1].slice(0, IMAGES), xTest: images(test[0]), yTest: test[1].slice(0, IMAGES) };
  lesson.print('Training images:', data.xTrain.shape, 'test images:', data.xTest.shape);

  lesson.heading('Checkpoints while training');
  lesson.explain(`
    \`ModelCheckpoint\` writes a file after every epoch. With \`saveWeightsOnly\` the file holds the numbers and nothing on how
    they are computed with: whoever loads it has to make the same model first. The file is written beside the old one and
    then takes its name, so that a crash at any moment leaves one or the other, whole.`);
  await lesson.run('checkpoints', () => checkpoints(lesson, data));

  lesson.heading('The whole model, and training that goes on');
  lesson.explain(`
    A \`.keras\` file holds the architecture, the weights, what \`compile\` was given, and the optimizer's state: Adam's two
    moments for every weight, and how many steps it has taken. Keras 3 reads the same file. With
    \`loadModel(path, { resume: true })\` the random numbers go on as well, those that shuffle the images and those that
    dropout draws.

    So a training that was broken off goes on as if nothing had happened: the two runs below, one of them saved, thrown
    away and loaded in the middle, have the same loss in every epoch, to the last bit.`);
  const unbroken = await lesson.run('unbroken', () => inOneGo(lesson, data));
  const resumed = await lesson.run('resumed', () => inTwo(lesson, data));
  const equal = resumed.weightsSha256 === unbroken.weightsSha256 && resumed.history.loss.every((loss, i) => loss === unbroken.history.loss[i]);
  lesson.print(`The same losses and the same weights, bit for bit: ${equal ? 'yes' : 'NO'}`);
}

async function checkpoints(lesson: Lesson, data: Data): Promise<Outcome> {
  const model = digits();
  model.summary({ print: (line) => lesson.print(line) });
  const file = lesson.file('cp-{epoch:04d}.weights.h5');
  const epochs = lesson.epochs(10);
  const history = await fit(lesson, model, data, { epochs, checkpoint: callbacks.modelCheckpoint({ filepath: file, saveWeightsOnly: true, verbose: 1 }) });
  lesson.figure(curves(history.history, 'Loss and accuracy, epoch by epoch: dots for training, a line for the test images.'));

  const fresh = digits();
  const untrained = await accuracyOf(fresh, data);
  lesson.print(`Untrained model, accuracy: ${percent(untrained)}`);
  const last = lesson.file(`cp-${String(history.epoch.length).padStart(4, '0')}.weights.h5`);
  await fresh.loadWeights(last);
  const restored = await accuracyOf(fresh, data);
  lesson.print(`Restored from ${last}, accuracy: ${percent(restored)}`);

  lesson.explain(`
    Weights can be written by hand at any time, in Keras's format or as safetensors, and the whole model in one file.`);
  await model.saveWeights(lesson.file('by-hand.safetensors'));
  const other = digits();
  await other.loadWeights(lesson.file('by-hand.safetensors'));
  lesson.print(`From safetensors, accuracy: ${percent(await accuracyOf(other, data))}`);
  await model.save(lesson.file('my-model.keras'));
  const whole = await loadModel(lesson.file('my-model.keras'));
  whole.summary({ print: (line) => lesson.print(line) });
  const loaded = await accuracyOf(whole, data);
  lesson.print(`The whole model from my-model.keras, accuracy: ${percent(loaded)}`);
  return { ...(await outcome(model, history, data)), measured: { untrainedAccuracy: untrained, restoredAccuracy: restored, loadedAccuracy: loaded } };
}

async function inOneGo(lesson: Lesson, data: Data): Promise<Outcome> {
  const model = digits();
  return outcome(model, await fit(lesson, model, data, { epochs: lesson.epochs(10) }), data);
}

/** The same training, saved, left and loaded in the middle. */
async function inTwo(lesson: Lesson, data: Data): Promise<Outcome> {
  const epochs = lesson.epochs(10);
  const model = digits();
  const first = await fit(lesson, model, data, { epochs: Math.ceil(epochs / 2) });
  if (first.interrupted) return outcome(model, first, data);
  const file = lesson.file('half-way.keras');
  await model.save(file);
  lesson.print(`Saved after epoch ${first.epoch.length} to ${file}, and loaded again`);
  const loaded = await loadModel(file, { resume: true });
  const second = await fit(lesson, loaded, data, { epochs, initialEpoch: first.epoch.length });
  return outcome(loaded, joined(first, second), data);
}

function digits(): Sequential {
  const model = sequential([
    layers.dense({ units: 512, activation: 'relu', inputShape: [784] }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 10 }),
  ]);
  model.compile({ optimizer: 'adam', loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }), metrics: ['accuracy'] });
  return model;
}

function fit(lesson: Lesson, model: Model, { xTrain, yTrain, xTest, yTest }: Data, { epochs, initialEpoch = 0, checkpoint }: { epochs: number; initialEpoch?: number; checkpoint?: ReturnType<typeof callbacks.modelCheckpoint> }): Promise<History> {
  return model.fit(xTrain, yTrain, {
    epochs, initialEpoch, batchSize: lesson.batchSize(), verbose: 2, validationData: [xTest, yTest], callbacks: checkpoint ? [checkpoint] : [],
  });
}

async function outcome(model: Model, history: Outcome['history'], { xTrain, xTest, yTest }: Data): Promise<Outcome> {
  const [loss, accuracy] = await model.evaluate(xTest, yTest, { verbose: 0 });
  return {
    model, history, predictions: await model.predict(xTest, { verbose: 0 }),
    samples: { train: xTrain.length, val: xTest.length, test: xTest.length },
    test: { loss, accuracy },
  };
}

/** The history of training that was broken off and went on. */
function joined(first: History, second: History): Outcome['history'] {
  const history = Object.fromEntries(Object.entries(first.history).map(([name, values]) => [name, [...values, ...(second.history[name] ?? [])]]));
  return { epoch: [...first.epoch, ...second.epoch], history, timing: { ...second.timing, seconds: first.timing.seconds + second.timing.seconds } };
}

async function accuracyOf(model: Model, { xTest, yTest }: Data): Promise<number> {
  return (await model.evaluate(xTest, yTest, { verbose: 0 }))[1];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
