/** Ctrl-C during training, validation and twice: a child process trains and is sent SIGINT. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close } from '../../engine/gpu/gpu';
import { HostArray } from '../../engine/tensor/host-array';
import * as layers from '../../nn/layers';
import { sequential } from '../../nn/models/sequential';
import { childArguments, runChild } from '../support/child';

const SAMPLES = 4000;
const STEPS = SAMPLES / 4;

interface Report {
  readonly interrupted: boolean;
  readonly epochs: number[];
  readonly loss: number[];
  readonly valLoss?: number[];
  readonly steps: number;
  readonly testSteps: number;
  readonly trained: boolean;
  readonly later: number;
}

/** Trains for 1,000 epochs unless stopped; says so on its way, and at the end reports how far it came. */
async function child(place: string): Promise<void> {
  const x = new HostArray(Float32Array.from({ length: 3 * SAMPLES }, (_, i) => Math.sin(i)), [SAMPLES, 3]);
  const y = new HostArray(Float32Array.from({ length: SAMPLES }, (_, i) => Math.cos(i)), [SAMPLES, 1]);
  const model = sequential([layers.dense({ units: 1, inputShape: [3] })]);
  model.compile({ loss: 'mse' });
  const before = (await model.getWeights())[0].data.slice();
  let testSteps = 0;
  const callbacks = [
    { onTrainBatchBegin: (step: number) => void (place !== 'validation' && step === 20 && process.stdout.write('here\n')) },
    { onTestBatchBegin: () => void (++testSteps === 20 && place === 'validation' && process.stdout.write('here\n')) },
    // A step that never ends lets only a second Ctrl-C through.
    { onTrainBatchBegin: async (step: number) => void (place === 'twice' && step === 21 && (await new Promise((done) => setTimeout(done, 600_000)))) },
  ];
  const history = await model.fit(x, y, { epochs: 1000, batchSize: 4, verbose: 0, callbacks, validationData: place === 'validation' ? [x, y] : undefined });
  const { interrupted, epoch: epochs } = history;
  const after = (await model.getWeights())[0].data;
  const report: Report = {
    interrupted, epochs, testSteps,
    loss: history.history.loss,
    valLoss: history.history.val_loss,
    steps: model.optimizer.iterations,
    trained: after.some((value, i) => value !== before[i]),
    later: (await model.evaluate(x, y, { verbose: 0 }))[0],
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  await close();
}

const args = childArguments();
if (args) await child(args[0]);
else {
  const test = suite('Ctrl-C');

  /** Interrupts the child once it is at `place`; its report. */
  const interrupted = async (place: string): Promise<Report> => {
    let sent = false;
    const { status, signal, output } = await runChild(import.meta.url, [place], (text, kill) => {
      if (!sent && text.includes('here')) kill('SIGINT');
      sent ||= text.includes('here');
    });
    assert.equal([status, signal], [0, null]);
    return JSON.parse(output.split('\n')[1]);
  };

  test('training ends after the running step with what was trained so far', async () => {
    const report = await interrupted('training');
    assert.is(report.interrupted, true);
    assert.equal(report.epochs, [0]);
    assert.ok(report.steps >= 20 && report.steps < STEPS, `${report.steps} of ${STEPS} steps`);
    assert.ok(report.trained && report.loss.length === 1 && report.loss[0] > 0);
    assert.ok(report.later > 0, 'and the model works on');
  });

  test('validation ends too; the epoch has its training logs', async () => {
    const report = await interrupted('validation');
    assert.is(report.interrupted, true);
    assert.equal(report.epochs, [0]);
    assert.is(report.steps, STEPS);
    assert.ok(report.testSteps >= 20 && report.testSteps < STEPS, `${report.testSteps} of ${STEPS} test steps`);
    assert.is(report.loss.length, 1);
    assert.is(report.valLoss, undefined, 'half a validation is none');
  });

  test('a second Ctrl-C ends the process at once', async () => {
    let sent = 0;
    const { status, signal } = await runChild(import.meta.url, ['twice'], (text, kill) => {
      if (sent++ > 0 || !text.includes('here')) return;
      kill('SIGINT');
      setTimeout(() => kill('SIGINT'), 300);
    });
    assert.equal([status, signal], [null, 'SIGINT']);
  });

  test.run();
}
