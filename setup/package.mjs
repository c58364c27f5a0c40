/** `npm run build`: dist/ as other projects import it, a bundle each for Node and the browser, and the types. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';
import { root, SetupError } from './common.mjs';

const dist = join(root, 'dist');
const types = join(dist, 'types');
/** A browser loads the bundle as it is; Node finds packages by name. */
const targets = { node: { target: 'node20' }, browser: { target: 'es2022', packages: 'bundle' } };

try {
  ensureDependencies();
  const { bundle } = await import('./build.mjs');
  rmSync(dist, { recursive: true, force: true });
  for (const platform of ['node', 'browser']) {
    await bundle([{ in: 'nn/index.ts', out: platform }], 'dist', { platform, ...targets[platform] });
  }
  emitTypes();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function emitTypes() {
  const { status } = spawnSync(process.execPath, [
    'node_modules/typescript/bin/tsc', '-p', 'nn', '--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', '.', '--outDir', 'dist/types',
  ], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new SetupError('The types could not be built (see above).');
  for (const path of readdirSync(types, { recursive: true })) {
    if (!path.endsWith('.d.ts')) continue;
    const file = join(types, path);
    writeFileSync(file, withExtensions(readFileSync(file, 'utf8'), dirname(file)));
  }
}

/** Relative imports with the extensions that Node's own resolution asks for. */
function withExtensions(text, folder) {
  return text.replace(/(from ['"]|import\(['"])(\.{1,2}\/[^'"]+)(['"])/g, (all, before, path, after) => {
    if (existsSync(join(folder, `${path}.d.ts`))) return `${before}${path}.js${after}`;
    if (existsSync(join(folder, path, 'index.d.ts'))) return `${before}${path}/index.js${after}`;
    return all;
  });
}
