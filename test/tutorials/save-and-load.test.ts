/** What the tutorial on saving shows: restored accuracy, and a resumed run that equals the unbroken one in every bit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel } from 'wgrad';
import { startTutorial } from '../support/tutorials';

test('on generated digits: everything is restored, and training goes on exactly', async () => {
  const { out, result, stdout } = await startTutorial('save-and-load', ['--data', 'synthetic', '--epochs', '3']);
  const [checkpoints, unbroken, resumed] = result.runs;
  assert.equal(result.runs.map(({ name, params, epochs }) => [name, params, epochs]), [['checkpoints', 407_050, 3], ['unbroken', 407_050, 3], ['resumed', 407_050, 3]]);
  const { untrainedAccuracy, restoredAccuracy, loadedAccuracy } = checkpoints.measured!;
  assert.ok((untrainedAccuracy as number) < 0.3 && checkpoints.test.accuracy > 0.5, stdout);
  assert.equal([restoredAccuracy, loadedAccuracy], [checkpoints.test.accuracy, checkpoints.test.accuracy]);

  assert.equal(resumed.history, unbroken.history);
  assert.equal(resumed.test, unbroken.test);
  assert.is(resumed.weightsSha256, unbroken.weightsSha256);
  assert.match(stdout, 'bit for bit: yes');

  const folder = join(out, 'save-and-load');
  for (const epoch of [1, 2, 3]) assert.ok(readFileSync(join(folder, `cp-000${epoch}.weights.h5`)).length > 4 * 407_050);
  const model = await loadModel(join(folder, 'half-way.keras'));
  assert.is(model.countParams(), 407_050);
});

test('broken off in the middle of one epoch less than there is', async () => {
  const { result } = await startTutorial('save-and-load', ['--data', 'synthetic', '--limit', '200', '--epochs', '1']);
  assert.equal(result.runs.map(({ history }) => history.loss.length), [1, 1, 1]);
  assert.is(result.runs[2].weightsSha256, result.runs[1].weightsSha256);
});

test.run();
