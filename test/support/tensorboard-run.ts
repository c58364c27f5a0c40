/** The training run of test/golden/tensorboard/make.py, with wgrad. */
import { callbacks, type HostArray, layers, optimizers, schedules, sequential } from '../../nn';
import { readGolden } from './golden';

type Run = 'train' | 'validation';

export const golden = readGolden<{
  weights: HostArray[];
  x: HostArray;
  y: HostArray;
  /** In base64. */
  files: Record<Run, string>;
  scalars: Record<Run, [tag: string, step: number, value: number, wallTime: number][]>;
}>('tensorboard/expected');

export async function trainWithTensorBoard(logDir: string, updateFreq: 'epoch' | 'batch' | number): Promise<void> {
  const { x, y, weights } = golden;
  const model = sequential([layers.dense({ units: 1, inputShape: [3] })]);
  model.setWeights(weights);
  const rate = schedules.inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 4, decayRate: 0.5 });
  model.compile({ optimizer: optimizers.sgd({ learningRate: rate }), loss: 'mse', metrics: ['mae'] });
  const tensorBoard = callbacks.tensorBoard({ logDir, updateFreq });
  await model.fit(x, y, { batchSize: 4, epochs: 3, shuffle: false, validationData: [x, y], verbose: 0, callbacks: [tensorBoard] });
}
