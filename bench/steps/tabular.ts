/** The tutorial's network on cars: small, and trained for a thousand epochs. */
import { layers, optimizers, sequential } from '../../nn';
import { Trainer } from '../../nn/training/trainer';
import { randomArray } from '../operands';
import type { StepBenchmark } from './benchmark';

/** Columns of the tutorial's table. */
const COLUMNS = 9;

export const tabularSteps: readonly StepBenchmark[] = [
  {
    name: 'MLP 9-64-64-1 (auto-mpg), batch 32',
    batch: 32,
    trainer() {
      const model = sequential([
        layers.dense({ units: 64, activation: 'relu', inputShape: [COLUMNS] }),
        layers.dense({ units: 64, activation: 'relu' }),
        layers.dense({ units: 1 }),
      ]);
      return new Trainer(model, { optimizer: optimizers.rmsprop(0.001), loss: 'mse', metrics: ['mae', 'mse'] });
    },
    data: (batch) => ({ x: randomArray([batch, COLUMNS], 1), y: randomArray([batch, 1], 2, 10) }),
  },
];
