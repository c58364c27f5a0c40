/**
 * `npm test -- [host] [--deep] [filter…]`: sets up what is missing, checks the types, and runs every
 * test/**\/*.test.ts as a process of its own with a time limit, so that a hang or a crash counts as failed.
 */
import { availableParallelism } from 'node:os';
import { readArguments, swallowedByNpm, UsageError } from '../setup/arguments.mjs';
import { ensureAdapter, hasFeature } from '../setup/adapter.mjs';
import { quietMesa, root, SetupError } from '../setup/common.mjs';
import { ensureDependencies } from '../setup/dependencies.mjs';
import { builtPath, buildTests, findTests } from './support/build-tests.mjs';
import { runTest, runTypeCheck, stopAll } from './support/run-test.mjs';
import { summary } from './support/tally.mjs';

const options = {
  deep: { help: 'many more random cases (WGRAD_TEST_DEEP=1)' },
  help: { help: 'show this' },
};
const usage = `npm test                          all tests
npm test -- host                  only what needs no adapter: the types and *.host.test.ts
npm test -- [--deep] [filter…]    only files whose path holds one of these words; --deep: many more random cases`;

async function main(argv) {
  const { words, options: given } = readCommand(argv);
  if (given.help) return void console.log(usage);
  const hostOnly = words[0] === 'host';
  const filters = hostOnly ? words.slice(1) : words;
  if (given.deep) process.env.WGRAD_TEST_DEEP = '1';

  ensureDependencies();
  quietMesa();
  if (!hostOnly) {
    ensureAdapter();
    // Known before the tests are defined, so that they can be skipped (test/support/half-suite.ts).
    process.env.WGRAD_TEST_HALF ??= hasFeature('shader-f16') ? '1' : '0';
    if (process.env.WGRAD_TEST_HALF === '0') console.log('The adapter has no shader-f16: tests of half precision are skipped.');
  }

  const files = findTests(filters, hostOnly);
  if (filters.length && files.length === 0) throw new UsageError(`No test file matches ${filters.join(' or ')}.`);
  const { built, broken } = await buildTests(files);

  const results = [...broken];
  const report = (result) => {
    results.push(result);
    print(result);
  };
  broken.forEach(print);
  if (filters.length === 0) for (const project of ['.', 'nn']) report(await runTypeCheck(project));
  // A software adapter works on every core: its tests run one at a time, those without it side by side.
  const isHost = (file) => file.endsWith('.host.test.ts');
  const run = async (file) => report(await runTest(file, [builtPath(file)]));
  await inParallel(built.filter(isHost), availableParallelism(), run);
  await inParallel(built.filter((file) => !isHost(file)), 1, run);

  console.log(`\n${summary(results)}`);
  process.exit(results.some((result) => result.failed > 0) ? 1 : 0);
}

function readCommand(argv) {
  const meant = swallowedByNpm(process.env, 'npm test', argv, options);
  if (meant) throw new UsageError(`npm kept the options for itself; put -- before them:  ${meant}`);
  return readArguments(argv, options);
}

function print({ name, passed, failed, skipped, seconds, why, output }) {
  const counts = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`].filter(Boolean).join(', ');
  console.log(`${failed ? '✗' : '✓'} ${name.padEnd(48)} ${counts}${why ? ` (${why})` : ''}  ${seconds.toFixed(1)} s`);
  if (failed) console.log(output.trimEnd().replace(/^/gm, '    '));
}

async function inParallel(items, lanes, work) {
  const queue = [...items];
  await Promise.all(Array.from({ length: lanes }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  }));
}

process.on('SIGINT', () => {
  stopAll();
  process.exit(130);
});
try {
  process.chdir(root);
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exit(error instanceof UsageError ? 2 : 1);
}
