import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostArray } from 'wgrad';
import { Interrupted, Lesson, type Outcome } from '../../tutorials/lesson';
import { curves } from '../../tutorials/report/figures';
import { catalog } from '../../tutorials/catalog.mjs';
import { tutorials } from '../../tutorials/run';
import type { Options, Result } from '../../tutorials/result';
import { written } from '../support/terminal';

const folder = mkdtempSync(join(tmpdir(), 'wgrad-lesson-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const entry = { name: 'digits', title: 'Digits', runs: ['one', 'two'] };
const openDevice = async () => ({ adapter: 'an adapter', driver: 'a driver', software: true });

function data(kind: 'real' | 'synthetic' = 'real') {
  const set = (n: number): [HostArray, HostArray] => [new HostArray(new Uint8Array(n * 4), [n, 2, 2]), new HostArray(new Uint8Array(n), [n])];
  return { train: set(20), test: set(10), kind, source: '' };
}

function outcome(epochs: number): Outcome {
  const weights = [new HostArray(Float32Array.of(1, 2), [2])];
  return {
    model: { countParams: () => 2, getWeights: async () => weights },
    history: {
      epoch: Array.from({ length: epochs }, (_, i) => i),
      history: { loss: new Array(epochs).fill(0.5), accuracy: new Array(epochs).fill(0.75) },
      timing: { seconds: 2, compileSeconds: 1, msPerStep: 0.5 },
    },
    samples: { train: 20, val: 0, test: 10 },
    test: { loss: 0.25, accuracy: 0.875 },
    predictions: new HostArray(new Float32Array(20), [10, 2]),
  };
}

/** A lesson of two runs; `ran` says which of them were trained. */
async function teach(given: Partial<Options> = {}, { resume = false, interruptIn = '', kind = 'real' as 'real' | 'synthetic' } = {}) {
  const lesson = new Lesson({ entry, options: { seed: 0, data: 'auto', adapter: 'auto', ...given }, openDevice, folder, resume });
  const ran: string[] = [];
  const text = await written({ interactive: false }, async () => {
    const { train } = await lesson.load({ loadData: async () => data(kind) });
    lesson.heading('The data');
    lesson.print('rows:', train[0].length);
    try {
      for (const name of entry.runs) {
        await lesson.run(name, async () => {
          ran.push(name);
          const epochs = lesson.epochs(3);
          lesson.batchSize();
          lesson.print(`in ${name}`);
          lesson.figure(curves({ loss: [1, 2] }, `figure of ${name}`));
          if (name === interruptIn) lesson.interrupt();
          return outcome(name === interruptIn ? 1 : epochs);
        });
      }
    } catch (error) {
      assert.instance(error, Interrupted);
    }
    await lesson.write();
  });
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  return { ran, text, result: JSON.parse(read('result.json')) as Result, report: read('report.html') };
}

test('every tutorial in the catalog has its code, and the other way round', () => {
  assert.equal(Object.keys(tutorials), catalog.map(({ name }) => name));
});

test('a run is recorded as the schema says', async () => {
  const { result, report, text } = await teach();
  const run = {
    params: 2, epochs: 3, batch: 32, samples: { train: 20, val: 0, test: 10 },
    history: { loss: [0.5, 0.5, 0.5], accuracy: [0.75, 0.75, 0.75] }, test: { loss: 0.25, accuracy: 0.875 },
    weightsSha256: result.runs[0].weightsSha256, seconds: 2, compileSeconds: 1, msPerStep: 0.5,
  };
  assert.equal(result, {
    tutorial: 'digits', data: 'real', adapter: 'an adapter', driver: 'a driver', seed: 0, tuning: null,
    options: { seed: 0, data: 'auto', adapter: 'auto' }, cut: [],
    runs: [{ name: 'one', predictions: 'one.predictions.npy', ...run }, { name: 'two', predictions: 'two.predictions.npy', ...run }],
  });
  assert.match(result.runs[0].weightsSha256, /^[0-9a-f]{64}$/);
  assert.is(readFileSync(join(folder, 'one.predictions.npy')).subarray(1, 6).toString(), 'NUMPY');
  for (const part of ['in one', 'in two', 'figure of one', 'rows: 20', 'an adapter']) assert.match(report, part);
  assert.match(text, /^wgrad \d+\.\d+\.\d+\nAdapter: an adapter\nGPU: NOT AVAILABLE \(software: a driver\)\n/);
  assert.match(text, 'rows: 20\n');
  assert.not.match(text + report, 'SYNTHETIC');
});

test('what is shortened is said', async () => {
  const { result } = await teach({ limit: 5, epochs: 2, batch: 7 });
  assert.equal(result.cut, ['training set: 5 of 20 rows', 'test set: 5 of 10 rows', 'one: 2 of 3 epochs', 'two: 2 of 3 epochs']);
  assert.is(result.runs[0].batch, 7);
  assert.equal((await teach({ limit: 50, epochs: 5 })).result.cut, []);
});

test('--resume keeps complete runs of the same command, with their part of the report', async () => {
  await teach({ epochs: 2 }, { interruptIn: 'two' });
  const { ran, result, report, text } = await teach({ epochs: 2 }, { resume: true });
  assert.equal(ran, ['two']);
  assert.equal(result.runs.map(({ name, epochs }) => [name, epochs]), [['one', 2], ['two', 2]]);
  assert.equal(result.cut, ['one: 2 of 3 epochs', 'two: 2 of 3 epochs']);
  assert.match(text, 'Kept the complete run one');
  for (const part of ['in one', 'in two', 'figure of one', 'figure of two']) assert.is(report.split(part).length, 2, part);
  // Under other options, or without --resume, all is done again.
  assert.equal((await teach({ seed: 1 }, { resume: true })).ran, ['one', 'two']);
  assert.equal((await teach({ seed: 1 })).ran, ['one', 'two']);
});

test('a result that cannot be read is no reason to fail', async () => {
  writeFileSync(join(folder, 'result.json'), '{"tutorial": "dig');
  assert.equal((await teach({}, { resume: true })).ran, ['one', 'two']);
});

test('an interrupted run is written as such, and no other begins', async () => {
  const { ran, result, report } = await teach({}, { interruptIn: 'one' });
  assert.equal(ran, ['one']);
  assert.equal(result.cut, ['one: interrupted (epoch 1 of 3)', 'two: not run']);
  assert.is(result.runs[0].epochs, 1);
  assert.match(report, 'interrupted (epoch 1 of 3)');
});

test('a lesson on synthetic data labels all it prints, draws and writes', async () => {
  const { text, report, result } = await teach({}, { kind: 'synthetic' });
  assert.is(result.data, 'synthetic');
  for (const line of text.split('\n').filter(Boolean)) assert.match(line, /^SYNTHETIC /);
  for (const [, caption] of report.matchAll(/<figcaption>(.*?)<\/figcaption>/g)) assert.match(caption, /^SYNTHETIC data\. /);
  for (const [, lines] of report.matchAll(/<pre>([^]*?)<\/pre>/g)) {
    for (const line of lines.split('\n')) assert.match(line, /^SYNTHETIC /);
  }
});

test.run();
