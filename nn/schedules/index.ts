/** Learning-rate schedules: `adam({ learningRate: schedules.cosineDecay({ initialLearningRate: 0.001, decaySteps: 10_000 }) })`. */
import { CosineDecay, type CosineDecayConfig } from './cosine-decay';
import { CosineDecayRestarts, type CosineDecayRestartsConfig } from './cosine-decay-restarts';
import { ExponentialDecay, type ExponentialDecayConfig } from './exponential-decay';
import { InverseTimeDecay, type InverseTimeDecayConfig } from './inverse-time-decay';
import { PiecewiseConstantDecay, type PiecewiseConstantDecayConfig } from './piecewise-constant-decay';
import { PolynomialDecay, type PolynomialDecayConfig } from './polynomial-decay';
import { LearningRateSchedule } from './schedule';

export { CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay, LearningRateSchedule, PiecewiseConstantDecay, PolynomialDecay };

export const cosineDecay = (config: CosineDecayConfig): CosineDecay => new CosineDecay(config);
export const cosineDecayRestarts = (config: CosineDecayRestartsConfig): CosineDecayRestarts => new CosineDecayRestarts(config);
export const exponentialDecay = (config: ExponentialDecayConfig): ExponentialDecay => new ExponentialDecay(config);
export const inverseTimeDecay = (config: InverseTimeDecayConfig): InverseTimeDecay => new InverseTimeDecay(config);
export const piecewiseConstantDecay = (config: PiecewiseConstantDecayConfig): PiecewiseConstantDecay => new PiecewiseConstantDecay(config);
export const polynomialDecay = (config: PolynomialDecayConfig): PolynomialDecay => new PolynomialDecay(config);
