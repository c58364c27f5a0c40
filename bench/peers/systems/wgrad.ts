/** wgrad, by the same protocol as its peers. */
import { gpu, init } from '../../../engine/gpu/gpu';
import { gemm } from '../../../engine/ops/matmul/gemm';
import { tensor } from '../../../engine/tensor/create';
import { HostArray } from '../../../engine/tensor/host-array';
import { empty } from '../../../engine/tensor/tensor';
import { version } from '../../../engine/version';
import { layers, losses, optimizers, sequential } from '../../../nn';
import type { Layer } from '../../../nn/core/layer';
import { ArrayData } from '../../../nn/training/arrays';
import { Trainer } from '../../../nn/training/trainer';
import { WORDS } from '../models.mjs';
import type { Batch, Model, PeerSystem, PeerTrainer, Weights } from '../protocol';

export async function open(): Promise<PeerSystem> {
  await init();
  return {
    versions: { wgrad: version },
    forms: () => ['replayed'],
    prepare: async (model, weights) => (model.family === 'matmul' ? matmul(model, weights) : training(model, weights)),
  };
}

function matmul({ size: n = 0 }: Model, weights: Weights): PeerTrainer {
  const a = tensor(new HostArray(weights.a.data, [n, n]));
  let b = tensor(new HostArray(weights.b.data, [n, n]));
  return {
    step() {
      const c = empty([n, n]);
      gemm({ batch: 1, m: n, n, k: n, transposeA: false, transposeB: false, a, b, c });
      b.dispose();
      b = c;
    },
    read: async () => (await b.data())[0],
  };
}

function layersOf({ family, length = 0, width = 0, cell, units = 0 }: Model): Layer[] {
  const embedding = (): Layer => layers.embedding({ inputDim: WORDS, outputDim: width, inputShape: [length] });
  switch (family) {
    case 'mlp':
      return [layers.dense({ units: 128, activation: 'relu', inputShape: [784] }), layers.dense({ units: 10 })];
    case 'pooled':
      return [embedding(), layers.globalAveragePooling1D(), layers.dense({ units: 16, activation: 'relu' }), layers.dense({ units: 1 })];
    case 'recurrent':
      return [embedding(), cell === 'LSTM' ? layers.lstm({ units }) : layers.simpleRNN({ units }), layers.dense({ units: 1 })];
    case 'conv':
      return [
        layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
        layers.flatten(),
        layers.dense({ units: 128, activation: 'relu' }),
        layers.dense({ units: 10 }),
      ];
    case 'matmul':
      throw new Error('a matrix product has no layers');
  }
}

async function training(model: Model, weights: Weights): Promise<PeerTrainer> {
  const text = model.length !== undefined;
  const net = sequential(layersOf(model));
  const loss = text ? losses.binaryCrossentropy({ fromLogits: true }) : losses.sparseCategoricalCrossentropy({ fromLogits: true });
  const trainer = new Trainer(net, { optimizer: optimizers.adam(), loss });
  const shape = text ? [model.batch, model.length!] : model.family === 'conv' ? [model.batch, 28, 28, 1] : [model.batch, 784];
  const arrays = ({ x, y }: Batch) => ({
    x: new HostArray(x, shape),
    y: text ? new HostArray(y, [model.batch, 1]) : new HostArray(y, [model.batch]),
  });
  const blank = { x: text ? new Int32Array(shape[0] * shape[1]) : new Float32Array(model.batch * 784), y: new Int32Array(model.batch) };
  await trainer.prepare(new ArrayData(arrays(blank).x, arrays(blank).y, 'bench'));
  net.setWeights(Object.values(weights).map(({ shape, data }) => new HostArray(data, shape)));
  return {
    step: (batch) => trainer.trainOn({ ...arrays(batch), weights: null }),
    async read() {
      const { loss } = await trainer.logs();
      trainer.resetMetrics();
      await gpu().throttle();
      return loss!;
    },
  };
}
