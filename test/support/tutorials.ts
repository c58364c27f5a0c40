/** A tutorial from the command line, in a folder of its own, and what it left there. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Result } from '../../tutorials/result';

const made: string[] = [];
process.on('exit', () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Runs `npm start -- tutorial …`; rejects, with what was printed, where it does not end with code 0. */
export async function startTutorial(tutorial: string, args: string[], out = mkdtempSync(join(tmpdir(), 'wgrad-tutorial-'))) {
  made.push(out);
  const { stdout } = await promisify(execFile)(process.execPath, ['setup/start.mjs', tutorial, ...args, '--out', out], { maxBuffer: 2 ** 26 });
  const read = (file: string): string => readFileSync(join(out, tutorial, file), 'latin1');
  return {
    out,
    stdout,
    /** What was printed, without empty lines. */
    lines: stdout.split('\n').filter(Boolean),
    result: JSON.parse(readFileSync(join(out, tutorial, 'result.json'), 'utf8')) as Result,
    report: readFileSync(join(out, tutorial, 'report.html'), 'utf8'),
    predictions: (run: string): string => read(`${run}.predictions.npy`),
  };
}
