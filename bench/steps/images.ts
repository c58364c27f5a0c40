/** The tutorials' models on images; random ones: the arithmetic of a step does not depend on what it sees. */
import { HostArray } from '../../engine/tensor/host-array';
import { type DtypePolicy, layers, losses, sequential } from '../../nn';
import { Trainer } from '../../nn/training/trainer';
import { uniform } from '../operands';
import type { StepBenchmark, StepData } from './benchmark';

function images(batch: number): StepData {
  const next = uniform(1);
  const x = new HostArray(Float32Array.from({ length: batch * 784 }, next), [batch, 28, 28]);
  return { x, y: new HostArray(Uint8Array.from({ length: batch }, () => Math.floor(10 * next())), [batch]) };
}

function mlp(dtype: DtypePolicy = 'float32'): Trainer {
  const model = sequential([
    layers.flatten({ inputShape: [28, 28], dtype }),
    layers.dense({ units: 128, activation: 'relu', dtype }),
    layers.dropout({ rate: 0.2, dtype }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  return new Trainer(model, { optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
}

/** The model of the tutorial that writes its own training loop. */
function convolutional(dtype: DtypePolicy = 'float32'): Trainer {
  const model = sequential([
    layers.reshape({ targetShape: [28, 28, 1], inputShape: [28, 28], dtype }),
    layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', dtype }),
    layers.flatten({ dtype }),
    layers.dense({ units: 128, activation: 'relu', dtype }),
    layers.dense({ units: 10 }),
  ]);
  return new Trainer(model, { optimizer: 'adam', loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }), metrics: ['accuracy'] });
}

export const imageSteps: readonly StepBenchmark[] = [
  ...[32, 512].map((batch) => ({ name: `MLP 784-128-10, batch ${batch}`, batch, trainer: () => mlp(), data: images })),
  { name: 'MLP 784-128-10, batch 512, half precision', batch: 512, trainer: () => mlp('mixed_float16'), data: images },
  { name: 'Conv2D 32x3 + Dense 128, batch 32', batch: 32, trainer: () => convolutional(), data: images },
  { name: 'Conv2D 32x3 + Dense 128, batch 32, half precision', batch: 32, trainer: () => convolutional('mixed_float16'), data: images },
];
