import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { whatDiffers } from '../../setup/dependencies.mjs';

type Packages = Record<string, { version: string; optional?: boolean }>;
const locked: Packages = {
  '': { version: '0' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a/node_modules/@s/b': { version: '2.0.0' },
  'node_modules/for-windows': { version: '1.0.0', optional: true },
};
const { '': _project, 'node_modules/for-windows': _other, ...complete } = locked;

/** What the set-up says of a project with these installed packages (`undefined`: npm has never finished there). */
function judged(installed: Packages | undefined, folders = Object.keys(installed ?? {})): string | undefined {
  const project = mkdtempSync(join(tmpdir(), 'wgrad-dependencies-'));
  try {
    writeFileSync(join(project, 'package-lock.json'), JSON.stringify({ packages: locked }));
    for (const folder of ['node_modules', ...folders]) mkdirSync(join(project, folder), { recursive: true });
    if (installed) writeFileSync(join(project, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
    return whatDiffers(project);
  } finally {
    rmSync(project, { recursive: true });
  }
}

test('nothing is to be done where the installed packages are those of the lock file', () => {
  assert.is(judged(complete), undefined);
  assert.is(whatDiffers(process.cwd()), undefined);
});

test('a package that is missing or of another version is noticed', () => {
  assert.is(judged({ 'node_modules/a': complete['node_modules/a'] }), '@s/b is missing');
  assert.is(judged({ ...complete, 'node_modules/a': { version: '0.9.0' } }), 'a is 0.9.0, 1.0.0 is wanted');
  assert.is(judged(complete, []), 'a is missing');
});

test('an installation that never finished counts as none', () => {
  assert.is(judged(undefined, ['node_modules/a']), 'none are installed');
});

test.run();
