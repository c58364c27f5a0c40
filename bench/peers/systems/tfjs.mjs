/** TensorFlow.js: its own layers and its own Adam; the loss from logits, which is the faster form. */
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { ADAM, WORDS } from '../models.mjs';

const require = createRequire(import.meta.url);

export async function open(backend) {
  if (backend === 'webgpu') (await import('./navigator.mjs')).provideNavigator();
  quietly();
  const tf = require('@tensorflow/tfjs');
  if (backend === 'webgpu') require('@tensorflow/tfjs-backend-webgpu');
  if (backend === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')) + `${sep}dist${sep}`);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend could not be initialised`);
  await tf.ready();
  return {
    versions: { 'TensorFlow.js': tf.version.tfjs },
    forms: () => ['eager'],
    prepare: (model, weights) => (model.family === 'matmul' ? matmul(tf, weights) : training(tf, model, weights)),
  };
}

/** It advertises its Node binding at every start, which is another backend than those compared here. */
function quietly() {
  const { warn } = console;
  console.warn = (...words) => String(words[0]).includes('Node.js') || warn(...words);
}

function matmul(tf, { a, b }) {
  const left = tf.tensor(a.data, a.shape);
  let c = tf.tensor(b.data, b.shape);
  return {
    step() {
      const next = tf.matMul(left, c);
      c.dispose();
      c = next;
    },
    read: async () => (await c.data())[0],
  };
}

function layersOf(tf, { family, length, width, cell, units }) {
  const { layers } = tf;
  const embedding = () => layers.embedding({ inputDim: WORDS, outputDim: width, inputLength: length });
  switch (family) {
    case 'mlp':
      return [layers.dense({ units: 128, activation: 'relu', inputShape: [784] }), layers.dense({ units: 10 })];
    case 'pooled':
      return [embedding(), layers.globalAveragePooling1d({}), layers.dense({ units: 16, activation: 'relu' }), layers.dense({ units: 1 })];
    case 'recurrent':
      return [embedding(), cell === 'LSTM' ? layers.lstm({ units, recurrentActivation: 'sigmoid' }) : layers.simpleRNN({ units }), layers.dense({ units: 1 })];
    case 'conv':
      return [
        layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
        layers.flatten(),
        layers.dense({ units: 128, activation: 'relu' }),
        layers.dense({ units: 10 }),
      ];
  }
}

function training(tf, model, weights) {
  const text = model.length !== undefined;
  const net = tf.sequential({ layers: layersOf(tf, model) });
  net.setWeights(Object.values(weights).map(({ shape, data }) => tf.tensor(data, shape)));
  const variables = net.trainableWeights.map((weight) => weight.read());
  const optimizer = tf.train.adam(ADAM.rate, ADAM.beta1, ADAM.beta2, ADAM.epsilon);
  const shape = text ? [model.batch, model.length] : model.family === 'conv' ? [model.batch, 28, 28, 1] : [model.batch, 784];
  let loss = null;
  return {
    step({ x, y }) {
      loss?.dispose();
      loss = tf.tidy(() => {
        const inputs = tf.tensor(x, shape, text ? 'int32' : 'float32');
        const labels = text ? tf.tensor(Float32Array.from(y), [model.batch, 1]) : tf.oneHot(tf.tensor1d(y, 'int32'), 10);
        const lossOf = () => {
          const logits = net.apply(inputs, { training: true });
          return text ? tf.losses.sigmoidCrossEntropy(labels, logits) : tf.losses.softmaxCrossEntropy(labels, logits);
        };
        return optimizer.minimize(lossOf, true, variables);
      });
    },
    read: async () => (await loss.data())[0],
  };
}
