/**
 * Handwritten digits with a small network, after TensorFlow's quickstart for beginners. Run `original` follows it: a
 * model that ends in softmax, and a second half that applies softmax to it once more. Run `sound` is that second half
 * with a model that ends in logits.
 */
import { datasets, type HostArray, layers, losses, ops, type Sequential, sequential, tensor } from 'wgrad';
import type { Lesson } from '../lesson';
import { curves, imageGrid } from '../report/figures';

export default async function mnistQuickstart(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    MNIST holds 70,000 images of handwritten digits, 28×28 grey pixels each, 60,000 of them for training.
    Pixels are whole numbers from 0 to 255. They are *scaled* to lie between 0 and 1, because the weights start out
    small and the optimizer takes steps of about the same size for all of them: inputs near 1 suit both.`);

  const { train: [trainImages, yTrain], test: [testImages, yTest] } = await lesson.load(datasets.mnist);
  const xTrain = trainImages.scale(1 / 255);
  const xTest = testImages.scale(1 / 255);

  lesson.print('Training images:', xTrain.shape);
  lesson.print('Test images:', xTest.shape);
  lesson.figure(imageGrid(xTrain.slice(0, 10), Array.from(yTrain.slice(0, 10).data, String), 5, 'The first ten training images and their labels.'));

  lesson.heading('The network');
  lesson.explain(`
    \`Flatten\` lays the 28 rows of an image end to end; it only reorders and has no weights. The first \`Dense\` layer
    has 784 × 128 weights and 128 biases, and \`relu\` sets negative results to zero. \`Dropout\` zeroes a fifth of
    those 128 values at random while training, so that no value can be relied on alone; when the model is used, all
    are there. The last layer gives ten numbers, one for each digit.

    *Softmax* turns ten arbitrary numbers (logits) into ten probabilities: each becomes e to its power, divided by the
    sum of all. *Sparse* categorical cross-entropy is minus the logarithm of the probability given to the right
    class; it is called sparse because labels are class numbers rather than one-hot vectors. A network that has
    learnt nothing gives every digit about 1/10, so its loss is about −ln(1/10) = 2.303.`);

  const data = { xTrain, yTrain, xTest, yTest };
  const samples = { train: xTrain.length, val: 0, test: xTest.length };

  lesson.heading('Run original: a model that ends in softmax');
  lesson.explain(`
    The first half of the original: softmax is the activation of the last layer, and the loss is given by its name,
    which expects probabilities.`);
  await lesson.run('original', async () => {
    const epochs = lesson.epochs(5);
    const model = digitClassifier('softmax');
    model.summary({ print: (line) => lesson.print(line) });
    model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
    const history = await model.fit(xTrain, yTrain, { epochs, batchSize: lesson.batchSize() });
    lesson.figure(curves(history.history, 'Loss and accuracy on the training set, epoch by epoch, with dropout at work.'));
    const [loss, accuracy] = await model.evaluate(xTest, yTest, { verbose: 2 });
    lesson.print(`Test loss ${loss.toFixed(4)}, test accuracy ${accuracy.toFixed(4)}`);
    const predictions = await model.predict(xTest);

    if (!history.interrupted) {
      lesson.heading('Softmax twice');
      lesson.explain(`
        The second half goes on with the same kind of model, but tells the loss to expect logits (\`fromLogits: true\`).
        So the loss applies softmax to what is the result of a softmax already; and the probability model at the end
        adds one more softmax layer to the finished model.`);
      await secondHalf(lesson, digitClassifier('softmax'), data, epochs);
      await showBestAfterSoftmaxTwice(lesson);
    }
    return { model, history, samples, test: { loss, accuracy }, predictions };
  });

  lesson.heading('Run sound: logits, and softmax once');
  lesson.explain(`
    The same cells with a model whose last layer has no activation: its outputs are logits, as the loss and the
    probability model expect. The loss may now go down to zero, and a probability up to one. Its numbers are those of
    the first half, digit for digit: cross-entropy by name, on the output of a softmax, is computed from the logits
    behind it, so that the two are the same model written in two ways.`);
  await lesson.run('sound', async () => {
    const model = digitClassifier();
    const { history, test, probabilityModel } = await secondHalf(lesson, model, data, lesson.epochs(5));
    return { model, history, samples, test, predictions: await probabilityModel.predict(xTest) };
  });
}

function digitClassifier(lastActivation?: 'softmax'): Sequential {
  return sequential([
    layers.flatten({ inputShape: [28, 28] }),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 10, activation: lastActivation }),
  ]);
}

type Data = Record<'xTrain' | 'yTrain' | 'xTest' | 'yTest', HostArray>;

/** The second half of the original, from the untrained model to the probabilities of five test images. */
async function secondHalf(lesson: Lesson, model: Sequential, { xTrain, yTrain, xTest, yTest }: Data, epochs: number) {
  const predictions = model.apply(xTrain.slice(0, 1));
  lesson.print('Output of the untrained model for the first image:\n', await predictions.array());
  lesson.print('Softmax of that:\n', await ops.softmax(predictions).array());

  const lossObject = losses.sparseCategoricalCrossentropy({ fromLogits: true });
  lesson.print('Its loss (−ln 1/10 is 2.303):', await lossObject.apply(yTrain.slice(0, 1), predictions).item());

  model.compile({ optimizer: 'adam', loss: lossObject, metrics: ['accuracy'] });
  const history = await model.fit(xTrain, yTrain, { epochs, batchSize: lesson.batchSize() });
  lesson.figure(curves(history.history, 'Loss and accuracy on the training set, epoch by epoch, with dropout at work.'));

  const [loss, accuracy] = await model.evaluate(xTest, yTest, { verbose: 2 });
  lesson.print(`Test loss ${loss.toFixed(4)}, test accuracy ${accuracy.toFixed(4)}`);

  const probabilityModel = sequential([model, layers.softmax()]);
  lesson.print('Probabilities of the first five test images:\n', await probabilityModel.apply(xTest.slice(0, 5)).array());
  lesson.print('Their labels:', yTest.slice(0, 5));
  return { history, test: { loss, accuracy }, probabilityModel };
}

/** What a second softmax makes of the best answer that a first one can give. */
async function showBestAfterSoftmaxTwice(lesson: Lesson): Promise<void> {
  const certain = tensor([[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]]);
  const twice = await ops.softmax(certain).array();
  const floor = await losses.sparseCategoricalCrossentropy({ fromLogits: true }).apply([0], certain).item();
  lesson.print('Softmax of a certain answer, 1 for one digit and 0 for the others:\n', twice);
  lesson.print('The loss of that answer:', floor);
  lesson.explain(`
    After one softmax no value is above 1 or below 0. So a second one can give the right digit at most
    e / (e + 9) = ${twice.at(0, 0).toFixed(3)}, and the loss cannot fall below ${floor.toFixed(3)}, however sure and right the model is.
    The order of the classes stays, so the answers are not much worse; but the loss says little about them any more, its
    gradients are blunted, and the probabilities that the last cell prints are not those that the model has learnt.`);
}
