/** The tutorial on generated digits: what it prints and records, and the same numbers again. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTutorial } from '../support/tutorials';

const args = ['--data', 'synthetic', '--limit', '192', '--epochs', '2', '--seed', '3'];

test('on generated digits: a line for every epoch, everything recorded, and the same again', async () => {
  const { lines, result, report, predictions } = await startTutorial('mnist-custom-training', args);
  const [run] = result.runs;
  assert.equal([run.name, run.params, run.epochs, run.batch], ['custom', 2_770_634, 2, 32]);
  assert.equal(run.samples, { train: 192, val: 0, test: 192 });
  assert.equal(Object.keys(run.history), ['loss', 'accuracy', 'test_loss', 'test_accuracy']);
  const { loss, accuracy, test_loss, test_accuracy } = run.history;
  assert.ok(loss[1] < loss[0] && accuracy[1] > accuracy[0], JSON.stringify(run.history));
  assert.equal(run.test, { loss: test_loss[1], accuracy: test_accuracy[1] });
  assert.ok(test_accuracy[1] > 0.5, `test accuracy ${test_accuracy}`);
  const percent = (share: number): string => (100 * share).toFixed(2);
  assert.equal(
    lines.filter((line) => line.includes('Epoch ')),
    [0, 1].map((i) =>
      `SYNTHETIC Epoch ${i + 1}, Loss: ${loss[i].toFixed(4)}, Accuracy: ${percent(accuracy[i])}, Test Loss: ${test_loss[i].toFixed(4)}, Test Accuracy: ${percent(test_accuracy[i])}`),
  );
  assert.equal(result.cut, ['training set: 192 of 60000 rows', 'test set: 192 of 10000 rows', 'custom: 2 of 5 epochs']);
  assert.match(predictions('custom'), "'<f4', 'fortran_order': False, 'shape': (192, 10), }");
  assert.is(report.match(/<svg /g)!.length, 2);
  assert.ok(run.seconds > run.compileSeconds && run.compileSeconds > 0 && run.msPerStep > 0);

  const [again] = (await startTutorial('mnist-custom-training', args)).result.runs;
  assert.equal([again.weightsSha256, again.history], [run.weightsSha256, run.history]);
});

test.run();
