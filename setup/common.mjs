/** What the set-up's parts share: where the repository is, their error, the environment of what they start. */
import { mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Something is missing that the set-up cannot or may not install; the message says what to do. */
export class SetupError extends Error {}

/** Mesa wants a run-time folder of one's own, and prints a line per start where there is none. */
export function quietMesa(env = process.env) {
  if (env.XDG_RUNTIME_DIR || process.platform !== 'linux') return;
  env.XDG_RUNTIME_DIR = join(tmpdir(), `wgrad-runtime-${userInfo().uid}`);
  mkdirSync(env.XDG_RUNTIME_DIR, { recursive: true, mode: 0o700 });
}
