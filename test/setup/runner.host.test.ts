import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runTest, runProcess } from '../support/run-test.mjs';
import { summary, tally } from '../support/tally.mjs';

const run = (ending: string, limitSeconds = 20) => runTest(ending, ['test/setup/fixtures/uvu-process.mjs', ending], limitSeconds);

/** How each way to end must count: [passed, failed, skipped]. */
const endings: Record<string, [number, number, number]> = {
  passes: [2, 0, 1],
  fails: [1, 1, 0],
  waitsForNothing: [0, 1, 0],
  crashes: [0, 1, 0],
  crashesAtItsEnd: [1, 1, 0],
  exits: [0, 1, 0],
  throwsWhileLoading: [0, 1, 0],
  failsInAHook: [0, 1, 0],
  holdsNothing: [0, 1, 0],
};

for (const [ending, [passed, failed, skipped]] of Object.entries(endings)) {
  test(`a file that ${ending} counts right`, async () => {
    const result = await run(ending);
    assert.equal({ passed: result.passed, failed: result.failed, skipped: result.skipped }, { passed, failed, skipped });
  });
}

test('the failing test’s message is in the output', async () => {
  assert.match((await run('fails')).output, 'one is not two');
  assert.match((await run('throwsWhileLoading')).output, 'not today');
});

test('a hang is stopped at the limit and counts as failed, within a test and after the last', async () => {
  for (const [ending, passed] of [['hangs', 0], ['hangsAtItsEnd', 1]] as const) {
    const result = await run(ending, 1);
    assert.is(result.passed, passed);
    assert.is(result.failed, 1);
    assert.match(result.why!, 'time limit');
    assert.ok(result.seconds < 10);
  }
});

test('a process that cannot be started counts as failed', async () => {
  const result = tally(await runProcess('there-is-no-such-command', [], 5));
  assert.is(result.failed, 1);
});

test('the closing line', () => {
  const row = { passed: 3, failed: 1, skipped: 0 };
  assert.is(summary([]), '0 passed, 0 failed');
  assert.is(summary([row, row]), '6 passed, 2 failed');
  assert.is(summary([row, { passed: 0, failed: 0, skipped: 2 }]), '3 passed, 1 failed, 2 skipped');
});

test.run();
