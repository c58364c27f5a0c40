/** `npm start`'s command line: what may be given, and what it means. */
import { nearest } from '../engine/nearest.mjs';
import { didYouMean, oneOf, readArguments, swallowedByNpm, UsageError, wholeNumber } from '../setup/arguments.mjs';
import { catalog, mainTutorial } from './catalog.mjs';

export const options = {
  epochs: { value: 'N', read: wholeNumber(1), help: 'train for N epochs instead of the tutorial’s own number' },
  limit: { value: 'N', read: wholeNumber(1), help: 'use only the first N rows of the training and of the test set' },
  batch: { value: 'N', read: wholeNumber(1), help: 'batch size instead of the tutorial’s own' },
  seed: { value: 'N', read: wholeNumber(0), help: 'seed of all randomness (default 0)' },
  data: { value: 'auto|real|synthetic', read: oneOf(['auto', 'real', 'synthetic']), help: 'auto (default): real data, or generated data where there is none to be had' },
  adapter: { value: 'auto|gpu|software', read: oneOf(['auto', 'gpu', 'software']), help: 'auto (default): a GPU, or a software adapter where there is none' },
  out: { value: 'DIR', read: (text) => text, help: 'where the reports go (default out)' },
  resume: { help: 'keep the runs that DIR already holds complete for the same options' },
  list: { help: 'list the tutorials and how long they take' },
  help: { help: 'show this' },
};

const defaults = { seed: 0, data: 'auto', adapter: 'auto', out: 'out', resume: false };

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
  return { action: 'run', tutorial: words[0] ?? mainTutorial, options: { ...defaults, ...rest } };
}

/** A slip in the name, or in one word of it: "fasion" is near fashion-mnist too. */
function nearTutorial(unknown, names) {
  const words = names.flatMap((name) => name.split('-').map((word) => ({ name, word })));
  const near = nearest(unknown, words.map(({ word }) => word));
  return didYouMean(unknown, names) ||
    (near ? ` Did you mean ${words.find(({ word }) => word === near).name}?` : ` There are ${names.join(', ')}.`);
}

export function helpText() {
  const rows = Object.entries(options).map(([name, { value, help }]) => [`  --${name}${value ? ` ${value}` : ''}`, help]);
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
  const rows = catalog.map(({ name, duration, runs, title }) => [name, duration, runs.join(', '), title]);
  return table([['Tutorial', 'Duration', 'Runs', ''], ...rows]).join('\n') +
    '\n\nDurations are for full runs on two cores without a GPU.';
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd());
}
