/** Tests of half precision, which are skipped where `npm test` found an adapter without shader-f16. */
import process from 'node:process';
import { suite, type Test } from 'uvu';
import type { FloatDtype } from '../../engine/tensor/dtype';

export const hasHalf = process.env.WGRAD_TEST_HALF !== '0';

/** The dtypes that the adapter has. */
export const floatDtypes: readonly FloatDtype[] = hasHalf ? ['f32', 'f16'] : ['f32'];

/** `test` for a test that needs f16. */
export function half(test: Test): Test | Test['skip'] {
  return hasHalf ? test : test.skip;
}

/** A suite of such tests only. */
export function halfSuite(name: string): Test {
  const tests = suite(name);
  return hasHalf ? tests : Object.assign(tests.skip.bind(tests), tests);
}
