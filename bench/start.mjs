/** `npm run bench`: checks the command line, sets up what is missing, builds, runs the benchmarks. */
import { ensureAdapter } from '../setup/adapter.mjs';
import { didYouMean, oneOf, readArguments, swallowedByNpm, UsageError } from '../setup/arguments.mjs';
import { quietMesa, SetupError } from '../setup/common.mjs';
import { ensureDependencies } from '../setup/dependencies.mjs';

const suites = ['kernels', 'steps'];
const options = {
  filter: { value: 'TEXT', read: (text) => text, help: 'only rows whose name holds TEXT' },
  json: { value: 'FILE', read: (text) => text, help: 'write the rows to FILE as well' },
  full: { help: 'also what takes long on a software adapter' },
  adapter: { value: 'auto|gpu|software', read: oneOf(['auto', 'gpu', 'software']), help: 'auto (default): a GPU, or a software adapter where there is none' },
  help: { help: 'show this' },
};
const usage = `npm run bench                     all benchmarks
npm run bench -- kernels|steps    only kernels, or only whole training steps
${Object.entries(options).map(([name, { value, help }]) => `  --${[name, value].filter(Boolean).join(' ')}`.padEnd(34) + help).join('\n')}`;

async function start(argv) {
  const meant = swallowedByNpm(process.env, 'npm run bench', argv, options);
  if (meant) throw new UsageError(`npm kept the options for itself; put -- before them:  ${meant}`);
  const { words, options: given } = readArguments(argv, options);
  if (given.help) return void console.log(usage);
  const unknown = words.find((word) => !suites.includes(word));
  if (unknown) throw new UsageError(`Unknown benchmarks "${unknown}".${didYouMean(unknown, suites)} Known: ${suites.join(', ')}.`);

  ensureDependencies();
  quietMesa();
  ensureAdapter();
  const { bundle } = await import('../setup/build.mjs');
  await bundle(['bench/run.ts'], '.build', { splitting: false });
  const { run } = await import('../.build/bench/run.mjs');
  const command = ['npm run bench --', ...argv].join(' ').replace(/ --$/, '');
  process.exitCode = await run({ suites: words.length > 0 ? words : suites, command, ...given });
}

try {
  await start(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exit(error instanceof UsageError ? 2 : 1);
}
