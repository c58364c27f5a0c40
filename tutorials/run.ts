/** Runs one tutorial: tells the lesson of Ctrl-C, writes the index over all reports. Built and called by `npm start`. */
import { access, constants, mkdir } from 'node:fs/promises';
import process from 'node:process';
import { init, profile, setGlobalPolicy } from 'wgrad';
import { host } from '#platform';
import { catalog } from './catalog.mjs';
import { Interrupted, Lesson } from './lesson';
import { indexPage } from './report/page';
import { type Options, readResult } from './result';

/** Exit code after Ctrl-C, as shells have it. */
const INTERRUPTED = 130;

/** Where each tutorial's code is. */
export const tutorials: Record<string, () => Promise<{ default: (lesson: Lesson) => Promise<void> }>> = {
  'mnist-quickstart': () => import('./mnist-quickstart'),
  'fashion-mnist': () => import('./fashion-mnist'),
  'mnist-custom-training': () => import('./mnist-custom-training'),
  'imdb-pooling': () => import('./imdb-pooling'),
  'imdb-vectorized-rnn': () => import('./imdb-vectorized-rnn'),
  'imdb-rnn-vs-lstm': () => import('./imdb-rnn-vs-lstm'),
  'imdb-bidirectional': () => import('./imdb-bidirectional'),
  'pretrain-embedding': () => import('./pretrain-embedding'),
  'imdb-transfer': () => import('./imdb-transfer'),
  'auto-mpg': () => import('./auto-mpg'),
  'overfit-underfit': () => import('./overfit-underfit'),
  'save-and-load': () => import('./save-and-load'),
  'hyperparameter-search': () => import('./hyperparameter-search'),
};

export interface Command {
  tutorial: string;
  options: Options & { out: string; resume: boolean; profile: boolean; tune: boolean; runs?: string[] };
}

/**
 * Runs `command` and returns the exit code; what the person can put right is told in one line. Throws an error of
 * code `adapter` where there is no adapter at all, which the set-up may be able to mend.
 */
export async function run({ tutorial, options: { out, resume, runs: chosen, profile: profiled, tune, ...options } }: Command): Promise<number> {
  try {
    const folder = host.files!.join(out, tutorial);
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    if (options.policy) setGlobalPolicy(options.policy);
    const entry = catalog.find(({ name }) => name === tutorial)!;
    // "auto" leaves the choice to the environment's WGRAD_ADAPTER, should it be set.
    const openDevice = (): ReturnType<typeof init> => init({ ...(options.adapter !== 'auto' && { adapter: options.adapter }), ...(tune && { tune }) });
    const lesson = new Lesson({ entry, options, openDevice, folder, resume, chosen });
    if (!profiled) return await teach(lesson, tutorial, out);
    await openDevice();
    return await teachProfiled(lesson, tutorial, out);
  } catch (error) {
    return explain(error, options.adapter);
  }
}

async function teach(lesson: Lesson, tutorial: string, out: string): Promise<number> {
  let presses = 0;
  const stopListening = host.onInterrupt(() => {
    if (++presses > 1) process.exit(INTERRUPTED);
    host.terminal.write('\nStopping after the running step. Ctrl-C once more stops at once.\n');
    lesson.interrupt();
  });
  let status = 0;
  try {
    const { default: teachIt } = await tutorials[tutorial]();
    await teachIt(lesson);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    status = INTERRUPTED;
  } finally {
    stopListening();
  }
  await lesson.write();
  await writeIndex(out);
  host.terminal.write(`\nReport: ${host.files!.join(out, tutorial, 'report.html')}\n`);
  return status;
}

/** Prints where the time of the first steps went, and leaves `trace.json` beside the report. */
async function teachProfiled(lesson: Lesson, tutorial: string, out: string): Promise<number> {
  const profiled = await profile(() => teach(lesson, tutorial, out));
  const file = host.files!.join(out, tutorial, 'trace.json');
  await host.files!.writeAtomic(file, JSON.stringify(profiled.trace()));
  host.terminal.write(`\n${profiled.table()}\nTrace, for chrome://tracing or ui.perfetto.dev: ${file}\n`);
  return profiled.result;
}

/** `DIR/index.html`, over every tutorial that has a result in DIR. */
async function writeIndex(out: string): Promise<void> {
  const { files } = host;
  const reports = [];
  for (const { name, title } of catalog) {
    const result = await readResult(files!.join(out, name));
    if (result) reports.push({ folder: name, title, result });
  }
  await files!.writeAtomic(files!.join(out, 'index.html'), indexPage(reports));
}

/** Errors that a person can put right, by `code`; anything else is a bug, with its stack. */
const FORESEEN = ['adapter', 'data', 'device-lost', 'out-of-memory', 'EACCES', 'EEXIST', 'ENOSPC', 'ENOTDIR', 'EROFS'];

function explain(error: unknown, adapter: Options['adapter']): number {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!FORESEEN.includes(code) || (code === 'adapter' && adapter !== 'gpu')) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  return 1;
}
