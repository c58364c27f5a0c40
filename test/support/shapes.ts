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

/**
 * Shapes that broadcast to one: some axes of size 1, some leading axes left out. Often every second axis is of size 1, in turns, so
 * that no two axes can be walked as one.
 */
export function broadcasting(count: number): fc.Arbitrary<Shape[]> {
  const rows = fc.tuple(fc.constantFrom(1, 2, 3, 7, 18, 33), fc.constantFrom(1, 3, 4, 8, 31, 32, 64)).map(([m, n]) => [m, n]);
  const full = fc.oneof({ weight: 3, arbitrary: small }, { weight: 2, arbitrary: rows }, { weight: 2, arbitrary: length.map((n) => [n]) });
  const choice = fc.record({ keep: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), lead: fc.nat(3), whole: fc.boolean() });
  const some = fc.tuple(full, fc.array(choice, { minLength: count, maxLength: count })).map(([shape, choices]) =>
    choices.map(({ keep, lead, whole }) => (whole ? shape : shape.map((n, i) => (keep[i] ? n : 1)).slice(Math.min(lead, shape.length)))),
  );
  const sizes = fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 2, maxLength: 6 }).map((shape) => capped(shape, 800, 2));
  const turns = fc.tuple(sizes, fc.boolean()).map(([shape, swap]) =>
    Array.from({ length: count }, (_, j) => shape.map((n, i) => ((i + j + Number(swap)) % 2 === 0 ? n : 1))),
  );
  return fc.oneof({ weight: 2, arbitrary: some }, { weight: 1, arbitrary: turns });
}

/** Sizes cut down to `least`, the last first, until at most `limit` elements remain. */
function capped(sizes: number[], limit: number, least = 1): number[] {
  const result = [...sizes];
  for (let i = result.length - 1; i >= 0 && result.reduce((p, n) => p * n, 1) > limit; i--) result[i] = Math.min(result[i], least);
  return result;
}
