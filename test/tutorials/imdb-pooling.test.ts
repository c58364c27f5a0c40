/** The tutorial on generated reviews, and its facts on the real ones where they are at hand. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTutorial } from '../support/tutorials';

const there = ['imdb.npz', 'imdb_word_index.json'].every((name) => existsSync(join(process.env.WGRAD_DATA || '', 'imdb', name)));
if (!there) console.log('skipped: the facts of the original need imdb.npz and imdb_word_index.json in $WGRAD_DATA/imdb');

test('on generated reviews: everything is recorded and labelled', async () => {
  const { stdout, lines, result, report, predictions } = await startTutorial('imdb-pooling', ['--data', 'synthetic', '--limit', '500', '--epochs', '3', '--batch', '64']);
  const [run] = result.runs;
  assert.equal([run.name, run.params, run.epochs, run.batch], ['pooled', 160_289, 3, 64]);
  assert.equal(run.samples, { train: 300, val: 200, test: 500 });
  assert.equal(Object.keys(run.history), ['loss', 'accuracy', 'val_loss', 'val_accuracy']);
  assert.ok(run.history.loss[2] < run.history.loss[0]);
  const lowest = Math.min(...run.history.val_loss);
  assert.is(run.measured!.lowestValidationLossAtEpoch, run.history.val_loss.indexOf(lowest) + 1);
  assert.equal(result.cut, ['training set: 500 of 25000 rows', 'test set: 500 of 25000 rows', 'pooled: 3 of 40 epochs']);
  assert.match(predictions('pooled'), "'<f4', 'fortran_order': False, 'shape': (500, 1), }");
  assert.match(stdout, /Lengths of the first two reviews now: 256 256/);
  for (const line of lines) assert.match(line, /^SYNTHETIC /);
  assert.match(report, '<title>SYNTHETIC: ');
  assert.is(report.match(/<svg /g)!.length, 2);
});

(there ? test : test.skip)('on the real reviews: the facts that the original shows', async () => {
  const { lines, result } = await startTutorial('imdb-pooling', ['--data', 'real', '--limit', '100', '--epochs', '1']);
  assert.is(result.data, 'real');
  assert.ok(lines.includes('Lengths of the first two reviews: 218 189'));
  const padded = lines.find((line) => line.startsWith(' [1 14 22 16 43'))!.trim().slice(1, -1).split(' ');
  assert.is(padded.length, 256);
  assert.equal([...new Set(padded.slice(218))], ['0']);
  assert.ok(lines.some((line) => line.startsWith("<START> this film was just brilliant casting location scenery story direction everyone's really suited")));
});

test.run();
