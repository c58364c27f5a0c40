/** Arbitrary shapes around the sizes where kernels change their ways. */
import fc from 'fast-check';
import type { Shape } from '../../engine/tensor/shape';

/** Ragged and whole vec4s, workgroups and blocks, with one element less and more. */
export const length: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 2, arbitrary: fc.constantFrom(15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129) },
  { weight: 2, arbitrary: fc.constantFrom(255, 256, 257, 1023, 1024, 1025, 2053, 4097, 20_001) },
);

/** A shape of rank 0 to 6 with few elements; sizes 0 and 1 are common. */
export const small: fc.Arbitrary<number[]> = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 5 }) }, { weight: 1, arbitrary: fc.constant(0) }), { maxLength: 6 })
  .map((sizes) => capped(sizes, 600));

/** Any shape: long vectors, or few elements at any rank. */
export const anyShape: fc.Arbitrary<number[]> = fc.oneof(length.map((n) => [n]), small);

/** Shapes that broadcast to one: some axes of size 1, some leading axes left out. */
export function broadcasting(count: number): fc.Arbitrary<Shape[]> {
  const rows = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 3, 4, 8, 31, 32, 64)).map(([m, n]) => [m, n]);
  const full = fc.oneof({ weight: 3, arbitrary: small }, { weight: 2, arbitrary: rows }, { weight: 2, arbitrary: length.map((n) => [n]) });
  const choice = fc.record({ keep: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), lead: fc.nat(3), whole: fc.boolean() });
  return fc.tuple(full, fc.array(choice, { minLength: count, maxLength: count })).map(([shape, choices]) =>
    choices.map(({ keep, lead, whole }) => (whole ? shape : shape.map((n, i) => (keep[i] ? n : 1)).slice(Math.min(lead, shape.length)))),
  );
}

/** Sizes cut down, the last first, until at most `limit` elements remain. */
function capped(sizes: number[], limit: number): number[] {
  const result = [...sizes];
  for (let i = result.length - 1; i >= 0 && result.reduce((p, n) => p * n, 1) > limit; i--) result[i] = Math.min(result[i], 1);
  return result;
}
