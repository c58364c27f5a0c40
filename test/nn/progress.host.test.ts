/** What training prints: a bar that redraws itself on a terminal, lines elsewhere. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatLogs, makeProgress, type Verbose } from '../../nn/training/progress';
import { screen, written } from '../support/terminal';

const test = suite('progress');
const logs = { loss: 0.34123, accuracy: 0.8765 };
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

test('numbers as Keras prints them', () => {
  assert.is(formatLogs({ loss: 0.34123, accuracy: 0.87654 }), ' - loss: 0.3412 - accuracy: 0.8765');
  assert.is(formatLogs({ loss: 1.5e-7 }), ' - loss: 1.5000e-7');
  assert.is(formatLogs({ loss: 0, mae: 1234.56 }), ' - loss: 0.0000 - mae: 1234.5600');
  assert.is(formatLogs({ loss: NaN }), ' - loss: NaN');
  assert.is(formatLogs({ loss: -2.5e-5 }), ' - loss: -2.5000e-5');
  assert.is(formatLogs({}), '');
});

test('verbose 0 prints nothing', async () => {
  for (const interactive of [true, false]) {
    assert.is(await written({ interactive }, () => {
      const progress = makeProgress(0, 3);
      progress.update(1, async () => logs);
      progress.end(3, logs);
    }), '');
  }
});

test('a line at the end: verbose 2, and verbose 1 where the output is no terminal', async () => {
  for (const [verbose, interactive] of [[2, true], [2, false], [1, false]] as [Verbose, boolean][]) {
    const text = await written({ interactive }, async () => {
      const progress = makeProgress(verbose, 313);
      for (let step = 1; step <= 313; step++) progress.update(step, async () => logs);
      await pause(300);
      progress.update(313, async () => logs);
      progress.end(313, logs);
    });
    assert.is(text, '313/313 - 0s - loss: 0.3412 - accuracy: 0.8765\n');
  }
});

test('an early stop says how far it came', async () => {
  assert.is(await written({ interactive: false }, () => makeProgress(2, 313).end(17, logs)), '17/313 - 0s - loss: 0.3412 - accuracy: 0.8765\n');
  const [bar] = screen(await written({ interactive: true }, () => makeProgress(1, 313).end(17, logs)));
  assert.match(bar, /^ 17\/313 ━─{19} 0s .*\/step - loss: 0\.3412/);
});

test('the bar: drawn in place a few times a second, with steps, time left, time per step and running logs', async () => {
  let reads = 0;
  const began = performance.now();
  const text = await written({ interactive: true, columns: 200 }, async () => {
    const progress = makeProgress(1, 40);
    for (let step = 1; step <= 40; step++) {
      progress.update(step, async () => {
        reads++;
        return { loss: 1 / step };
      });
      await pause(20);
    }
    progress.end(40, logs);
  });
  const ms = performance.now() - began;
  assert.ok(reads >= 2 && reads <= 1 + ms / 250, `${reads} draws in ${ms} ms, one every 250 at most`);
  assert.is(text.split('\n').length, 2, 'one line and its end');
  const frames = text.split('\r').slice(1);
  assert.is(frames.length, reads + 1, 'every read is drawn, and the end');
  for (const frame of frames.slice(1, -1)) assert.match(frame, /^[ \d]\d\/40 ━*─* \d+s \d+(\.\d)?ms\/step - loss: \d\.\d{4} *$/);
  assert.match(frames.at(-1)!, /^40\/40 ━{20} \d+s \d+ms\/step - loss: 0\.3412 - accuracy: 0\.8765\n$/);
});

test('a shorter frame leaves nothing of a longer one, and none is wider than the terminal', async () => {
  const text = await written({ interactive: true, columns: 60 }, async () => {
    const progress = makeProgress(1, 2);
    progress.update(1, async () => ({ loss: 123456, accuracy: 0.5, another_metric: 3 }));
    await pause(5);
    progress.end(2, { loss: 1 });
  });
  const [first, last] = text.split('\r').slice(1).map((frame) => frame.replace('\n', ''));
  assert.is(first.length, 59);
  assert.is(last.length, 59);
  assert.match(screen(text)[0], /^2\/2 ━{20} 0s .*\/step - loss: 1\.0000$/);
});

test('logs that arrive after the end are not drawn', async () => {
  const text = await written({ interactive: true }, async () => {
    const progress = makeProgress(1, 2);
    progress.update(1, async () => {
      await pause(20);
      return { loss: 99 };
    });
    progress.end(2, logs);
    await pause(40);
  });
  assert.not.match(text, 'loss: 99');
  assert.is(text.split('\r').length, 2);
});

test('a read that fails leaves the bar as it was', async () => {
  const text = await written({ interactive: true }, async () => {
    const progress = makeProgress(1, 2);
    progress.update(1, () => Promise.reject(new Error('the device is gone')));
    await pause(5);
    progress.end(2, logs);
  });
  assert.is(text.split('\r').length, 2);
});

test.run();
