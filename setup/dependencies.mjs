/** Installs the npm packages, only when package-lock.json differs from what is installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, SetupError } from './common.mjs';

export function ensureDependencies(folder = root) {
  const why = whatDiffers(folder);
  if (why === undefined) return;
  console.log(`Set-up: installing the npm packages (${why}).`);
  const { status, error } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error || status !== 0) {
    throw new SetupError('The npm packages could not be installed (see above). Once the network is there, run:  npm ci --include=dev');
  }
}

/** In a few words why the installed packages are not those of the lock file, or `undefined` where they are. */
export function whatDiffers(folder) {
  // npm keeps its own record of what it put into node_modules, and writes it last.
  const record = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'none are installed';
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path === '') continue;
    const name = path.replace(/^.*node_modules\//, '');
    // Optional packages are for other systems, or missing with npm's blessing.
    if (!installed[path] && optional) continue;
    if (!installed[path] || !existsSync(join(folder, path))) return `${name} is missing`;
    if (installed[path].version !== version) return `${name} is ${installed[path].version}, ${version} is wanted`;
  }
  return undefined;
}
