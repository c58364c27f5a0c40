/** Recurrent layers against the real Keras: outputs, states and all gradients, with masks, directions and initial states. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { add, mul, sum } from '../../engine/ops';
import { tensor } from '../../engine/tensor/create';
import type { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import { shapeList, toList } from '../../nn/core/structure';
import { maskOf } from '../../nn/core/mask';
import { expectClose, readGolden } from '../support/golden';
import { hasLayer, type LayerCase, layerFrom, runLayerTest } from '../support/run-layer-test';

const test = suite('recurrent layers, golden');
test.before(async () => void (await init()));
test.after(close);

interface RecurrentCase extends LayerCase {
  readonly initialState?: readonly HostArray[];
  readonly initialStateGradients?: readonly HostArray[];
}

/** Sums over time: a few ulps more than a layer of one step. */
const TOLERANCE = { rtol: 2e-5, atol: 4e-6 };

for (const family of ['simplernn', 'lstm', 'gru', 'gru-reset-before', 'bidirectional']) {
  for (const golden of readGolden<{ readonly cases: readonly RecurrentCase[] }>(family).cases) {
    if (!hasLayer(golden)) test.skip(`${golden.name}: nn has no ${golden.layer}`, () => {});
    else test(`${family}: ${golden.name}`, () => runRecurrentTest(golden));
  }
}

async function runRecurrentTest(golden: RecurrentCase): Promise<void> {
  const { inputs: [input], initialState = [], weights, weightNames, outputs, upstream, mask, outputMask, training = false } = golden;
  const layer = layerFrom(golden);
  const shape = [null, ...input.shape.slice(1)];
  layer.ensureBuilt(initialState.length > 0 ? [shape, ...initialState.map((state) => [null, ...state.shape.slice(1)])] : shape);
  assert.equal(layer.weights.map(({ shape }) => shape), weights.map(({ shape }) => shape), 'shapes of the weights');
  layer.setWeights(weights);
  assert.equal(shapeList(layer.computeOutputShape(input.shape)), outputs.map(({ shape }) => shape), 'computeOutputShape');

  const { y, gradients, yMask } = scope(() => {
    const x = tensor(input);
    const states = initialState.map((state) => tensor(state));
    const tape = new GradientTape();
    for (const watched of [x, ...states]) tape.watch(watched);
    const y = tape.record(() => toList(layer.apply(states.length > 0 ? [x, ...states] : x, { training, mask: mask ? tensor(mask) : null })));
    const loss = tape.record(() => y.map((output, i) => sum(mul(output, upstream[i]))).reduce((a, b) => add(a, b)));
    return { y: [...y], gradients: tape.gradient(loss, [x, ...states, ...layer.weights]), yMask: maskOf(y[0]) };
  });
  for (const [i, output] of outputs.entries()) await expectClose(y[i], output, TOLERANCE, `output ${i}`);
  const expected = [golden.inputGradients[0], ...(golden.initialStateGradients ?? []), ...golden.weightGradients];
  const names = ['the input', ...initialState.map((_, i) => `initial state ${i}`), ...weightNames];
  for (const [i, gradient] of gradients.entries()) await expectClose(gradient!, expected[i]!, TOLERANCE, `gradient of ${names[i]}`);
  if (outputMask) await expectClose(yMask!, outputMask, { rtol: 0 }, 'mask of the output');
  else if (mask) assert.is(yMask, null, 'the output has no mask');
}

test('weights, configuration and a training step, as of every layer', async () => {
  for (const family of ['simplernn', 'lstm', 'gru', 'gru-reset-before']) {
    const plain = readGolden<{ readonly cases: readonly RecurrentCase[] }>(family).cases.find(({ config, outputs, initialState }) => config.returnSequences === true && outputs.length === 1 && !initialState)!;
    await runLayerTest(plain, TOLERANCE);
  }
});

test.run();
