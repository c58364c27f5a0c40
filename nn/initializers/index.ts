/** How weights start: https://keras.io/api/layers/initializers/ Values are drawn on the host from the seeded generator. */
import { defaultGenerator } from '../../engine/random';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import { lookUp, toSnakeCase } from '../core/names';
import { orthogonalFrom } from './orthogonal';

/** Values for a weight of a shape, row-major. */
export type Initializer = (shape: Shape) => Float32Array;
/** A name (`'glorot_uniform'`) or a function of one's own. */
export type InitializerLike = string | Initializer;

/** Keras's class of an initializer, with its options. */
export interface InitializerConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const descriptions = new WeakMap<Initializer, InitializerConfig>();

function described(className: string, config: InitializerConfig['config'], initializer: Initializer): Initializer {
  descriptions.set(initializer, { className, config });
  return initializer;
}

/** What makes an initializer again; `null` for a function of one's own. */
export function initializerConfig(initializer: Initializer): InitializerConfig | null {
  return descriptions.get(initializer) ?? null;
}

export const constant = (value: number): Initializer =>
  described('Constant', { value }, (shape) => new Float32Array(sizeOf(shape)).fill(value));
export const zeros = (): Initializer => constant(0);
export const ones = (): Initializer => constant(1);

/** Uniform in [minval, maxval); defaults ±0.05. */
export const randomUniform = (minval = -0.05, maxval = 0.05): Initializer =>
  described('RandomUniform', { minval, maxval }, (shape) => defaultGenerator().uniform(sizeOf(shape), minval, maxval));

/** Normal; default deviation 0.05. */
export const randomNormal = (mean = 0, stddev = 0.05): Initializer =>
  described('RandomNormal', { mean, stddev }, (shape) => defaultGenerator().normal(sizeOf(shape), mean, stddev));

/** Normal without what lies beyond two deviations, drawn again; default deviation 0.05. */
export const truncatedNormal = (mean = 0, stddev = 0.05): Initializer =>
  described('TruncatedNormal', { mean, stddev }, (shape) => defaultGenerator().truncatedNormal(sizeOf(shape), mean, stddev));

type Mode = 'fanIn' | 'fanOut' | 'fanAvg';

/** Deviation of a unit normal cut at ±2: what is drawn is divided by it, so that the variance comes out right. */
const TRUNCATED_STDDEV = 0.87962566103423978;

/** Variance `scale`/n, n by `mode`: He (2, fanIn), Glorot (1, fanAvg), LeCun (1, fanIn). */
export function varianceScaling(scale: number, mode: Mode, distribution: 'uniform' | 'truncatedNormal'): Initializer {
  return described('VarianceScaling', { scale, mode: toSnakeCase(mode), distribution: toSnakeCase(distribution) }, (shape) => {
    const { fanIn, fanOut } = fans(shape);
    const n = mode === 'fanIn' ? fanIn : mode === 'fanOut' ? fanOut : (fanIn + fanOut) / 2;
    const variance = scale / Math.max(1, n);
    if (distribution === 'truncatedNormal') return truncatedNormal(0, Math.sqrt(variance) / TRUNCATED_STDDEV)(shape);
    const limit = Math.sqrt(3 * variance);
    return randomUniform(-limit, limit)(shape);
  });
}

/** Glorot & Bengio 2010: uniform in ±√(6/(fan in + fan out)). */
export const glorotUniform = (): Initializer => varianceScaling(1, 'fanAvg', 'uniform');
export const glorotNormal = (): Initializer => varianceScaling(1, 'fanAvg', 'truncatedNormal');
/** He et al. 2015: uniform in ±√(6/fan in). */
export const heUniform = (): Initializer => varianceScaling(2, 'fanIn', 'uniform');
export const heNormal = (): Initializer => varianceScaling(2, 'fanIn', 'truncatedNormal');
export const lecunUniform = (): Initializer => varianceScaling(1, 'fanIn', 'uniform');
export const lecunNormal = (): Initializer => varianceScaling(1, 'fanIn', 'truncatedNormal');

/** Orthonormal rows or columns, times `gain` (default 1): how recurrent weights start. */
export const orthogonal = (gain = 1): Initializer => described('OrthogonalInitializer', { gain }, orthogonalFrom((n) => defaultGenerator().normal(n), gain));

const table: Readonly<Record<string, () => Initializer>> = {
  zeros, ones, randomUniform, randomNormal, truncatedNormal,
  uniform: randomUniform, normal: randomNormal,
  glorotUniform, glorotNormal, heUniform, heNormal, lecunUniform, lecunNormal, orthogonal,
};

export function initializerFrom(initializer: InitializerLike): Initializer {
  return typeof initializer === 'function' ? initializer : lookUp('initializer', initializer, table)();
}

/** The initializer of Keras's class `className` with options in camelCase: a name where it has none. */
export function initializerFromConfig(className: string, config: Readonly<Record<string, unknown>>): InitializerLike {
  const { value, minval, maxval, mean, stddev, scale, mode, distribution } = config as Readonly<Record<string, number | undefined>>;
  switch (className) {
    case 'Constant': return constant(value ?? 0);
    case 'RandomUniform': return randomUniform(minval, maxval);
    case 'RandomNormal': return randomNormal(mean, stddev);
    case 'TruncatedNormal': return truncatedNormal(mean, stddev);
    case 'VarianceScaling': {
      const modes = { fanIn: 'fanIn', fanOut: 'fanOut', fanAvg: 'fanAvg' } as const;
      const distributions = { uniform: 'uniform', truncatedNormal: 'truncatedNormal' } as const;
      return varianceScaling(
        scale ?? 1,
        lookUp('mode of VarianceScaling', String(mode ?? 'fan_in'), modes),
        lookUp('distribution of VarianceScaling', String(distribution ?? 'truncated_normal'), distributions),
      );
    }
  }
  const name = toSnakeCase(className);
  initializerFrom(name);
  return name;
}

/** Inputs and outputs of a unit: the last two axes, times the receptive field of a convolution. */
function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 };
  if (shape.length === 1) return { fanIn: shape[0], fanOut: shape[0] };
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: shape[shape.length - 2] * field, fanOut: shape[shape.length - 1] * field };
}
