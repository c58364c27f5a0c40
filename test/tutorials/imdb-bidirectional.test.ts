/** The tutorial on a few generated reviews. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTutorial } from '../support/tutorials';

test('both runs; a review gives the same number alone and beside a long one', async () => {
  const { lines, result } = await startTutorial('imdb-bidirectional', ['--data', 'synthetic', '--limit', '32', '--epochs', '1']);
  assert.equal(result.runs.map(({ name }) => name), ['single', 'stacked']);
  assert.equal(result.cut.slice(2), ['single: 1 of 10 epochs', 'stacked: 1 of 10 epochs']);
  for (const { batch, samples, test, measured } of result.runs) {
    assert.equal([batch, samples], [64, { train: 32, val: 32, test: 32 }]);
    assert.ok(Number.isFinite(test.loss));
    assert.ok((measured!.accuracyAtZero as number) >= 0 && (measured!.accuracyAtZero as number) <= 1);
  }
  const compared = lines.flatMap((line) => /A review alone gives (\S+), beside one of 2000 words (\S+):/.exec(line)?.slice(1) ?? []).map(Number);
  assert.is(compared.length, 4);
  for (let i = 0; i < 4; i += 2) assert.ok(compared[i] !== 0 && Math.abs(compared[i] - compared[i + 1]) <= 1e-6, compared.join());
});

test.run();
