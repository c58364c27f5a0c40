/**
 * Handwritten digits the expert's way, after TensorFlow's quickstart for experts: a model class of one's own with a convolution,
 * and a training loop written by hand with a gradient tape. Run `custom`.
 */
import { type CallContext, compileStep, Dataset, datasets, GradientTape, History, layers, losses, metrics, Model, optimizers, type Tensor } from 'wgrad';
import type { Lesson } from '../lesson';
import { curves } from '../report/figures/curves';
import { Stopwatch } from '../stopwatch';

class MyModel extends Model {
  private readonly conv1 = layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' });
  private readonly flatten = layers.flatten();
  private readonly d1 = layers.dense({ units: 128, activation: 'relu' });
  private readonly d2 = layers.dense({ units: 10 });

  override call(x: Tensor, { training }: CallContext): Tensor {
    const features = this.flatten.apply(this.conv1.apply(x, { training }));
    return this.d2.apply(this.d1.apply(features, { training }), { training });
  }
}

export default async function mnistCustomTraining(lesson: Lesson): Promise<void> {
  lesson.heading('The data');
  lesson.explain(`
    The digits of MNIST once more, with an axis for channels behind, as convolutions want them: a grey image has one. Two
    *datasets* give them out in batches: the training images in a new random order in every epoch, drawn from a buffer of
    10,000, the test images in the order in which they come.`);
  const { train: [trainImages, yTrain], test: [testImages, yTest] } = await lesson.load(datasets.mnist);
  const xTrain = trainImages.scale(1 / 255).expandDims(-1);
  const xTest = testImages.scale(1 / 255).expandDims(-1);
  lesson.print('Training images:', xTrain.shape, 'test images:', xTest.shape);

  lesson.heading('A model class');
  lesson.explain(`
    A \`Model\` of one's own holds layers as properties and says in \`call\` what becomes of its inputs. A *convolution* moves 32
    small filters of 3×3 weights over the image; each answers in its own channel to what it finds at every place, edges first
    of all. The weights are the same at all places, so that there are only 320 of them, where the dense layer behind has
    26 · 26 · 32 · 128 + 128 = 2,769,024. There are no weights before the model has seen its first input: only then are their
    shapes known.

    \`training\` tells \`call\` whether the model is being trained, which layers such as dropout want to know.`);

  lesson.heading('The training loop');
  lesson.explain(`
    A *gradient tape* records what is computed from the trainable weights to the loss; walked back, it gives the gradient of
    each weight, which \`applyGradients\` hands to the optimizer. Metric objects add up on the device what they are given, until
    they are reset at the start of an epoch.

    \`compileStep\` records the commands that a step gives to the device when it is called for the first time, and repeats them
    for every further batch of that size. So the *code* of the step runs once: a counter or a \`console.log\` in it would happen
    once too. What differs from step to step has to be an input, a variable, or a number that the engine passes to each step,
    such as the learning rate.`);

  await lesson.run('custom', async () => {
    const epochs = lesson.epochs(5);
    const batch = lesson.batchSize();
    const trainSet = Dataset.fromTensorSlices([xTrain, yTrain]).shuffle(10_000).batch(batch);
    const testSet = Dataset.fromTensorSlices([xTest, yTest]).batch(batch);

    const model = new MyModel();
    const lossObject = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    const optimizer = optimizers.adam();
    const trainLoss = metrics.mean({ name: 'train_loss' });
    const trainAccuracy = metrics.sparseCategoricalAccuracy({ name: 'train_accuracy' });
    const testLoss = metrics.mean({ name: 'test_loss' });
    const testAccuracy = metrics.sparseCategoricalAccuracy({ name: 'test_accuracy' });

    const trainStep = compileStep((images: Tensor, labels: Tensor) => {
      const tape = new GradientTape();
      const { loss, predictions } = tape.record(() => {
        const predictions = model.apply(images, { training: true });
        return { loss: lossObject.apply(labels, predictions), predictions };
      });
      const gradients = tape.gradient(loss, model.trainableVariables);
      optimizer.applyGradients(gradients, model.trainableVariables);
      trainLoss.updateState(loss);
      trainAccuracy.updateState(labels, predictions);
    }, { dtypes: ['f32', 'i32'] });

    const testStep = compileStep((images: Tensor, labels: Tensor) => {
      const predictions = model.apply(images, { training: false });
      testLoss.updateState(lossObject.apply(labels, predictions));
      testAccuracy.updateState(labels, predictions);
    }, { dtypes: ['f32', 'i32'] });

    const history = new History();
    const watch = new Stopwatch();
    for (let epoch = 0; epoch < epochs && !lesson.stopped; epoch++) {
      for (const metric of [trainLoss, trainAccuracy, testLoss, testAccuracy]) metric.resetState();
      for await (const [images, labels] of trainSet) {
        if (lesson.stopped) break;
        trainStep(images, labels);
        await watch.step(() => trainLoss.result());
      }
      const trained = { loss: await trainLoss.result(), accuracy: await trainAccuracy.result() };
      watch.pause();
      for await (const [images, labels] of testSet) testStep(images, labels);

      const logs = { ...trained, test_loss: await testLoss.result(), test_accuracy: await testAccuracy.result() };
      history.onEpochEnd(epoch, logs);
      const percent = (share: number): string => (100 * share).toFixed(2);
      lesson.print(
        `Epoch ${epoch + 1}, Loss: ${logs.loss.toFixed(4)}, Accuracy: ${percent(logs.accuracy)}, ` +
          `Test Loss: ${logs.test_loss.toFixed(4)}, Test Accuracy: ${percent(logs.test_accuracy)}`,
      );
      watch.resume();
    }
    Object.assign(history.timing, watch.timing);

    const { loss, accuracy, test_loss, test_accuracy } = history.history;
    lesson.figure(curves({ loss, val_loss: test_loss }, 'Loss on the training set while it is learnt, and on the test set after each epoch.'));
    lesson.figure(curves({ accuracy, val_accuracy: test_accuracy }, 'The share of right answers, likewise.'));
    return {
      model, history,
      samples: { train: xTrain.length, val: 0, test: xTest.length },
      test: { loss: test_loss.at(-1)!, accuracy: test_accuracy.at(-1)! },
      predictions: await model.predict(xTest),
    };
  });
}
