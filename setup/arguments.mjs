/**
 * Command lines, read by hand: this runs before anything is installed.
 *
 * A table describes the options: `{ epochs: { value: 'N', read: wholeNumber, help: '…' }, resume: { help: '…' } }`.
 * An option with `value` takes one; `read(text)` turns it into what is wanted or throws a UsageError.
 */
import { editDistance, nearest } from '../engine/nearest.mjs';

/** What the person at the keyboard can put right: shown as one line, exit code 2. */
export class UsageError extends Error {}

/** `{ words, options }`; options by name, flags as `true`. `--name value` and `--name=value` both work. */
export function readArguments(argv, table) {
  const words = [];
  const options = {};
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '-h') argv = argv.with(i, '--help');
    if (!argv[i].startsWith('-')) {
      words.push(argv[i]);
      continue;
    }
    const [, name, , attached] = /^--?([^=]*)(=(.*))?$/s.exec(argv[i]);
    const option = Object.hasOwn(table, name) && argv[i].startsWith('--') ? table[name] : undefined;
    if (!option) throw new UsageError(`Unknown option ${argv[i]}.${didYouMean(name, Object.keys(table), '--')}`);
    if (option.value === undefined) {
      if (attached !== undefined) throw new UsageError(`--${name} takes no value, but got "${attached}".`);
      options[name] = true;
      continue;
    }
    const text = attached ?? argv[++i];
    if (text === undefined || text === '' || (attached === undefined && text.startsWith('--'))) {
      throw new UsageError(`--${name} needs a value: --${name} ${option.value}.`);
    }
    options[name] = option.read(text, name);
  }
  return { words, options };
}

/** A reader of whole numbers from `least` on. */
export function wholeNumber(least) {
  return (text, name) => {
    const number = Number(text);
    if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(number) || number < least) {
      throw new UsageError(`--${name} wants a whole number, ${least} or more, but got "${text}".`);
    }
    return number;
  };
}

/** A reader of one or more of what `read` takes, parted by commas; what is said twice counts once. */
export function listOf(read) {
  return (text, name) => [...new Set(text.split(',').map((part) => read(part, name)))];
}

/** A reader of one of `choices`. */
export function oneOf(choices) {
  return (text, name) => {
    if (choices.includes(text)) return text;
    throw new UsageError(`--${name} wants ${choices.join(', ').replace(/, ([^,]*)$/, ' or $1')}, but got "${text}".${didYouMean(text, choices)}`);
  };
}

/** ` Did you mean …?`, or nothing. */
export function didYouMean(name, known, prefix = '') {
  const near = nearest(name, known);
  return near === undefined ? '' : ` Did you mean ${prefix}${near}?`;
}

/**
 * `npm start fashion-mnist --epochs 1`, without the `--` that npm wants before a script's own options: npm takes
 * `--epochs` for a setting of its own, passes the rest on and leaves only npm_config_epochs=true in the environment.
 * Returns the command that was meant, or `undefined` where nothing was swallowed. `words` are what npm did pass on.
 */
export function swallowedByNpm(env, command, words, table) {
  const swallowed = [];
  for (const [key, given] of Object.entries(env)) {
    const name = /^npm_config_(.+)$/.exec(key)?.[1];
    // One slip of the finger (--epoch) is swallowed just the same.
    const known = name && Object.keys(table).find((option) => editDistance(option, name) <= 1);
    if (known) swallowed.push({ name: known, option: table[known], given });
  }
  if (swallowed.length === 0) return undefined;

  // `--epochs 1` arrives as the setting "true" and a stray word "1"; `--epochs=1` as the setting "1".
  const stray = words.filter((word) => /^[0-9]/.test(word));
  const rest = words.filter((word) => !stray.includes(word));
  const open = swallowed.filter(({ option, given }) => option.value !== undefined && given === 'true');
  const parts = swallowed.map(({ name, option, given }) => {
    if (option.value === undefined) return `--${name}`;
    if (given !== 'true') return `--${name} ${given}`;
    return `--${name} ${open.length === 1 && stray.length === 1 ? stray[0] : option.value}`;
  });
  return [command, '--', ...rest, ...parts].join(' ');
}
