/** Finds the test files and bundles them into a folder of this run's own. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '../../setup/common.mjs';

const outdir = `.build/test-${process.pid}`;

/** Paths from the repository root, sorted; with `filters`, those that hold one of them. */
export function findTests(filters, hostOnly) {
  return readdirSync(join(root, 'test'), { recursive: true })
    .map((path) => `test/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith(hostOnly ? '.host.test.ts' : '.test.ts'))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .sort();
}

/** Where a built test file lies. */
export const builtPath = (file) => join(root, outdir, file.replace(/\.ts$/, '.mjs'));

/**
 * `{ built, broken }`: the files that were bundled, and a failed result for each that was not. All at once, since that
 * is quick; where it fails one by one, so that one broken file does not take the others along.
 */
export async function buildTests(files) {
  process.on('exit', () => rmSync(join(root, outdir), { recursive: true, force: true }));
  const { bundle } = await import('../../setup/build.mjs');
  const build = (some) => bundle(some, outdir, { logLevel: 'silent' });
  try {
    await build(files);
    return { built: files, broken: [] };
  } catch {
    const built = [];
    const broken = [];
    for (const file of files) {
      try {
        await build([file]);
        built.push(file);
      } catch (error) {
        broken.push({ name: file, passed: 0, failed: 1, skipped: 0, seconds: 0, why: 'it does not build', output: error.message });
      }
    }
    return { built, broken };
  }
}
