/** Runs test files and type checks as processes with a time limit. */
import { spawn } from 'node:child_process';
import { tally } from './tally.mjs';

/** No file may take longer, whatever it does; deep runs have twenty times the cases and more. */
const LIMIT_SECONDS = 300;
const DEEP_LIMIT_SECONDS = 3600;
const limit = () => (process.env.WGRAD_TEST_DEEP ? DEEP_LIMIT_SECONDS : LIMIT_SECONDS);

const running = new Set();

/** Ends every process started here, with those it started in turn. */
export function stopAll() {
  for (const child of running) killGroup(child);
}

/** `node script…`, where the script is a built test file: `{ name, passed, failed, skipped, seconds, why?, output }`. */
export async function runTest(name, script, limitSeconds = limit()) {
  const run = await runProcess(process.execPath, ['--enable-source-maps', ...script], limitSeconds);
  return { name, ...tally(run), seconds: run.seconds, output: run.output };
}

/** `tsc -p project`, counted as one test. */
export async function runTypeCheck(project) {
  const { status, timedOut, output, seconds } = await runProcess(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], LIMIT_SECONDS);
  const passed = status === 0 && !timedOut;
  return { name: `tsc -p ${project}`, passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0, seconds, output };
}

/** `{ status, signal, timedOut, output, seconds }`: how the process ended and what it wrote. */
export function runProcess(command, args, limitSeconds) {
  return new Promise((resolve) => {
    const start = performance.now();
    let output = '';
    let timedOut = false;
    // A group of its own, so that a file's own child processes end with it.
    const child = spawn(command, args, {
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    running.add(child);
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, limitSeconds * 1000);
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    const finish = (status, signal) => {
      clearTimeout(timer);
      running.delete(child);
      killGroup(child);
      resolve({ status, signal, timedOut, output, seconds: (performance.now() - start) / 1000 });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(null, null);
    });
    child.on('exit', () => killGroup(child));
    child.on('close', finish);
  });
}

function killGroup(child) {
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
