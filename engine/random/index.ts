export { defaultGenerator, type GeneratorState, RandomGenerator, setSeed } from './generator';
