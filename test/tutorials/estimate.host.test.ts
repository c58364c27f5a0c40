import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { estimate } from '../../tutorials/estimate';
import { written } from '../support/terminal';

/** What is printed when each of so many steps takes `ms`. */
async function told(params: Record<string, number>, ms: number, steps: number, validationSteps = 0): Promise<string> {
  let now = 5000;
  const callback = estimate({ validationSteps, now: () => now });
  callback.params = params;
  return written({ interactive: false }, async () => {
    for (let step = 0; step < steps; step++) {
      callback.onTrainBatchBegin(step);
      now += step === 0 ? 60_000 : ms; // the first one compiles
    }
  });
}

test('after 20 steps, the first not counted, the rest is told once', async () => {
  assert.is(await told({ epochs: 2, steps: 511 }, 100, 21), '');
  assert.is(await told({ epochs: 2, steps: 511 }, 100, 100), 'This run will take about 2 min more.\n');
  assert.is(await told({ epochs: 1, steps: 122 }, 100, 100), 'This run will take about 10 s more.\n');
  assert.is(await told({ epochs: 10, steps: 1000 }, 1000, 100), 'This run will take about 2.8 h more.\n');
  assert.is(await told({ epochs: 1, steps: 122 }, 100, 100, 300), 'This run will take about 20 s more.\n');
});

test('nothing is told where nothing is left or the number of steps is not known', async () => {
  assert.is(await told({ epochs: 1, steps: 22 }, 100, 22), '');
  assert.is(await told({ epochs: 1 }, 100, 50), '');
});

test.run();
