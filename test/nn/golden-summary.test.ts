/** The table of `summary()`, line by line, and automatic names: as the real Keras prints them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, init } from '../../engine/gpu/gpu';
import { clearSession } from '../../nn/core/names';
import * as layers from '../../nn/layers';
import { input } from '../../nn/layers/input-layer';
import { model } from '../../nn/models/functional';
import type { Model } from '../../nn/models/model';
import { type Sequential, sequential } from '../../nn/models/sequential';
import type { SummaryOptions } from '../../nn/models/summary';
import { readGolden } from '../support/golden';

const { cases } = readGolden<{ readonly cases: readonly { name: string; config: SummaryOptions; lines: string[] }[] }>('summary');

const test = suite('summary, golden');
test.before(async () => void (await init()));
test.after(close);

/** Compares the table of a model, in the state it is in, with those golden cases. */
function compare(model: Model, ...names: string[]): void {
  for (const name of names) {
    const { config, lines } = cases.find((golden) => golden.name === name)!;
    const printed: string[] = [];
    model.summary({ ...config, print: (line) => void printed.push(line) });
    assert.equal(printed, lines, name);
    compared.add(name);
  }
}

const compared = new Set<string>();

function mnist(): Sequential {
  return sequential([
    layers.flatten({ inputShape: [28, 28] }),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
}

test('a model from definition to training, in another model, and with a frozen layer', () => {
  clearSession();
  const model = mnist();
  compare(model, 'mnist', 'mnist-65', 'mnist-show-trainable');
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  compare(model, 'mnist-compiled');
  model.optimizer.build(model.trainableVariables);
  compare(model, 'mnist-after-training');
  const nested = sequential([model, layers.softmax()]);
  compare(nested, 'model-in-model', 'model-in-model-65', 'model-in-model-expanded');
  model.layers[1].trainable = false;
  compare(model, 'mnist-frozen-layer');
});

test('a model that does not know its input yet', () => {
  clearSession();
  compare(sequential([layers.flatten(), layers.dense({ units: 10 })]), 'no-input-shape');
});

test('names too long for their column', () => {
  clearSession();
  const model = sequential(
    [
      layers.embedding({ inputDim: 10000, outputDim: 16, inputShape: [null] }),
      layers.globalAveragePooling1D(),
      layers.dense({ units: 16, activation: 'relu' }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
    { name: 'text_with_a_name_long_enough_to_wrap_in_the_first_column' },
  );
  model.add(layers.dense({ units: 2, name: 'a_layer_with_a_name_that_is_too_long_for_its_column' }));
  compare(model, 'text-long-names', 'text-long-names-65');
});

test('a functional model with a recurrent layer', () => {
  clearSession();
  const ids = input({ shape: [64] });
  const hidden = layers.lstm({ units: 128 }).apply(layers.embedding({ inputDim: 10000, outputDim: 256 }).apply(ids));
  const outputs = layers.dense({ units: 1, activation: 'sigmoid' }).apply(hidden);
  compare(model({ inputs: ids, outputs, name: 'lstm_64' }), 'functional');
});

/** Two inputs, joined, and two outputs; from the same session as a model of an embedding and a dense layer. */
function branching(): Model {
  layers.dense({ units: 1 });
  const [a, b] = [input({ shape: [4], name: 'left' }), input({ shape: [5], name: 'right' })];
  const joined = layers.concatenate().apply([layers.dense({ units: 3 }).apply(a), layers.dense({ units: 3 }).apply(b)]);
  return model({ inputs: [a, b], outputs: [layers.dense({ units: 1 }).apply(joined), layers.dense({ units: 2 }).apply(joined)] });
}

test('a branching model has a column of connections', () => {
  clearSession();
  compare(branching(), 'branching');
});

test('a chain has none', () => {
  clearSession();
  const start = input({ shape: [64], dtype: 'i32' });
  const rows = layers.embedding({ inputDim: 1000, outputDim: 8 }).apply(start);
  compare(model({ inputs: start, outputs: layers.dense({ units: 1 }).apply(layers.globalMaxPooling1D().apply(rows)), name: 'chain' }), 'chain');
});

test('a shared layer lists all that it takes; inner layers are connected to nothing outside', () => {
  clearSession();
  const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [2], name: 'b' })];
  const shared = sequential([layers.dense({ units: 2, name: 'inner', inputShape: [2] })], { name: 'shared' });
  const difference = layers.subtract({ name: 'difference' }).apply([shared.apply(a), shared.apply(b)]);
  compare(model({ inputs: [a, b], outputs: difference, name: 'twins' }), 'shared-layer', 'shared-layer-expanded', 'shared-layer-60');
});

test('no golden case is left out', () => {
  assert.equal([...compared].sort(), cases.map(({ name }) => name).sort());
});

test('automatic names count per class, from 0 in a new session', () => {
  clearSession();
  const names = [layers.dense({ units: 1 }), layers.dense({ units: 1 }), layers.flatten(), layers.dense({ units: 1 }), layers.softmax()].map(({ name }) => name);
  assert.equal(names, ['dense', 'dense_1', 'flatten', 'dense_2', 'softmax']);
  assert.is(layers.globalAveragePooling1D().name, 'global_average_pooling1d');
  assert.is(sequential().name, 'sequential');
  assert.is(layers.dense({ units: 1, name: 'own' }).name, 'own');
  assert.is(layers.dense({ units: 1 }).name, 'dense_3', 'a given name does not count');
  clearSession();
  assert.is(layers.dense({ units: 1 }).name, 'dense');
});

test.run();
