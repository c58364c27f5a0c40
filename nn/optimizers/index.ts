/** Optimizers, by name or as objects; the functions also take a bare rate: `rmsprop(0.001)`. */
import { lookUp } from '../core/names';
import { LearningRateSchedule } from '../schedules/schedule';
import { Adadelta, type AdadeltaConfig } from './adadelta';
import { Adagrad, type AdagradConfig } from './adagrad';
import { Adam, type AdamConfig } from './adam';
import { Adamax, type AdamaxConfig } from './adamax';
import { AdamW } from './adamw';
import { Ftrl, type FtrlConfig } from './ftrl';
import { Lion, type LionConfig } from './lion';
import { Nadam, type NadamConfig } from './nadam';
import { type LearningRate, Optimizer } from './optimizer';
import { RMSprop, type RmspropConfig } from './rmsprop';
import { SGD, type SgdConfig } from './sgd';

export { Adadelta, Adagrad, Adam, Adamax, AdamW, Ftrl, Lion, Nadam, Optimizer, RMSprop, SGD };
/** As Keras has them, beside `wgrad`'s own `schedules`. */
export * as schedules from '../schedules';

function withRate<C extends object>(config: C | LearningRate | undefined): C {
  return (typeof config === 'object' && !(config instanceof LearningRateSchedule) ? config : { learningRate: config }) as C;
}

export const adadelta = (config?: AdadeltaConfig | LearningRate): Adadelta => new Adadelta(withRate<AdadeltaConfig>(config));
export const adagrad = (config?: AdagradConfig | LearningRate): Adagrad => new Adagrad(withRate<AdagradConfig>(config));
export const adam = (config?: AdamConfig | LearningRate): Adam => new Adam(withRate<AdamConfig>(config));
export const adamax = (config?: AdamaxConfig | LearningRate): Adamax => new Adamax(withRate<AdamaxConfig>(config));
export const adamw = (config?: AdamConfig | LearningRate): AdamW => new AdamW(withRate<AdamConfig>(config));
export const ftrl = (config?: FtrlConfig | LearningRate): Ftrl => new Ftrl(withRate<FtrlConfig>(config));
export const lion = (config?: LionConfig | LearningRate): Lion => new Lion(withRate<LionConfig>(config));
export const nadam = (config?: NadamConfig | LearningRate): Nadam => new Nadam(withRate<NadamConfig>(config));
export const rmsprop = (config?: RmspropConfig | LearningRate): RMSprop => new RMSprop(withRate<RmspropConfig>(config));
export const sgd = (config?: SgdConfig | LearningRate): SGD => new SGD(withRate<SgdConfig>(config));

/** A name (`'adam'`) or an object. */
export type OptimizerLike = string | Optimizer;

const table: Readonly<Record<string, () => Optimizer>> = { adadelta, adagrad, adam, adamax, adamw, ftrl, lion, nadam, rmsprop, sgd };

export function optimizerFrom(optimizer: OptimizerLike): Optimizer {
  return optimizer instanceof Optimizer ? optimizer : lookUp('optimizer', optimizer, table)();
}
