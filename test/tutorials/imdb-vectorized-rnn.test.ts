/** The tutorial on a few generated reviews. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { catalog } from '../../tutorials/catalog.mjs';
import { startTutorial } from '../support/tutorials';

const { runs } = catalog.find(({ name }) => name === 'imdb-vectorized-rnn')!;

test('all runs on generated reviews', async () => {
  const { lines, result, report, predictions } = await startTutorial('imdb-vectorized-rnn', ['--data', 'synthetic', '--limit', '48', '--epochs', '1', '--max-tokens', '200', '--batch', '32']);
  assert.equal(result.runs.map(({ name }) => name), runs);
  assert.equal(result.cut.slice(0, 3), ['training set: 48 of 25000 rows', 'test set: 48 of 25000 rows', 'vocabulary: 200 of 1000 tokens']);
  for (const { name, params, epochs, batch, samples, test, history } of result.runs) {
    // The table has 200 rows in place of 1000: 40,000 numbers fewer.
    assert.is(params, (name.startsWith('rnn') ? 51_089 : name.startsWith('bi') ? 58_609 : 54_305) - 40_000, name);
    assert.equal([epochs, batch, samples], [1, 32, { train: 48, val: 48, test: 48 }]);
    assert.equal(Object.keys(history), ['loss', 'accuracy', 'val_loss', 'val_accuracy']);
    assert.ok(test.loss > 0.3 && test.loss < 1 && test.accuracy >= 0 && test.accuracy <= 1);
    assert.match(predictions(name), "'fortran_order': False, 'shape': (48, 1), }");
  }
  for (const line of lines) assert.match(line, /^SYNTHETIC |^Warning: maxDynamic/);
  assert.ok(lines.some((line) => line.startsWith('SYNTHETIC Round trip: ')));
  assert.is(report.match(/<svg /g)!.length, 2 * runs.length);
});

test.run();
