/** Test files that start themselves again as another process. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The arguments with which a test file was started as a child, or `null` in the test itself. */
export function childArguments(): string[] | null {
  return process.argv[2] === 'child' ? process.argv.slice(3) : null;
}

export interface ChildEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** All that was written to its standard output. */
  readonly output: string;
}

/** Runs the test file of this `url` (`import.meta.url`) as a child; `onOutput` sees what it has written so far and may signal it. */
export function runChild(url: string, args: string[], onOutput?: (output: string, kill: (signal: NodeJS.Signals) => void) => void): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', fileURLToPath(url), 'child', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput?.(output, (signal) => void child.kill(signal));
    });
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, output }));
  });
}
