/** `npm run bench`: checks the command line, sets up what is missing, builds, runs the benchmarks. */
import { join } from 'node:path';
import { ensureAdapter } from '../setup/adapter.mjs';
import { didYouMean, listOf, oneOf, readArguments, swallowedByNpm, UsageError, wholeNumber } from '../setup/arguments.mjs';
import { quietMesa, root, SetupError } from '../setup/common.mjs';
import { ensureDependencies } from '../setup/dependencies.mjs';

const suites = ['kernels', 'steps', 'peers', 'keras'];
/** What runs without Keras, which comes from elsewhere. */
const usual = suites.slice(0, 3);
const options = {
  filter: { value: 'TEXT', read: (text) => text, help: 'only rows whose name holds TEXT' },
  json: { value: 'FILE', read: (text) => text, help: 'write the rows to FILE as well' },
  rounds: { value: 'N', read: wholeNumber(1), help: 'how often peers take turns (5); Keras takes one turn unless told' },
  system: { value: 'TEXT', read: (text) => text, help: 'only peers whose name and backend hold TEXT (and wgrad)' },
  limit: { value: 'SECONDS', read: wholeNumber(1), help: 'for a peer to get ready, and for each of its rounds (300)' },
  tune: { help: 'measure which variants of kernels are fastest first, and use those' },
  full: { help: 'also what takes long on a software adapter' },
  adapter: { value: 'auto|gpu|software', read: oneOf(['auto', 'gpu', 'software']), help: 'auto (default): a GPU, or a software adapter where there is none' },
  python: { value: 'FILE', read: (text) => text, help: 'a Python with Keras and TensorFlow (python3)' },
  epochs: { value: 'N', read: wholeNumber(1), help: "in place of the tutorials' own, beside Keras" },
  check: { help: 'fail if a ratio lost more than a fifth against bench/baseline.json' },
  'update-baseline': { help: "put this run's ratios into bench/baseline.json" },
  report: { help: 'write bench/RESULTS.md and its figure' },
  from: { value: 'FILE,…', read: listOf((text) => text), help: 'run nothing: check or report what --json wrote' },
  help: { help: 'show this' },
};
const usage = `npm run bench                     all benchmarks
npm run bench -- kernels|steps|peers  only these: kernels, whole training steps, the same models in other libraries
npm run bench -- keras --python PYTHON  the tutorials in real Keras, whole, in turn with ours
npm run bench -- all              the same as none: all but keras
${Object.entries(options).map(([name, { value, help }]) => `  --${[name, value].filter(Boolean).join(' ')}`.padEnd(34) + help).join('\n')}`;

async function start(argv) {
  const meant = swallowedByNpm(process.env, 'npm run bench', argv, options);
  if (meant) throw new UsageError(`npm kept the options for itself; put -- before them:  ${meant}`);
  const { words, options: given } = readArguments(argv, options);
  if (given.help) return void console.log(usage);
  const unknown = words.find((word) => ![...suites, 'all'].includes(word));
  if (unknown) throw new UsageError(`Unknown benchmarks "${unknown}".${didYouMean(unknown, suites)} Known: ${suites.join(', ')}.`);

  ensureDependencies();
  quietMesa();
  ensureAdapter();
  const { bundle } = await import('../setup/build.mjs');
  const chosen = words.length === 0 || words.includes('all') ? usual : words;
  if (chosen.includes('peers') && !given.from) ensureDependencies(join(root, 'bench'));
  await bundle(['bench/run.ts', 'bench/steps/memory-child.ts', 'bench/peers/systems/wgrad.ts'], '.build', { splitting: false });
  const { run } = await import('../.build/bench/run.mjs');
  const command = ['npm run bench --', ...argv].join(' ').replace(/ --$/, '');
  process.exitCode = await run({ suites: chosen, command, root, ...given });
}

try {
  await start(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exit(error instanceof UsageError ? 2 : 1);
}
