/** The network of the golden training runs: Flatten(4×5) – Dense 16 relu – Dense k. */
import type { HostArray } from '../../engine/tensor/host-array';
import * as layers from '../../nn/layers';
import * as losses from '../../nn/losses';
import type { Loss } from '../../nn/losses';
import { type Sequential, sequential } from '../../nn/models/sequential';
import { l2 } from '../../nn/regularizers';
import * as optimizers from '../../nn/optimizers';
import type { Optimizer } from '../../nn/optimizers';

export function goldenMlp(weights: readonly HostArray[], activation: string | null, hiddenKernelL2?: number): Sequential {
  const model = sequential([
    layers.flatten({ inputShape: [4, 5] }),
    layers.dense({ units: 16, activation: 'relu', kernelRegularizer: hiddenKernelL2 === undefined ? null : l2(hiddenKernelL2) }),
    layers.dense({ units: weights[3].length, activation }),
  ]);
  model.setWeights(weights);
  return model;
}

/** A loss by its class's name in Keras. */
export function goldenLoss(className: string, config: object): Loss {
  return (losses as unknown as Record<string, (config: object) => Loss>)[className[0].toLowerCase() + className.slice(1)](config);
}

/** An optimizer by its class's name in Keras. */
export function goldenOptimizer(className: string, config: object): Optimizer {
  return (optimizers as unknown as Record<string, (config: object) => Optimizer>)[className.toLowerCase()](config);
}
