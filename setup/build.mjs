/** Bundles TypeScript (and the .wgsl files it imports as text) with esbuild. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { root } from './common.mjs';

/**
 * Bundles `entryPoints` (paths from the repository root) for Node into `outdir`.
 * Packages stay external; `wgrad` itself is this repository's public surface.
 */
export async function bundle(entryPoints, outdir, options = {}) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    outbase: '.',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    // Layers without a name are named after their class.
    keepNames: true,
    alias: { wgrad: './nn/index.ts' },
    loader: { '.wgsl': 'text' },
    sourcemap: 'linked',
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
    write: false,
    ...options,
  });
  await Promise.all(outputFiles.map(writeAtomic));
}

/** Whole or not at all: another command may be reading the same file. */
async function writeAtomic({ path, contents }) {
  const partial = `${path}.${process.pid}.partial`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(partial, contents);
  await rename(partial, path);
}
