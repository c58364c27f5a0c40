/** What tells the recurrent cells apart, and their kernels. */
import { type Access, defineKernel, type Kernel } from '../../gpu/kernel';
import type { SourceFile } from '../../gpu/link';
import { defineTunable } from '../../tune/tunable';
import { grid, math, step } from '../../../shaders/lib';
import activationSource from '../../../shaders/rnn/activation.wgsl';
import holdGradientSource from '../../../shaders/rnn/hold-gradient.wgsl';
import holdSource from '../../../shaders/rnn/hold.wgsl';
import productShuffleSource from '../../../shaders/rnn/product-shuffle.wgsl';
import productSource from '../../../shaders/rnn/product.wgsl';
import sequenceSource from '../../../shaders/rnn/sequence.wgsl';
import type { RnnPlan } from './plan';

export interface Cell {
  readonly name: string;
  readonly gates: number;
  readonly states: number;
  /** What the gradient needs besides the gates and the state before each step, [batch, time, units], by its name in the kernels. */
  readonly kept: 'c_before' | 'q' | null;
  /** The state's product has a bias, and gradients that are not those of the inputs' product. */
  readonly ownBias: boolean;
  readonly kernels: Readonly<Record<RnnPlan['product'], Kernels>>;
}

interface Kernels {
  readonly forward: Kernel;
  readonly backward: Kernel;
}

interface Direction {
  readonly source: string;
  readonly bindings: Readonly<Record<string, Access>>;
}

const sizes = { batch: 'u32', time: 'u32', units: 'u32' } as const;
const products: Record<RnnPlan['product'], SourceFile> = {
  shuffle: { name: 'rnn/product-shuffle', source: productShuffleSource },
  plain: { name: 'rnn/product', source: productSource },
};

const made: Kernel[] = [];

/** The kernels of all cells: how many rows of a batch a workgroup takes. */
export const recurrent = defineTunable({ name: 'rnn', kernels: made });

/** Both kernels of a cell, for each way to make products. */
export function cellKernels(
  name: string,
  forward: Direction,
  backward: Direction,
  overrides: Readonly<Record<string, number>>,
): Cell['kernels'] {
  const make = (product: RnnPlan['product']): Kernels => {
    const lib = (hold: SourceFile): SourceFile[] => [
      { name: 'rnn/sequence', source: sequenceSource },
      hold,
      { name: 'rnn/activation', source: activationSource },
      products[product],
      grid, math, step,
    ];
    const common = { overrides: product === 'shuffle' ? { ...overrides, TRANSPOSE: false } : overrides, consts: { ROWS: 16, LANES: 8, QUADS: 8, SLICES: 1 }, step: true };
    return {
      forward: defineKernel({
        name: `rnn/${name}-forward`, ...forward, ...common, lib: lib({ name: 'rnn/hold', source: holdSource }),
        params: { ...sizes, first: 'u32', last: 'u32', length: 'u32', flags: 'u32' },
      }),
      backward: defineKernel({
        name: `rnn/${name}-backward`, ...backward, ...common, lib: lib({ name: 'rnn/hold-gradient', source: holdGradientSource }),
        params: { ...sizes, last: 'u32', count: 'u32', length: 'u32', flags: 'u32' },
      }),
    };
  };
  const kernels = { shuffle: make('shuffle'), plain: make('plain') };
  for (const { forward, backward } of Object.values(kernels)) made.push(forward, backward);
  return kernels;
}
