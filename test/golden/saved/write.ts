/** Writes models for check.py: those of this folder, loaded and saved again, and some of our own, trained. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { init, close } from '../../../engine/gpu/gpu';
import { HostArray, type NestedArray } from '../../../engine/tensor/host-array';
import type { Tensor } from '../../../engine/tensor/tensor';
import { type NestedStrings, StringArray } from '../../../nn/core/string-array';
import { initializers, input, layers, loadModel, losses, metrics, type Model, model as functional, optimizers, regularizers, sequential, setSeed } from '../../../nn';

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
await init();
setSeed(1);
const wave = (...shape: number[]): HostArray => new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(1.7 * i)), shape);
const ids = new HostArray(Int32Array.from({ length: 18 }, (_, i) => (i * 5) % 9 + (i < 16 ? 1 : 0)).map((id) => id % 9), [3, 6]);

const cases: Record<string, unknown> = {};
async function write(name: string, model: Model, inputs: readonly (HostArray | StringArray)[]): Promise<void> {
  const y = model.apply((inputs.length === 1 ? inputs[0] : inputs) as HostArray) as Tensor | readonly Tensor[];
  const outputs = await Promise.all(([y].flat() as Tensor[]).map((tensor) => tensor.array()));
  await model.save(join(folder, `${name}.keras`));
  cases[name] = { inputs: inputs.map((x) => x.toArray()), outputs: outputs.map((y) => y.toArray()), steps: model.compiled?.optimizer.iterations };
}

/** Numbers, or texts. */
function samplesFrom(values: NestedArray): HostArray | StringArray {
  return typeof [values].flat(3)[0] === 'string' ? StringArray.from(values as unknown as NestedStrings) : HostArray.from(values);
}

const { models } = JSON.parse(readFileSync('test/golden/saved/expected.json', 'utf8')) as { models: Record<string, { inputs: NestedArray[] }> };
for (const [name, { inputs }] of Object.entries(models)) {
  await write(name, await loadModel(`test/golden/saved/${name}.keras`), inputs.map(samplesFrom));
}

const own = sequential([
  layers.dense({ units: 6, activation: 'relu', inputShape: [4], kernelInitializer: initializers.heNormal(), kernelRegularizer: regularizers.l2(0.01) }),
  layers.dropout({ rate: 0.2 }), layers.dense({ units: 3, activation: 'softmax' }),
]);
own.compile({ optimizer: optimizers.nadam(0.01), loss: losses.sparseCategoricalCrossentropy(), metrics: ['accuracy', metrics.sparseCategoricalAccuracy({ name: 'right' })] });
await own.fit(wave(12, 4), new HostArray(Uint8Array.from({ length: 12 }, (_, i) => i % 3), [12]), { epochs: 2, batchSize: 4, verbose: 0 });
await write('own-classifier', own, [wave(3, 4)]);

const texts = sequential([
  layers.embedding({ inputDim: 9, outputDim: 3, maskZero: true, inputShape: [6] }),
  layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }), mergeMode: 'ave' }),
  layers.gru({ units: 3 }), layers.dense({ units: 1, activation: 'sigmoid' }),
]);
texts.compile({ optimizer: optimizers.adam({ learningRate: optimizers.schedules.exponentialDecay({ initialLearningRate: 0.01, decaySteps: 5, decayRate: 0.9 }) }), loss: 'bce' });
await texts.fit(ids, wave(3, 1).map((v) => (v > 0 ? 1 : 0)), { epochs: 2, verbose: 0 });
await write('own-texts', texts, [ids]);

const [a, b] = [input({ shape: [3], name: 'left' }), input({ shape: [3], name: 'right' })];
const shared = layers.dense({ units: 4, activation: 'tanh' });
const merged = layers.concatenate().apply([shared.apply(a), layers.dense({ units: 2 }).apply(shared.apply(b)), layers.dense({ units: 5 }).apply(a)]);
const block = sequential([layers.dense({ units: 3, inputShape: [11] }), layers.dense({ units: 2 })]);
const both = functional({ inputs: [a, b], outputs: [block.apply(merged), layers.dense({ units: 1 }).apply(merged)] });
await write('own-graph', both, [wave(3, 3), wave(3, 3).map((v) => 2 * v)]);

writeFileSync(join(folder, 'predictions.json'), JSON.stringify(cases));
await close();
