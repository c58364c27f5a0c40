/** `npm start`: checks the command line, sets up what is missing, builds, runs a tutorial. */
import { spawnSync } from 'node:child_process';
import { helpText, listText, readCommand } from '../tutorials/command.mjs';
import { ensureAdapter } from './adapter.mjs';
import { UsageError } from './arguments.mjs';
import { quietMesa, SetupError } from './common.mjs';
import { ensureDependencies } from './dependencies.mjs';

async function start(argv) {
  const command = readCommand(argv, process.env);
  if (command.action === 'help') return void console.log(helpText());
  if (command.action === 'list') return void console.log(listText());

  ensureDependencies();
  quietMesa();
  const { bundle } = await import('./build.mjs');
  await bundle(['tutorials/run.ts'], '.build', { splitting: false });
  const { run } = await import('../.build/tutorials/run.mjs');
  try {
    process.exit(await run(command));
  } catch (error) {
    if (error.code !== 'adapter') throw error;
    // Looking for an adapter beforehand would cost every start half a second; so the run finds out by itself.
    if (!ensureAdapter()) throw new SetupError(error.message);
  }
  process.on('SIGINT', () => {}); // The new process gets it too, and ends in its own time.
  process.exit(spawnSync(process.execPath, process.argv.slice(1), { stdio: 'inherit' }).status ?? 1);
}

try {
  await start(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exit(error instanceof UsageError ? 2 : 1);
}
