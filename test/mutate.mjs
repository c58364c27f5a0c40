/**
 * Would the tests notice a flipped operator, a shifted bound, a missing barrier?
 *
 *     node test/mutate.mjs [--sample N] [--list] <shaders/….wgsl | folder> <test filter…>
 *
 * Makes one small change after the other to a shader, runs the test files whose path holds one of the filters, and counts the changes
 * that made a test fail. The file itself is never touched: the change is made on its way into the bundle. A change that does not
 * compile counts for nothing; one that hangs is caught.
 */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { quietMesa, root } from '../setup/common.mjs';
import { bundle } from '../setup/build.mjs';
import { findTests } from './support/build-tests.mjs';
import { runProcess, stopAll } from './support/run-test.mjs';

/** What is replaced by what. Operators stand between spaces, which tells them from types. */
const MUTATIONS = [
  [/ \+ /g, ' - '], [/ - /g, ' + '], [/ \+= /g, ' -= '], [/ -= /g, ' += '],
  [/ \* /g, ' + '], [/ \*= /g, ' += '], [/ \/ /g, ' * '], [/ \/= /g, ' *= '], [/ % /g, ' / '],
  [/ < /g, ' <= '], [/ <= /g, ' < '], [/ > /g, ' >= '], [/ >= /g, ' > '], [/ == /g, ' != '], [/ != /g, ' == '],
  [/ && /g, ' || '], [/ \|\| /g, ' && '], [/ & /g, ' | '], [/ \| /g, ' & '], [/ << /g, ' >> '], [/ >> /g, ' << '],
  [/\bmin\(/g, 'max('], [/\bmax\(/g, 'min('],
  [/\bworkgroupBarrier\(\);/g, ''],
  [/\b\d+u\b/g, (n) => `${Number.parseInt(n, 10) + 1}u`], [/\b\d+\.\d+\b/g, (x) => `${Number(x) + 1}${Number.isInteger(Number(x)) ? '.0' : ''}`],
];

const LIMIT_SECONDS = 120;
const failFast = new URL('support/fail-fast.mjs', import.meta.url).href;

/** Every single change to a source: `{ line, change, mutated }`. Comments and what comes before the functions' bodies stay. */
function mutants(source) {
  const code = source.replace(/\/\/.*$/gm, (comment) => ' '.repeat(comment.length));
  const start = code.search(/^(@compute|fn )/m);
  return MUTATIONS.flatMap(([pattern, replacement]) =>
    [...code.matchAll(pattern)]
      .filter(({ index }) => index >= start && !code.slice(code.lastIndexOf('\n', index), index).includes('@'))
      .map(({ 0: text, index }) => {
        const by = typeof replacement === 'string' ? replacement : replacement(text);
        const line = source.slice(0, index).split('\n').length;
        return { index, line, change: `${text.trim()} → ${by.trim() || 'nothing'}`, mutated: source.slice(0, index) + by + source.slice(index + text.length) };
      }),
  ).sort((a, b) => a.index - b.index);
}

/** `caught`, `survived` or `invalid`. */
async function verdict(path, mutated, tests) {
  const outdir = `.build/mutate-${process.pid}`;
  const plugin = {
    name: 'mutate',
    setup: ({ onLoad }) => onLoad({ filter: /\.wgsl$/ }, (file) => (file.path === path ? { contents: mutated, loader: 'text' } : undefined)),
  };
  try {
    await bundle(tests, outdir, { plugins: [plugin], logLevel: 'silent' });
    for (const test of tests) {
      const run = await runProcess(process.execPath, ['--import', failFast, join(root, outdir, test.replace(/\.ts$/, '.mjs'))], LIMIT_SECONDS);
      if (run.status !== 0 || run.timedOut) return /does not compile/.test(run.output) ? 'invalid' : 'caught';
    }
    return 'survived';
  } finally {
    rmSync(join(root, outdir), { recursive: true, force: true });
  }
}

/** The same choice at every run. */
function sample(list, count) {
  return list.length <= count ? list : Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]);
}

async function main(argv) {
  const list = argv.includes('--list');
  const at = argv.indexOf('--sample');
  const count = at >= 0 ? Number(argv[at + 1]) : Infinity;
  const [target, ...filters] = argv.filter((arg, i) => !arg.startsWith('--') && (at < 0 || i !== at + 1));
  const tests = findTests(filters, false);
  if (!target || (!list && (filters.length === 0 || tests.length === 0))) {
    console.error('usage: node test/mutate.mjs [--sample N] [--list] <shaders/….wgsl | folder> <test filter…>');
    process.exit(2);
  }
  const whole = join(root, target);
  const files = statSync(whole).isDirectory()
    ? readdirSync(whole, { recursive: true }).filter((name) => name.endsWith('.wgsl')).map((name) => join(whole, name))
    : [whole];

  quietMesa();
  // One failure is enough.
  process.env.WGRAD_TEST_QUICK = '1';
  const total = { caught: 0, survived: 0, invalid: 0 };
  for (const file of files.sort()) {
    const own = { caught: 0, survived: 0, invalid: 0 };
    const name = relative(root, file);
    for (const { line, change, mutated } of sample(mutants(readFileSync(file, 'utf8')), count)) {
      if (list) {
        console.log(`${name}:${line}  ${change}`);
        continue;
      }
      const result = await verdict(file, mutated, tests);
      own[result]++;
      total[result]++;
      if (result !== 'caught') console.log(`${result.padEnd(9)} ${name}:${line}  ${change}`);
    }
    if (!list) console.log(`${name}: ${describe(own)}`);
  }
  if (!list && files.length > 1) console.log(`all: ${describe(total)}`);
}

const describe = ({ caught, survived, invalid }) => `${caught} of ${caught + survived} caught, ${survived} survived; ${invalid} did not compile`;

process.on('SIGINT', () => {
  stopAll();
  process.exit(130);
});
process.chdir(root);
await main(process.argv.slice(2));
