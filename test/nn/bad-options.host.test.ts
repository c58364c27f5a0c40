/** Wrong options and names: an error at once that names the place, what was given and what was expected. No device needed. */
import { suite } from 'uvu';
import { AdapterError, DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import * as layers from '../../nn/layers';
import * as metrics from '../../nn/metrics';
import { sequential } from '../../nn/models/sequential';
import * as optimizers from '../../nn/optimizers';
import type { CompileConfig } from '../../nn/training/trainer';
import { rejects, throws } from '../support/datasets';

const test = suite('bad options');

const model = () => sequential([layers.dense({ units: 3, inputShape: [4], name: 'only' })], { name: 'small' });
const compile = (config: object) => () => model().compile({ loss: 'mse', ...config } as CompileConfig);

test('layers: sizes, rates and input shapes', () => {
  for (const units of [0, -1, 1.5, NaN]) throws(() => layers.dense({ units }), ValueError, 'Dense', `units is ${units}`, 'at least 1');
  for (const rate of [-1, 1.5, NaN]) throws(() => layers.dropout({ rate }), ValueError, 'Dropout', `rate is ${rate}`, 'from 0 to 1');
  for (const inputShape of [[28, -1], [1.5], [0], 28, [28, 'x']] as number[][]) {
    throws(() => layers.flatten({ name: 'first', inputShape }), ShapeError, 'Layer "first"', `inputShape is ${JSON.stringify(inputShape)}`, '[28, 28]');
  }
  throws(() => sequential([layers.dense({ units: 2, inputShape: [] })]), ShapeError, 'Dense needs [batch, …, features]', 'got [null]');
  throws(() => sequential([layers.dense({ units: 2, inputShape: [3, null] })]), ShapeError, 'got [null, 3, null]');
});

test('optimizers', () => {
  for (const make of [optimizers.adam, optimizers.sgd, optimizers.rmsprop]) {
    for (const learningRate of [-1, NaN]) {
      throws(() => make({ learningRate }), ValueError, `learningRate is ${learningRate}`, '≥ 0');
      throws(() => make(learningRate), ValueError, `learningRate is ${learningRate}`);
    }
  }
});

test('unknown names, with the nearest known one', () => {
  throws(() => layers.dense({ units: 1, activation: 'rellu' }), ValueError, 'Unknown activation "rellu"', 'Did you mean "relu"?', 'Known: ', 'sigmoid');
  throws(() => sequential([layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'glorot_unifrm' })]), ValueError, 'Unknown initializer', '"glorotUniform"');
  throws(compile({ loss: 'sparse_categorical_crossentrpy' }), ValueError, 'Unknown loss', '"sparseCategoricalCrossentropy"');
  throws(compile({ optimizer: 'adm' }), ValueError, 'Unknown optimizer "adm"', '"adam"');
  throws(compile({ metrics: ['acuracy'] }), ValueError, 'Unknown metric "acuracy"', '"accuracy"');
  throws(compile({ metrics: ['zzzzzzzz'] }), ValueError, 'Unknown metric "zzzzzzzz". Known: ');
});

test('what is neither a name nor an object', () => {
  throws(compile({ loss: undefined }), ValueError, 'The loss is undefined; expected a name');
  throws(compile({ optimizer: 3 }), ValueError, 'The optimizer is 3');
  throws(compile({ metrics: [null] }), ValueError, 'The metric is null');
  throws(compile({ metrics: [metrics.mean()] }), ValueError, 'The metric is a Mean');
  throws(() => layers.activation(3 as unknown as string), ValueError, 'The activation is 3');
});

test('every spelling of a known name is taken', () => {
  for (const loss of ['sparse_categorical_crossentropy', 'sparseCategoricalCrossentropy', 'SparseCategoricalCrossentropy', 'mse', 'MSE', 'mae', 'bce']) compile({ loss })();
  for (const optimizer of ['adam', 'Adam', 'RMSprop', 'rmsprop', 'SGD', optimizers.sgd()]) compile({ optimizer })();
  for (const name of ['acc', 'accuracy', 'binary_accuracy', 'sparseCategoricalAccuracy', 'mse', metrics.accuracy()]) compile({ metrics: [name] })();
  for (const activation of ['relu', 'ReLU', 'leaky_relu', 'hardSigmoid', 'log_softmax', null, undefined]) layers.dense({ units: 1, activation });
});

test('names that are taken', () => {
  throws(() => sequential([layers.flatten({ name: 'a' }), layers.dense({ units: 1, name: 'a' })], { name: 'm' }), ValueError, 'Sequential "m"', 'already a layer named "a"');
  const shared = layers.dense({ units: 4, inputShape: [4] });
  throws(() => sequential([shared, shared]), ValueError, 'already a layer named');
  throws(compile({ metrics: ['mse', 'mae', 'mse'] }), ValueError, 'two metrics are named "mse"');
  throws(compile({ metrics: [metrics.accuracy({ name: 'loss' })] }), ValueError, 'two metrics are named "loss"');
});

test('layers that do not fit together', () => {
  const fixed = sequential([layers.dense({ units: 3, inputShape: [4], name: 'fixed' })]);
  throws(() => sequential([layers.dense({ units: 5, inputShape: [2] }), fixed]), ShapeError, 'takes inputs of shape [null, 4]', 'got [null, 5]');
  const built = model().layers[0];
  throws(() => sequential([layers.flatten({ inputShape: [2, 3] }), built]), ShapeError, 'Layer "only" was built for inputs of shape [null, 4]', 'got [null, 6]');
});

test('a model that is not compiled, or has no layers', async () => {
  const untrained = model();
  const x = HostArray.from([[1, 2, 3, 4]]);
  for (const method of ['fit', 'evaluate'] as const) {
    await rejects(untrained[method](x, x), ValueError, 'Model "small"', 'call compile({ optimizer, loss, metrics })', `before ${method}`);
  }
  throws(() => untrained.optimizer, ValueError, 'before optimizer');
  throws(() => untrained.metricsNames, ValueError, 'before metricsNames');
  throws(() => sequential([], { name: 'none' }).outputShape, ValueError, 'Model "none" does not know its input shape');
});

test('weights of another number or shape change nothing', () => {
  const [kernel, bias] = [new HostArray(new Float32Array(12), [4, 3]), new HostArray(new Float32Array(2), [2])];
  throws(() => model().setWeights([kernel]), ValueError, '"small"', 'has 2 weights', 'got 1');
  throws(() => model().setWeights([kernel, bias]), ShapeError, 'weight 1, "only/bias", is [3]', 'got [2]');
});

test('values that are no numbers', () => {
  for (const [values, given] of [[['a', 'b'], '"a"'], [[[1], ['b']], '"b"'], [[true], 'true'], [[[1], [undefined]], 'undefined'], [[{}], '{}']] as const) {
    throws(() => HostArray.from(values as unknown as number[]), DtypeError, 'HostArray.from', given, 'expected numbers');
  }
});

test('ops before the device is open', () => {
  throws(() => model().apply([[1, 2, 3, 4]]), AdapterError, 'await init()');
});

test.run();
