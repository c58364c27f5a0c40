/** The search on few images: it beats the default's validation score. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTutorial } from '../support/tutorials';

const real = existsSync(join(process.env.WGRAD_DATA || '', 'fashion-mnist', 'train-images-idx3-ubyte.gz'));

test(`on 1000 ${real ? 'real' : 'generated'} images: the best found beats the default`, async () => {
  const { result, stdout } = await startTutorial('hyperparameter-search', ['--data', real ? 'real' : 'synthetic', '--limit', '1000', '--epochs', '4']);
  assert.equal(result.runs.map(({ name }) => name), ['default', 'random-search', 'hyperband', 'best']);
  const [first, random, band, best] = result.runs.map(({ measured }) => measured!);
  assert.equal([first.units, first.learningRate, first.trials, random.trials], [32, 0.01, 1, 7]);
  // Brackets of 3 trials (1 epoch, the best goes on to 4) and 2 (4 epochs at once).
  assert.equal([band.trials, band.trialEpochs], [5, 3 + 3 + 2 * 4]);
  const found = Math.max(random.validationAccuracy as number, band.validationAccuracy as number);
  assert.ok(found > (first.validationAccuracy as number), stdout);
  const winner = [random, band].find(({ validationAccuracy }) => validationAccuracy === found)!;
  assert.equal([best.units, best.learningRate], [winner.units, winner.learningRate]);
  assert.equal(result.runs[3].samples, { train: 1000, val: 0, test: 1000 });
  assert.is(result.runs[3].epochs, best.bestEpoch);
});

test.run();
