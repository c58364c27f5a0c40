/** The tutorials from the command line, cut short, on synthetic data. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isGpuAvailable } from 'wgrad';
import { catalog } from '../../tutorials/catalog.mjs';
import type { Result } from '../../tutorials/result';

const out = mkdtempSync(join(tmpdir(), 'wgrad-start-'));
process.on('exit', () => rmSync(out, { recursive: true, force: true }));

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** `npm start`, and Ctrl-C as soon as `interruptAt` was printed. */
function start(args: string[], interruptAt?: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['setup/start.mjs', ...args, '--out', out], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    let interrupted = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (interruptAt === undefined || interrupted || !stdout.includes(interruptAt)) return;
      interrupted = true;
      child.kill('SIGINT');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

const read = (file: string): string => readFileSync(join(out, file), 'utf8');
const resultOf = (tutorial: string): Result => JSON.parse(read(`${tutorial}/result.json`)) as Result;
const short = ['--epochs', '1', '--limit', '256', '--data', 'synthetic'];

for (const { name, runs } of catalog) {
  test(`${name}, cut short: all runs are recorded and everything is labelled SYNTHETIC`, async () => {
    const { status, stdout, stderr } = await start([name, ...short]);
    assert.ok(status === 0, stdout + stderr);
    const result = resultOf(name);
    assert.equal(result.runs.map((run) => run.name), runs);
    assert.is(result.data, 'synthetic');
    for (const run of result.runs) {
      assert.is(run.epochs, 1);
      assert.is(run.history.loss.length, 1);
      assert.ok(run.test.loss > 0 && Number.isFinite(run.test.loss));
      assert.match(read(join(name, run.predictions)).slice(1, 6), 'NUMPY');
    }
    for (const line of stdout.split('\n').filter(Boolean)) assert.match(line, /^SYNTHETIC /);
    const report = read(`${name}/report.html`);
    assert.match(report, '<figure');
    assert.not.match(report, /https?:\/\/(?!www\.w3\.org\/)/);
    assert.match(read('index.html'), `${name}/report.html`);
  });
}

test('the same seed gives the same weights, bit for bit, and another seed others', async () => {
  const weights = async (seed: string): Promise<string[]> => {
    assert.is((await start(['fashion-mnist', ...short, '--seed', seed])).status, 0);
    return resultOf('fashion-mnist').runs.map((run) => run.weightsSha256);
  };
  const first = await weights('3');
  assert.equal(await weights('3'), first);
  assert.is.not((await weights('4'))[0], first[0]);
});

test('--resume trains nothing that is there already', async () => {
  await start(['mnist-quickstart', ...short]);
  const { runs } = resultOf('mnist-quickstart');
  const { status, stdout } = await start(['mnist-quickstart', ...short, '--resume']);
  assert.is(status, 0);
  assert.not.match(stdout, 'Epoch 1/1');
  assert.equal(resultOf('mnist-quickstart').runs, runs);
});

test('Ctrl-C: what was trained so far is written, marked as interrupted; exit code 130', async () => {
  const args = ['fashion-mnist', '--epochs', '1000', '--limit', '2000', '--data', 'synthetic'];
  const { status, stdout } = await start(args, 'Epoch 2/1000');
  assert.is(status, 130, stdout);
  const { cut, runs } = resultOf('fashion-mnist');
  assert.is(runs.length, 1);
  assert.ok(runs[0].epochs >= 1 && runs[0].epochs < 1000);
  assert.ok(cut.includes(`softmax: interrupted (epoch ${runs[0].epochs} of 1000)`), cut.join());
  assert.ok(cut.includes('logits: not run'));
  assert.match(read('fashion-mnist/report.html'), 'interrupted');
});

test('--adapter gpu stops with one line where there is none', async () => {
  if (await isGpuAvailable()) return;
  const { status, stdout, stderr } = await start(['--adapter', 'gpu']);
  assert.is(status, 1);
  assert.is(stdout, '');
  assert.match(stderr, /^No GPU was found.*\n$/m);
  assert.not.match(stderr, /^ +at /m);
});

test.run();
