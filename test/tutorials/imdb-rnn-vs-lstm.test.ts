/** The tutorial on generated reviews cut short. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTutorial } from '../support/tutorials';

const args = ['--data', 'synthetic', '--limit', '64', '--epochs', '1', '--lengths', '12,20'];

test('both cells at the lengths asked for; --resume keeps them, and what is drawn from them', async () => {
  const { out, result, lines, report } = await startTutorial('imdb-rnn-vs-lstm', args);
  assert.equal(result.runs.map(({ name, params }) => [name, params]), [
    ['simple-rnn-12', 2_609_409], ['lstm-12', 2_757_249], ['simple-rnn-20', 2_609_409], ['lstm-20', 2_757_249],
  ]);
  assert.equal(result.options.lengths, [12, 20]);
  assert.ok(result.cut.includes('simple-rnn-12: 1 of 5 epochs') && result.cut.includes('lstm-1024: not run'));
  for (const { name, batch, test, history, measured } of result.runs) {
    assert.is(batch, 32);
    assert.equal([test.loss, test.accuracy], [history.val_loss[0], history.val_accuracy[0]]);
    for (const norms of Object.values(measured!) as number[][]) {
      assert.is(norms.length, Number(name.split('-').at(-1)));
      assert.ok(norms.every((norm) => norm > 0));
    }
  }
  // Before training the forget gate is about sigmoid(1): the gradient falls by that factor from step to step.
  const [, lstm] = result.runs;
  const [first, second] = lstm.measured!.gradientNormsBefore as number[];
  assert.ok(first / second > 0.7 && first / second < 0.9, String(first / second));
  for (const line of lines) assert.match(line, /^SYNTHETIC |^Warning: maxDynamic/);
  assert.is(report.match(/<svg /g)!.length, 4 * 2 + 1 + 2 * 2);

  const again = await startTutorial('imdb-rnn-vs-lstm', [...args, '--resume'], out);
  assert.not.match(again.stdout, 'Epoch 1/1');
  assert.equal(again.result.runs, result.runs);
  assert.is(again.report.match(/<svg /g)!.length, 4 * 2 + 1 + 2 * 2);
});

test.run();
