/** The tutorials from the command line, on data sets of a few hundred images. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isGpuAvailable } from 'wgrad';
import { catalog } from '../../tutorials/catalog.mjs';
import type { Result } from '../../tutorials/result';
import { fill, imageFiles } from '../support/datasets';

const out = mkdtempSync(join(tmpdir(), 'wgrad-start-'));
const data = join(out, 'data');
for (const set of ['mnist', 'fashion-mnist']) fill(join(data, set), imageFiles(640, 320));
process.on('exit', () => rmSync(out, { recursive: true, force: true }));

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** `npm start`, and Ctrl-C as soon as `interruptAt` was printed. */
function start(args: string[], interruptAt?: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['setup/start.mjs', ...args, '--out', out], {
      env: { ...process.env, WGRAD_DATA: data },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
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
const short = ['--epochs', '1', '--data', 'real'];

for (const { name, runs } of catalog.filter(({ name }) => ['mnist-quickstart', 'fashion-mnist'].includes(name))) {
  test(`${name}: all runs are recorded, with report and predictions`, async () => {
    const { status, stdout, stderr } = await start([name, ...short]);
    assert.ok(status === 0, stdout + stderr);
    const result = resultOf(name);
    assert.equal(result.runs.map((run) => run.name), runs);
    assert.is(result.data, 'real');
    for (const run of result.runs) {
      assert.equal([run.params, run.epochs, run.batch, run.history.loss.length], [101_770, 1, 32, 1]);
      assert.equal(run.samples, { train: 640, val: 0, test: 320 });
      assert.ok(run.test.loss > 0 && Number.isFinite(run.test.loss));
      assert.match(read(join(name, run.predictions)), "'<f4', 'fortran_order': False, 'shape': (320, 10), }");
    }
    assert.match(stdout, `Report: ${join(out, name, 'report.html')}\n`);
    const report = read(`${name}/report.html`);
    assert.match(report, '<figure');
    assert.not.match(report, /https?:\/\/(?!www\.w3\.org\/)/);
    assert.match(read('index.html'), `${name}/report.html`);
    assert.not.match(stdout + report, 'SYNTHETIC');
  });
}

test('on synthetic data everything is labelled so', async () => {
  const { status, stdout } = await start(['mnist-quickstart', '--epochs', '1', '--limit', '64', '--data', 'synthetic']);
  assert.is(status, 0);
  for (const line of stdout.split('\n').filter(Boolean)) assert.match(line, /^SYNTHETIC /);
  assert.match(read('mnist-quickstart/report.html'), '<title>SYNTHETIC: ');
  const { data, cut } = resultOf('mnist-quickstart');
  assert.is(data, 'synthetic');
  assert.equal(cut, ['training set: 64 of 60000 rows', 'test set: 64 of 10000 rows', 'original: 1 of 5 epochs', 'sound: 1 of 5 epochs']);
});

test('a damaged data file is told in one line', async () => {
  rmSync(join(data, 'mnist'), { recursive: true });
  fill(join(data, 'mnist'), { 'train-images-idx3-ubyte.gz': new Uint8Array(3) });
  const { status, stderr } = await start(['mnist-quickstart', '--data', 'real']);
  fill(join(data, 'mnist'), imageFiles(640, 320));
  assert.is(status, 1);
  assert.match(stderr, 'train-images-idx3-ubyte.gz');
  assert.not.match(stderr, /^ +at \S+ \(/m);
});

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

test('--profile: a table at the end, and a trace', async () => {
  const { status, stdout } = await start(['mnist-quickstart', ...short, '--limit', '160', '--profile']);
  assert.is(status, 0);
  assert.match(stdout, /\nProfile by .*\nkernel .* share  GFLOP\/s  GB\/s\n(.*\n)*matmul\/.*%.*\n(.*\n)*all /);
  assert.ok((JSON.parse(read('mnist-quickstart/trace.json')) as { traceEvents: unknown[] }).traceEvents.length > 50);
});

test('Ctrl-C: what was trained so far is written, marked as interrupted; exit code 130', async () => {
  const args = ['fashion-mnist', '--epochs', '1000', '--data', 'real'];
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
