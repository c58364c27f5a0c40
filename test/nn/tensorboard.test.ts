/** Event files: byte by byte those of the real Keras, and what training writes into them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { callbacks, close, init, layers, sequential, HostArray } from 'wgrad';
import { ValueError } from '../../engine/errors';
import { crc32c, maskedCrc32c } from '../../nn/callbacks/tensorboard/crc32c';
import { scalarRecord, versionRecord } from '../../nn/callbacks/tensorboard/event-file';
import { throws } from '../support/datasets';
import { type Event, readEvents } from '../support/event-file';
import { expectClose } from '../support/golden';
import { golden, trainWithTensorBoard } from '../support/tensorboard-run';

const test = suite('tensorboard');
test.before(async () => void (await init()));
test.after(close);

const runs = ['train', 'validation'] as const;
const theirs = (run: (typeof runs)[number]): Event[] => readEvents(Uint8Array.from(Buffer.from(golden.files[run], 'base64')));

function filesIn(folder: string): Uint8Array[] {
  return readdirSync(folder).sort().map((name) => {
    assert.match(name, /^events\.out\.tfevents\.\d{10}\./);
    return new Uint8Array(readFileSync(join(folder, name)));
  });
}

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wgrad-tensorboard-'));
  await fn(folder).finally(() => rmSync(folder, { recursive: true }));
}

test('CRC-32C of the examples in RFC 3720', () => {
  assert.is(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.is(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.is(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assert.is(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
});

test('the reader sees in Keras\'s files what TensorBoard sees', () => {
  for (const run of runs) {
    const [first, ...events] = theirs(run);
    assert.is(first.fileVersion, 'brain.Event:2');
    const seen = events.map(({ tag, step, value, wallTime }) => [tag, step, value, wallTime.toFixed(3)]);
    const expected = golden.scalars[run].map(([tag, step, value, wallTime]) => [tag, step, Math.fround(value), wallTime.toFixed(3)]);
    assert.equal(seen.map(String).sort(), expected.map(String).sort());
  }
});

test('the same scalars give the very bytes of Keras\'s files', () => {
  for (const run of runs) {
    for (const { tag, step, value, wallTime, bytes } of theirs(run).slice(1)) {
      assert.equal([...scalarRecord({ tag: tag!, step, value: value!, wallTime })], [...bytes], `${run} ${tag} ${step}`);
    }
  }
});

test('large steps, long tags and numbers that are none survive', () => {
  for (const scalar of [{ step: 2 ** 40 + 3, value: NaN }, { step: 127, value: Infinity }, { step: 128, value: -0.5 }]) {
    const [event] = readEvents(scalarRecord({ ...scalar, tag: 'ü'.repeat(200), wallTime: 1.5 }));
    assert.equal([event.step, event.value, event.tag, event.wallTime], [scalar.step, scalar.value, 'ü'.repeat(200), 1.5]);
  }
});

test('a damaged byte is noticed', () => {
  const bytes = scalarRecord({ tag: 'loss', step: 1, value: 2, wallTime: 3 });
  for (let i = 0; i < bytes.length; i++) {
    const damaged = Uint8Array.from(bytes, (byte, at) => (at === i ? byte ^ 4 : byte));
    assert.throws(() => readEvents(damaged), /checksum/, `byte ${i}`);
  }
  assert.is(readEvents(versionRecord(9))[0].fileVersion, 'brain.Event:2');
  assert.is.not(maskedCrc32c(bytes), crc32c(bytes));
});

test('training writes the tags, steps and values that Keras writes', () => inFolder(async (folder) => {
  await trainWithTensorBoard(folder, 2);
  for (const run of runs) {
    const [file, ...others] = filesIn(join(folder, run));
    assert.is(others.length, 0);
    const [ours, expected] = [readEvents(file).slice(1), theirs(run).slice(1)];
    assert.equal(ours.map(({ tag, step, plugin }) => [tag, step, plugin]), expected.map(({ tag, step, plugin }) => [tag, step, plugin]));
    await expectClose(ours.map(({ value }) => value!), expected.map(({ value }) => value!), { rtol: 1e-5 });
    const times = ours.map(({ wallTime }) => wallTime);
    assert.equal(times, [...times].sort((a, b) => a - b));
    assert.ok(Math.abs(times[0] - Date.now() / 1000) < 60);
  }
}));

test('by default only epochs are written, and batches cost no read', () => inFolder(async (folder) => {
  await trainWithTensorBoard(folder, 'epoch');
  const tags = readEvents(filesIn(join(folder, 'train'))[0]).slice(1).map(({ tag }) => tag);
  assert.equal([...new Set(tags)], ['epoch_loss', 'epoch_mae', 'epoch_learning_rate']);
  assert.is(callbacks.tensorBoard({ logDir: folder }).onTrainBatchEnd, callbacks.Callback.prototype.onTrainBatchEnd);
}));

test('every fit has a file of its own; evaluate is written too; batches are counted on', () => inFolder(async (logDir) => {
  const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const [x, y] = [new HostArray(new Float32Array(8), [4, 2]), new HostArray(new Float32Array(4), [4, 1])];
  const tensorBoard = callbacks.tensorBoard({ logDir, updateFreq: 'batch', writeStepsPerSecond: true });
  const options = { batchSize: 2, verbose: 0, callbacks: [tensorBoard] } as const;
  await model.fit(x, y, options);
  await model.evaluate(x, y, options);
  await model.fit(x, y, { ...options, epochs: 2, initialEpoch: 1 });
  const [first, second] = filesIn(join(logDir, 'train')).map((file) => readEvents(file).slice(1));
  assert.equal(first.map(({ tag, step }) => `${tag} ${step}`), ['batch_loss 1', 'batch_loss 2', 'epoch_loss 0', 'epoch_learning_rate 0', 'epoch_steps_per_second 0']);
  assert.equal(second.map(({ tag, step }) => `${tag} ${step}`), ['batch_loss 3', 'batch_loss 4', 'epoch_loss 1', 'epoch_learning_rate 1', 'epoch_steps_per_second 1']);
  assert.ok(first[4].value! > 0);
  const [evaluated] = filesIn(join(logDir, 'validation')).map((file) => readEvents(file).slice(1));
  assert.equal(evaluated.map(({ tag, step }) => `${tag} ${step}`), ['evaluation_loss_vs_iterations 2']);
}));

test('what is no frequency is refused', () => {
  throws(() => callbacks.tensorBoard({ updateFreq: 0 }), ValueError, 'updateFreq is 0', '"epoch"');
  throws(() => callbacks.tensorBoard({ updateFreq: 1.5 }), ValueError, '1.5');
});

test.run();
