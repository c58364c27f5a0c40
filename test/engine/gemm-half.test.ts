/** Every kernel of matrix products on operands of f16: layers that keep their weights in f32, and everything in f16. */
import { test } from 'uvu';
import { VARIANTS, type VariantName } from '../../engine/ops/matmul/gemm-plan';
import { checkProducts, type Types } from '../support/gemm-cases';
import { half } from '../support/half-suite';

const kinds: Record<string, Types> = {
  'f16 by f32 weights to f16': { a: 'f16', b: 'f32', c: 'f16', bias: 'f32' },
  'f16 by f16 to f32': { a: 'f16', b: 'f16', c: 'f32', bias: 'f16' },
  'f32 by f32 to f16': { a: 'f32', b: 'f32', c: 'f16', bias: 'f32' },
};

for (const variant of Object.keys(VARIANTS) as VariantName[]) {
  for (const [name, types] of Object.entries(kinds)) half(test)(`${variant}: ${name}`, () => checkProducts(variant, { types, runs: 16 }));
}

test.run();
