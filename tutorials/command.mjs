/** `npm start`'s command line: what may be given, and what it means. */
import { nearest } from '../engine/nearest.mjs';
import { didYouMean, listOf, oneOf, readArguments, swallowedByNpm, UsageError, wholeNumber } from '../setup/arguments.mjs';
import { catalog, mainTutorial } from './catalog.mjs';

export const options = {
  epochs: { value: 'N', read: wholeNumber(1), help: 'train for N epochs instead of the tutorial’s own number' },
  limit: { value: 'N', read: wholeNumber(1), help: 'use only the first N rows of the training and of the test set' },
  batch: { value: 'N', read: wholeNumber(1), help: 'batch size instead of the tutorial’s own' },
  full: { help: 'the original in full, also without a GPU, where it takes hours' },
  lengths: { value: 'N,N,…', read: listOf(wholeNumber(1)), help: 'cut and fill reviews to these lengths instead' },
  'max-tokens': { value: 'N', read: wholeNumber(3), help: 'size of the vocabulary instead of 1000' },
  runs: { value: 'NAME,…', read: listOf((text) => text), help: 'only these of its runs; with --resume, beside those that DIR holds' },
  seed: { value: 'N', read: wholeNumber(0), help: 'seed of all randomness (default 0)' },
  data: { value: 'auto|real|synthetic', read: oneOf(['auto', 'real', 'synthetic']), help: 'auto (default): real data, or generated data where there is none to be had' },
  adapter: { value: 'auto|gpu|software', read: oneOf(['auto', 'gpu', 'software']), help: 'auto (default): a GPU, or a software adapter where there is none' },
  out: { value: 'DIR', read: (text) => text, help: 'where the reports go (default out)' },
  resume: { help: 'keep the runs that DIR already holds complete for the same options' },
  policy: { value: 'float32|mixed_float16', read: oneOf(['float32', 'mixed_float16']), help: 'mixed_float16: layers keep their results in half precision' },
  profile: { help: 'measure every kernel in the first steps: a table at the end, and DIR/<tutorial>/trace.json' },
  tune: { help: 'measure which variants of kernels are fastest here, and keep the choice in the user’s cache' },
  list: { help: 'list the tutorials and how long they take' },
  help: { help: 'show this' },
};

const defaults = { seed: 0, data: 'auto', adapter: 'auto', out: 'out', resume: false, profile: false, tune: false };

/** `{ action: 'run', tutorial, options }`, `{ action: 'list' }` or `{ action: 'help' }`; throws UsageError. */
export function readCommand(argv, env = {}) {
  const meant = swallowedByNpm(env, 'npm start', argv, options);
  if (meant) throw new UsageError(`npm kept the options for itself; put -- before them:  ${meant}`);

  const { words, options: given } = readArguments(argv, options);
  const names = catalog.map((tutorial) => tutorial.name);
  const unknown = words.find((word) => !names.includes(word));
  if (unknown !== undefined) {
    throw new UsageError(`Unknown tutorial "${unknown}".${nearTutorial(unknown, names)}`);
  }
  if (words.length > 1) throw new UsageError(`One tutorial at a time, but got ${words.join(' and ')}.`);

  const { list, help, ...rest } = given;
  if (help) return { action: 'help' };
  if (list) return { action: 'list' };
  const tutorial = words[0] ?? mainTutorial;
  for (const option of Object.keys(rest)) checkThatItHas(tutorial, option);
  for (const run of rest.runs ?? []) checkRun(tutorial, run);
  const { 'max-tokens': maxTokens, ...others } = rest;
  return { action: 'run', tutorial, options: { ...defaults, ...others, ...(maxTokens && { maxTokens }) } };
}

/** Some options are for some tutorials only, as the catalog says. */
function checkThatItHas(tutorial, option) {
  const having = tutorialsWith(option);
  if (having.length === 0 || having.includes(tutorial)) return;
  throw new UsageError(`${tutorial} has no option --${option}; it is for ${having.join(', ')}.`);
}

function checkRun(tutorial, run) {
  const { runs } = catalog.find(({ name }) => name === tutorial);
  if (!runs.includes(run)) throw new UsageError(`${tutorial} has no run "${run}".${didYouMean(run, runs) || ` There are ${runs.join(', ')}.`}`);
}

function tutorialsWith(option) {
  return catalog.filter(({ options = [] }) => options.includes(option)).map(({ name }) => name);
}

/** A slip in the name, or in one word of it: "fasion" is near fashion-mnist too. */
function nearTutorial(unknown, names) {
  const words = names.flatMap((name) => name.split('-').map((word) => ({ name, word })));
  const near = nearest(unknown, words.map(({ word }) => word));
  return didYouMean(unknown, names) ||
    (near ? ` Did you mean ${words.find(({ word }) => word === near).name}?` : ` There are ${names.join(', ')}.`);
}

export function helpText() {
  const only = (name) => (tutorialsWith(name).length ? ` (${tutorialsWith(name).join(', ')})` : '');
  const rows = Object.entries(options).map(([name, { value, help }]) => [`  --${name}${value ? ` ${value}` : ''}`, help + only(name)]);
  return [
    'npm start                            run the main tutorial, ' + mainTutorial,
    'npm start -- [tutorial] [options]    run another, or otherwise',
    '',
    'Options:',
    ...table(rows),
    '',
    'Tutorials:',
    ...table(catalog.map(({ name, title }) => [`  ${name}`, title])),
  ].join('\n');
}

export function listText() {
  const rows = catalog.map(({ name, duration, runs, title }) => [name, duration, title, runs.join(', ')]);
  return table([['Tutorial', 'Duration', '', 'Runs'], ...rows]).join('\n') +
    '\n\nDurations are for what runs by default on two cores without a GPU.';
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd());
}
