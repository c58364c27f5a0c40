/**
 * Photographs of clothing in ten classes, after the basic classification tutorial in its two forms: `softmax`, whose
 * model ends in probabilities (5 epochs), and `logits`, whose softmax is added when training is over (10 epochs).
 */
import { datasets, type HostArray, layers, losses, ops, type Sequential, sequential } from 'wgrad';
import type { Lesson } from '../lesson';
import { curves, heatMap, imageGrid, predictionGrid, probabilityBars } from '../report/figures';

export default async function fashionMnist(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    Fashion-MNIST has the form of MNIST's handwritten digits, but is harder: 28×28 grey pictures of clothes, 60,000 to
    train on and 10,000 to test with. Labels are the numbers 0 to 9.`);

  const { train: [trainPixels, trainLabels], test: [testPixels, testLabels] } = await lesson.load(datasets.fashionMnist);
  const { classNames } = datasets.fashionMnist;

  lesson.print('Training images:', trainPixels.shape);
  lesson.print('Training labels:', trainLabels.shape);
  lesson.print('Test images:', testPixels.shape);
  lesson.print('Test labels:', testLabels.shape);

  lesson.figure(heatMap(trainPixels.slice(0, 1).reshape([28, 28]), 'The first training image: pixels are whole numbers from 0 to 255.'));

  lesson.explain(`
    Before they go into the network the pixels are scaled to lie between 0 and 1, the training and the test images in
    the same way: the weights start out small and all of them are changed by steps of a like size, which suits inputs
    near 1.`);
  const trainImages = trainPixels.scale(1 / 255);
  const testImages = testPixels.scale(1 / 255);

  const names = Array.from(trainLabels.slice(0, 25).data, (label) => classNames[label]);
  lesson.figure(imageGrid(trainImages.slice(0, 25), names, 5, 'The first 25 training images and the names of their classes.'));

  lesson.heading('The network');
  lesson.explain(`
    \`Flatten\` lays the 28 rows of an image end to end, 784 numbers; it has no weights. A \`Dense\` layer of 128 units
    with \`relu\` looks at all of them, and a last \`Dense\` layer gives one number for each class. The loss is the
    cross-entropy, minus the logarithm of the probability given to the right class; *sparse*, because labels are
    class numbers and not one-hot vectors. Adam changes the weights after every batch of 32 images.`);

  lesson.heading('Run softmax: a model that gives probabilities');
  lesson.explain(`
    *Softmax* makes ten positive numbers that add up to 1 out of any ten: each becomes e to its power, divided by the
    sum of all. Here it is the activation of the last layer, so that the model itself gives probabilities.`);
  await lesson.run('softmax', async () => {
    const model = clothingClassifier('softmax');
    model.summary({ print: (line) => lesson.print(line) });
    model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });

    const history = await model.fit(trainImages, trainLabels, { epochs: lesson.epochs(5), batchSize: lesson.batchSize() });
    lesson.figure(curves(history.history, 'Loss and accuracy on the training set, epoch by epoch.'));

    const [loss, accuracy] = await model.evaluate(testImages, testLabels);
    lesson.print('Test accuracy:', accuracy.toFixed(4));
    lesson.explain(`
      The accuracy on images that the network has never seen is usually a little lower than on those it was trained
      with. That gap is *overfitting*: part of what was learnt holds for the training images only.`);

    const predictions = await model.predict(testImages);
    const first = predictions.slice(0, 1).reshape([10]);
    lesson.print('Probabilities of the first test image:', first);
    lesson.print('The largest is of class', await largest(first), 'and the label is', testLabels.at(0));

    return {
      model, history, predictions,
      samples: { train: trainImages.length, val: 0, test: testImages.length },
      test: { loss, accuracy },
    };
  });

  lesson.heading('Run logits: probabilities added afterwards');
  lesson.explain(`
    The last layer has no activation; its ten numbers, any size and sign, are called *logits*. The loss object is told
    so (\`fromLogits: true\`) and computes softmax and logarithm in one go, which loses no digits where a probability
    is tiny. To read probabilities, a model of two parts is made: the trained one, and a softmax layer.`);
  await lesson.run('logits', async () => {
    const model = clothingClassifier();
    model.compile({
      optimizer: 'adam',
      loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: ['accuracy'],
    });

    const history = await model.fit(trainImages, trainLabels, { epochs: lesson.epochs(10), batchSize: lesson.batchSize() });
    lesson.figure(curves(history.history, 'Loss and accuracy on the training set, epoch by epoch.'));

    const [loss, accuracy] = await model.evaluate(testImages, testLabels, { verbose: 2 });
    lesson.print('Test accuracy:', accuracy.toFixed(4));

    const probabilityModel = sequential([model, layers.softmax()]);
    const predictions = await probabilityModel.predict(testImages);
    const first = predictions.slice(0, 1).reshape([10]);
    lesson.print('Probabilities of the first test image:', first);
    lesson.print('The largest is of class', await largest(first), 'and the label is', testLabels.at(0));

    lesson.figure(predictionGrid(testImages.slice(0, 15), predictions.slice(0, 15), testLabels.slice(0, 15), classNames,
      'The first 15 test images: what the model takes each for, how surely, and in brackets what it is; blue where it is right, red where it is wrong. Beside each the probabilities of the classes 0 to 9, the predicted one red, the true one blue.'));

    lesson.explain(`
      A model works on batches. To ask about a single image, it becomes a batch of one: a new first axis of size 1.`);
    const image = testImages.slice(1, 2).reshape([28, 28]);
    lesson.print('One image:', image.shape);
    const batch = image.expandDims(0);
    lesson.print('A batch of it:', batch.shape);
    const single = (await probabilityModel.predict(batch)).reshape([10]);
    lesson.print('Its probabilities:', single);
    lesson.figure(probabilityBars(single, testLabels.at(1), classNames, 'The probabilities of test image 1.'));
    lesson.print('Result:', await largest(single));

    return {
      model, history, predictions,
      samples: { train: trainImages.length, val: 0, test: testImages.length },
      test: { loss, accuracy },
    };
  });
}

function clothingClassifier(lastActivation?: 'softmax'): Sequential {
  return sequential([
    layers.flatten({ inputShape: [28, 28] }),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dense({ units: 10, activation: lastActivation }),
  ]);
}

/** The class with the largest probability. */
function largest(probabilities: HostArray): Promise<number> {
  return ops.argMax(probabilities, 0).item();
}
