/** Bundles TypeScript (and the .wgsl files it imports as text) with esbuild. */
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles `entryPoints` (paths from the repository root) for Node into `outdir`.
 * Packages stay external; `wgrad` itself is this repository's public surface.
 */
export async function bundle(entryPoints, outdir, options = {}) {
  const { build } = await import('esbuild');
  return build({
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
    alias: { wgrad: './nn/index.ts' },
    loader: { '.wgsl': 'text' },
    sourcemap: 'linked',
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
    ...options,
  });
}
