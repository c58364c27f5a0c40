/** The seed of all random cases: fixed, so that a run can be repeated; another one in WGRAD_TEST_SEED. */
import process from 'node:process';
import fc from 'fast-check';

export const seed = Number(process.env.WGRAD_TEST_SEED ?? 20240917);

fc.configureGlobal({ seed });
