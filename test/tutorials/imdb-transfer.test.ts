/** The tutorial on generated reviews: some of its runs, then others beside those that are kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostArray, StringArray } from 'wgrad';
import { drawn } from '../../tutorials/imdb-transfer/data';
import { startTutorial } from '../support/tutorials';

const cache = mkdtempSync(join(tmpdir(), 'wgrad-tables-'));
process.env.WGRAD_CACHE = cache;
process.on('exit', () => rmSync(cache, { recursive: true, force: true }));

const args = ['--data', 'synthetic', '--limit', '200', '--epochs', '2', '--batch', '64'];
const ORIGIN = 'pretrained here on 200 unlabelled SYNTHETIC reviews, not';

test('draws: rows with their labels, none twice, others for another subset', () => {
  const x = StringArray.from(Array.from({ length: 50 }, (_, i) => `text ${i}`));
  const y = new HostArray(Int32Array.from({ length: 50 }, (_, i) => i % 2), [50]);
  const [a, b] = [drawn([x, y], 20, 0), drawn([x, y], 20, 1)];
  assert.is(new Set(a[0].data).size, 20);
  a[0].data.forEach((text, i) => assert.is(a[1].data[i], Number(text.slice(5)) % 2));
  assert.not.equal(a[0].data, b[0].data);
  assert.equal(drawn([x, y], 20, 0)[0].data, a[0].data);
});

test('chosen runs, then another beside them', async () => {
  const first = await startTutorial('imdb-transfer', [...args, '--runs', 'nnlm,frozen-random,swivel,random-10pct']);
  const { result, lines, predictions, report, out } = first;
  assert.equal(result.runs.map(({ name }) => name), ['nnlm', 'swivel', 'frozen-random', 'random-10pct']);
  const [nnlm, swivel, frozen, few] = result.runs;
  assert.equal([(nnlm.params - 833) % 50, (swivel.params - 353) % 20, frozen.params], [0, 0, nnlm.params]);
  assert.equal([nnlm.samples, swivel.samples, few.samples], [{ train: 200, val: 200, test: 200 }, { train: 200, val: 200, test: 200 }, { train: 20, val: 0, test: 200 }]);
  assert.equal(Object.keys(nnlm.history), ['loss', 'accuracy', 'accuracy_at_0', 'val_loss', 'val_accuracy', 'val_accuracy_at_0']);
  assert.equal([Object.keys(nnlm.test), Object.keys(swivel.test)], [['loss', 'accuracy', 'accuracy_at_0'], ['loss', 'accuracy']]);
  const draws = few.measured!.accuracyOfDraws as number[];
  assert.is(draws.length, 5);
  assert.ok(Math.abs(draws.reduce((a, b) => a + b) / 5 - few.test.accuracy) < 1e-12);

  assert.ok(result.cut.includes(`nnlm-en-dim50: vectors ${ORIGIN} nnlm-en-dim50`), result.cut.join('\n'));
  assert.ok(result.cut.includes(`gnews-swivel-20dim: vectors ${ORIGIN} gnews-swivel-20dim`));
  for (const line of lines) assert.match(line, /^SYNTHETIC |^Warning: maxDynamic/);
  assert.ok(lines.includes('SYNTHETIC The layer on the first three reviews, with reviews-dim50: [3, 50]'));
  assert.ok(lines.includes('SYNTHETIC The layer on the first three reviews, with reviews-dim20: [3, 20]'));
  assert.ok(lines.includes(`SYNTHETIC accuracy: ${swivel.test.accuracy.toFixed(3)}`));
  assert.match(predictions('nnlm'), "'shape': (200, 1), }");
  assert.match(report, ORIGIN);
  // A probability, not a logit.
  const values = new Float32Array(Uint8Array.from(Buffer.from(predictions('swivel').slice(-800), 'latin1')).buffer);
  assert.ok(values.length === 200 && values.every((p) => p > 0 && p < 1));

  const second = await startTutorial('imdb-transfer', [...args, '--runs', 'frozen-pretrained', '--resume'], out);
  assert.equal(second.result.runs.map(({ name }) => name), ['nnlm', 'swivel', 'frozen-pretrained', 'frozen-random', 'random-10pct']);
  assert.equal(second.result.runs[0], nnlm);
  const trainings = (stdout: string): number => stdout.match(/Training vectors of/g)?.length ?? 0;
  assert.equal([trainings(first.stdout), trainings(second.stdout)], [2, 0]);
});

test.run();
