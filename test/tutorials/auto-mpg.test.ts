/** The tutorial on cars that never were, and its facts on the real ones where they are at hand. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTutorial } from '../support/tutorials';
import reference from '../golden/reference-auto-mpg.json';

const there = existsSync(join(process.env.WGRAD_DATA || '', 'auto-mpg', 'auto-mpg.data'));
if (!there) console.log('skipped: the facts of the original need auto-mpg.data in $WGRAD_DATA/auto-mpg');

test('on generated cars: everything is recorded, drawn and labelled', async () => {
  const { stdout, lines, result, report, predictions } = await startTutorial('auto-mpg', ['--data', 'synthetic', '--epochs', '12']);
  assert.equal(result.runs.map(({ name, params, epochs, batch }) => [name, params, epochs, batch]), [
    ['original', 4929, 12, 32], ['sound', 4865, 12, 32], ['sound-early-stopping', 4865, 12, 32],
  ]);
  for (const run of result.runs) {
    assert.equal(run.samples, { train: 251, val: 63, test: 78 });
    assert.equal(Object.keys(run.history), ['loss', 'mae', 'mse', 'val_loss', 'val_mae', 'val_mse']);
    assert.ok(run.history.loss[11] < run.history.loss[0]);
    assert.ok(Math.abs(run.test.loss - run.test.mse) < 1e-3 * run.test.mse);
    assert.match(predictions(run.name), "'<f4', 'fortran_order': False, 'shape': (78, 1), }");
  }
  assert.equal(result.cut, ['original: 12 of 1000 epochs', 'sound: 12 of 1000 epochs', 'sound-early-stopping: 12 of 1000 epochs']);
  assert.is(stdout.match(/^SYNTHETIC \.{12}$/gm)!.length, 3);
  for (const line of lines) assert.match(line, /^SYNTHETIC /);
  assert.match(report, '<title>SYNTHETIC: ');
  // Two error charts, a scatter and a histogram for each run.
  assert.is(report.match(/<svg /g)!.length, 12);
  for (const title of ['Mean Abs Error [MPG]', 'Mean Square Error [MPG²]', 'True Values [MPG]', 'Predictions [MPG]', 'Prediction Error [MPG]', 'Count']) {
    assert.is(report.split(`>${title}<`).length - 1, 3, title);
  }
  for (const line of ['Train Error', 'Val Error']) assert.is(report.split(`>${line}<`).length - 1, 6, line);
  assert.not.match(report, /https?:\/\/(?!www\.w3\.org\/)/);
});

(there ? test : test.skip)('on the real cars: the original\'s rows, and errors within those of the real Keras', async () => {
  const { lines, result } = await startTutorial('auto-mpg', ['--data', 'real', '--epochs', '300']);
  assert.is(result.data, 'real');
  for (const fact of ['Shape: [398, 8]', 'Missing values: 6 in Horsepower', 'Training cars: 314 test cars: 78', 'The first rows drawn: 146, 282, 69, 378, 331']) {
    assert.ok(lines.includes(fact), fact);
  }
  const [original, sound, early] = result.runs;
  const { minMae, maxMae } = reference.summary.original;
  assert.ok(original.test.mae >= minMae - 0.1 && original.test.mae <= Math.min(maxMae, 1.45), String(original.test.mae));
  assert.ok(early.test.mae <= 2.1 && early.test.mae >= 1.6, String(early.test.mae));
  assert.ok(original.epochs < 300 && early.epochs < 300);
  assert.equal([sound.epochs, sound.history.val_mae.length], [300, 300]);
});

test.run();
