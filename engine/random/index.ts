export { defaultGenerator, RandomGenerator, setSeed } from './generator';
