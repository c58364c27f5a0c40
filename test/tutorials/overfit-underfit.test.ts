/** Overfitting on few reviews, real ones where they are at hand, and that the cures help. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTutorial } from '../support/tutorials';

const real = existsSync(join(process.env.WGRAD_DATA || '', 'imdb', 'imdb.npz'));

test(`on 600 ${real ? 'real' : 'generated'} reviews: the large model overfits, dropout and L2 help`, async () => {
  const args = ['--data', real ? 'real' : 'synthetic', '--limit', '600', '--batch', '64', '--epochs', '8'];
  const { result, report } = await startTutorial('overfit-underfit', args);
  const run = (name: string) => result.runs.find((run) => run.name === name)!;
  assert.equal(result.runs.map(({ name, params }) => [name, params]), [
    ['baseline', 160_305], ['small', 40_029], ['large', 5_383_681], ['l2', 160_305], ['dropout', 160_305], ['dropout-l2', 160_305],
  ]);
  const { history, measured } = run('large');
  // Its validation loss rises while its training loss falls.
  assert.ok((measured!.validationLossRise as number) > 0.05, `rise ${String(measured!.validationLossRise)}`);
  assert.ok(history.loss.at(-1)! < history.loss[0] / 2 && (measured!.trainingLossFall as number) > 0);
  const gaps = Object.fromEntries(result.runs.map(({ name, measured }) => [name, measured!.gap as number]));
  assert.ok(gaps.large > gaps.baseline && gaps.baseline > gaps.small, JSON.stringify(gaps));
  assert.ok(gaps['dropout-l2'] < gaps.baseline / 2, JSON.stringify(gaps));
  // The loss holds the penalty, the metric beside it does not.
  const l2 = run('l2').history;
  assert.ok(l2.loss.every((loss, i) => loss > l2.binary_crossentropy[i] + 0.01));
  assert.is(report.match(/<svg /g)!.length, 2);
});

test.run();
