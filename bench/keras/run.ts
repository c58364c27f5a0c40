/** The tutorials in real Keras and in wgrad, whole, in turn, each in a process of its own. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { median, type Row } from '../row';
import { table } from '../table';
import { kerasCells, kerasHead } from './table';

export interface KerasOptions {
  readonly filter: string;
  readonly root: string;
  readonly python: string;
  readonly rounds: number;
  /** In place of the tutorials' own. */
  readonly epochs?: number;
}

interface Tutorial {
  readonly name: string;
  /** Of wgrad's command line, so that it trains what the Python script trains. */
  readonly options?: readonly string[];
  /** Where the tutorial's own number would take half an hour. */
  readonly epochs?: number;
}

const tutorials: readonly Tutorial[] = [
  { name: 'mnist-quickstart' },
  { name: 'fashion-mnist' },
  { name: 'mnist-custom-training', epochs: 1 },
  { name: 'imdb-pooling' },
  { name: 'imdb-vectorized-rnn', options: ['--runs', 'lstm-mask-last,rnn-mask-last'] },
  { name: 'imdb-rnn-vs-lstm', options: ['--lengths', '64'] },
  { name: 'imdb-bidirectional', options: ['--runs', 'single'], epochs: 1 },
  { name: 'auto-mpg' },
];

/** Seconds by run, and of the whole process. */
interface Outcome {
  readonly runs: Readonly<Record<string, { readonly seconds: number; readonly epochs?: number }>>;
  readonly processSeconds: number;
  readonly versions?: Record<string, string>;
}

export async function benchKeras(options: KerasOptions): Promise<{ rows: Row[]; versions: Record<string, string> }> {
  const rows: Row[] = [];
  const versions: Record<string, string> = {};
  for (const tutorial of tutorials) {
    if (!tutorial.name.includes(options.filter)) continue;
    try {
      const [ours, theirs]: [Outcome[], Outcome[]] = [[], []];
      for (let round = 0; round < options.rounds; round++) {
        ours.push(await runOurs(tutorial, options));
        theirs.push(await runTheirs(tutorial, options));
      }
      Object.assign(versions, theirs[0].versions);
      rows.push(...rowsOf(tutorial.name, ours, theirs));
    } catch (error) {
      rows.push({ suite: 'keras', name: tutorial.name, error: error instanceof Error ? error.message : String(error) });
    }
  }
  if (rows.length > 0) console.log(`${table(kerasHead, kerasCells(rows))}\n`);
  return { rows, versions };
}

/** A row for each run that both trained. */
export function rowsOf(tutorial: string, ours: readonly Outcome[], theirs: readonly Outcome[]): Row[] {
  const common = Object.keys(theirs[0].runs).filter((run) => run in ours[0].runs);
  if (common.length === 0) throw new Error(`${tutorial}: no run is the same in both`);
  return common.map((run) => {
    const [mine, other] = [ours, theirs].map((outcomes) => outcomes.map(({ runs }) => runs[run].seconds));
    return {
      suite: 'keras',
      name: `${tutorial}, ${run}`,
      epochs: ours[0].runs[run].epochs,
      seconds: median(mine),
      kerasSeconds: median(other),
      // Turn by turn: both had the same machine.
      ratio: median(other.map((seconds, i) => seconds / mine[i])),
      processSeconds: median(ours.map(({ processSeconds }) => processSeconds)),
      kerasProcessSeconds: median(theirs.map(({ processSeconds }) => processSeconds)),
      n: mine.length,
    };
  });
}

async function runOurs({ name, options = [], epochs: fewer }: Tutorial, { root, epochs = fewer }: KerasOptions): Promise<Outcome> {
  const out = await mkdtemp(join(tmpdir(), 'wgrad-bench-'));
  try {
    const { seconds } = await spawned(process.execPath, ['setup/start.mjs', name, '--data', 'real', '--out', out, ...options, ...(epochs ? ['--epochs', String(epochs)] : [])], root);
    const { runs } = JSON.parse(await readFile(join(out, name, 'result.json'), 'utf8')) as { runs: { name: string; seconds: number; epochs: number }[] };
    return { runs: Object.fromEntries(runs.map((run) => [run.name, run])), processSeconds: seconds };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function runTheirs({ name, epochs: fewer }: Tutorial, { root, python, epochs = fewer }: KerasOptions): Promise<Outcome> {
  const { seconds, output } = await spawned(python, ['bench/keras/tutorials.py', name, ...(epochs ? ['--epochs', String(epochs)] : [])], root);
  return { ...(JSON.parse(output.trim().split('\n').pop()!) as Outcome), processSeconds: seconds };
}

function spawned(command: string, args: readonly string[], cwd: string): Promise<{ seconds: number; output: string }> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (errors = (errors + text).slice(-2000)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ seconds: (performance.now() - began) / 1000, output });
      else reject(new Error(`${command} ${args.join(' ')} ended with code ${code}: ${errors.trim().split('\n').pop()}`));
    });
  });
}
