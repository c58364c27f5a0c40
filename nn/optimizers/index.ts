/** Optimizers, by name or as objects; the functions also take a bare rate: `rmsprop(0.001)`. */
import { lookUp } from '../core/names';
import { Adam, type AdamConfig } from './adam';
import { type LearningRate, Optimizer } from './optimizer';
import { RMSprop, type RmspropConfig } from './rmsprop';
import { SGD, type SgdConfig } from './sgd';

export { Adam, Optimizer, RMSprop, SGD };

function withRate<C extends object>(config: C | LearningRate | undefined): C {
  return (typeof config === 'object' ? config : { learningRate: config }) as C;
}

export const adam = (config?: AdamConfig | LearningRate): Adam => new Adam(withRate<AdamConfig>(config));
export const sgd = (config?: SgdConfig | LearningRate): SGD => new SGD(withRate<SgdConfig>(config));
export const rmsprop = (config?: RmspropConfig | LearningRate): RMSprop => new RMSprop(withRate<RmspropConfig>(config));

/** A name (`'adam'`) or an object. */
export type OptimizerLike = string | Optimizer;

const table: Readonly<Record<string, () => Optimizer>> = { adam, sgd, rmsprop };

export function optimizerFrom(optimizer: OptimizerLike): Optimizer {
  return optimizer instanceof Optimizer ? optimizer : lookUp('optimizer', optimizer, table)();
}
