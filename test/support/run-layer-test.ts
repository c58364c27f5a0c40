/** Everything that is asked of a layer, on one golden layer call of the real Keras (test/golden/README.md, "Layer calls"). */
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { mul, sum } from '../../engine/ops';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import type { Shape } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import type { Layer } from '../../nn/core/layer';
import { maskOf, setMask } from '../../nn/core/mask';
import { single } from '../../nn/core/structure';
import * as layers from '../../nn/layers';
import { sgd } from '../../nn/optimizers';
import { expectClose, type Tolerance } from './golden';

export interface LayerSpec {
  /** The class's name in Keras. */
  readonly layer: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface LayerCase extends LayerSpec {
  readonly name: string;
  readonly training?: boolean;
  readonly inputs: readonly HostArray[];
  readonly mask?: HostArray;
  readonly weightNames: readonly string[];
  readonly weights: readonly HostArray[];
  readonly outputs: readonly HostArray[];
  readonly outputMask?: HostArray;
  readonly upstream: readonly HostArray[];
  readonly inputGradients: readonly (HostArray | null)[];
  readonly weightGradients: readonly (HostArray | null)[];
}

const classes = layers as unknown as Readonly<Record<string, (new (config: object) => Layer) | undefined>>;

/** Whether nn has the layer, and every layer inside it. */
export function hasLayer({ layer, config }: LayerSpec): boolean {
  return classes[layer] !== undefined && Object.values(config).filter(isSpec).every(hasLayer);
}

/** The layer that a golden file describes. */
export function layerFrom({ layer, config }: LayerSpec): Layer {
  const options = Object.entries(config).map(([name, value]) => [name, isSpec(value) ? layerFrom(value) : value]);
  return new classes[layer]!(Object.fromEntries(options));
}

function isSpec(value: unknown): value is LayerSpec {
  return typeof value === 'object' && value !== null && 'layer' in value && 'config' in value;
}

const RATE = 0.1;

/** Shapes, weights, outputs, gradients, masks, configuration and a training step of a layer with one input and one output. */
export async function runLayerTest(golden: LayerCase, tolerance: Tolerance = { rtol: 5e-6, atol: 2e-6 }): Promise<void> {
  const { inputs: [input], outputs: [output], upstream: [upstream], training = false } = golden;
  const layer = layerFrom(golden);
  layer.ensureBuilt(anyBatch(input.shape));
  assert.equal(layer.computeOutputShape(anyBatch(input.shape)), anyBatch(output.shape), 'computeOutputShape, any batch');
  assert.equal(layer.computeOutputShape(input.shape), output.shape, 'computeOutputShape, this batch');

  await checkWeights(layer, golden);
  const forward = (x: Tensor, of = layer): Tensor => single(of.apply(x, { training, mask: golden.mask && tensor(golden.mask) }), of.name);

  const { y, gradients } = scope(() => {
    const tape = new GradientTape();
    const x = tensor(input, layer.inputDtype);
    tape.watch(x);
    const y = tape.record(() => forward(x));
    const loss = tape.record(() => mul(y, upstream));
    return { y, gradients: tape.gradient(loss, [x, ...layer.weights]) };
  });
  await expectClose(y, output, tolerance, 'output');
  const expected = [...golden.inputGradients, ...golden.weightGradients];
  for (const [i, gradient] of gradients.entries()) {
    const what = i === 0 ? 'gradient of the input' : `gradient of ${golden.weightNames[i - 1]}`;
    if (expected[i] === null) assert.is(gradient, null, what);
    else await expectClose(gradient!, expected[i], tolerance, what);
  }

  await checkMask(layer, golden);

  const again = new (layer.constructor as new (config: object) => Layer)(layer.getConfig());
  assert.equal(again.getConfig(), layer.getConfig(), 'the configuration makes the same layer');
  again.ensureBuilt(anyBatch(input.shape));
  again.setWeights(golden.weights);
  assert.equal((await forward(tensor(input, layer.inputDtype), again).data()), await y.data(), 'and the same output');

  await checkTrainingStep(layer, golden, forward, tolerance);
}

async function checkWeights(layer: Layer, { weights, weightNames }: LayerCase): Promise<void> {
  assert.equal(layer.weights.map(({ name }) => name), weightNames.map((name) => `${layer.name}/${name}`), 'names of the weights');
  assert.equal(layer.weights.map(({ shape }) => shape), weights.map(({ shape }) => shape), 'shapes of the weights');
  assert.is(layer.countParams(), weights.reduce((total, { size }) => total + size, 0), 'countParams');
  layer.setWeights(weights);
  for (const [i, { data }] of (await layer.getWeights()).entries()) assert.equal(data, weights[i].data, `${weightNames[i]} is as set`);
}

/** The mask that Keras gives; where the case has none, a mask passes through just those layers that say so. */
async function checkMask(layer: Layer, { inputs: [input], mask, outputMask }: LayerCase): Promise<void> {
  const golden = mask ?? outputMask;
  if (!golden && input.shape.length < 3) return;
  const all = new HostArray(new Uint32Array(input.shape[0] * input.shape[1]).fill(1), input.shape.slice(0, 2), 'bool');
  const expected = golden ? outputMask ?? null : layer.supportsMasking ? all : null;
  const x = tensor(input, layer.inputDtype);
  if (mask || !golden) setMask(x, tensor(mask ?? all));
  const actual = maskOf(single(layer.apply(x), layer.name));
  if (expected === null) assert.is(actual, null, 'the output has no mask');
  else await expectClose(actual!, expected, { rtol: 0 }, 'mask of the output');
}

/** One captured step of gradient descent takes every weight by its golden gradient. */
async function checkTrainingStep(layer: Layer, golden: LayerCase, forward: (x: Tensor) => Tensor, tolerance: Tolerance): Promise<void> {
  const variables = layer.trainableWeights;
  if (variables.length === 0) return;
  const optimizer = sgd(RATE);
  optimizer.build(variables);
  const step = compileStep((x: Tensor, upstream: Tensor) => {
    const tape = new GradientTape();
    const loss = tape.record(() => sum(mul(forward(x), upstream)));
    optimizer.applyGradients(tape.gradient(loss, variables), variables);
  }, { dtypes: [layer.inputDtype] });
  step(golden.inputs[0], golden.upstream[0]);
  for (const [i, weight] of layer.weights.entries()) {
    const gradient = golden.weightGradients[i];
    if (!gradient) continue;
    const expected = golden.weights[i].map((value, j) => value - RATE * gradient.data[j]);
    await expectClose(weight, expected, tolerance, `${golden.weightNames[i]} after a step`);
  }
  step.dispose();
}

function anyBatch(shape: Shape): (number | null)[] {
  return [null, ...shape.slice(1)];
}
