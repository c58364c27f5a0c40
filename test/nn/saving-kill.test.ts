/**
 * A process killed at random moments while ModelCheckpoint writes: the file is always whole, and training resumes to
 * the unbroken run's curve. A few kills by default, 100 with WGRAD_TEST_DEEP.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { close, init } from '../../engine/gpu/gpu';
import { setSeed } from '../../engine/random';
import { HostArray } from '../../engine/tensor/host-array';
import { callbacks, layers, loadModel, type Model, sequential } from '../../nn';
import { childArguments, runChild } from '../support/child';

const KILLS = process.env.WGRAD_TEST_DEEP ? 100 : 3;
const EPOCHS = 40;
const BATCH = 16;
const x = new HostArray(Float32Array.from({ length: 64 * 6 }, (_, i) => Math.sin(1.7 * i)), [64, 6]);
const y = new HostArray(Uint8Array.from({ length: 64 }, (_, i) => (i * i) % 3), [64]);

/** Some hundred kilobytes, so that writing takes a while. */
function make(): Model {
  setSeed(11);
  const model = sequential([
    layers.dense({ units: 256, activation: 'relu', inputShape: [6] }), layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 128, activation: 'relu' }), layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
  return model;
}

/** Trains on from the checkpoint, if there is one, and says the loss of every epoch before its checkpoint. */
async function child(path: string): Promise<void> {
  await init();
  const resumed = existsSync(path);
  const model = resumed ? await loadModel(path, { resume: true }) : make();
  const initialEpoch = resumed ? model.optimizer.iterations / (64 / BATCH) : 0;
  const tell = { onEpochEnd: (epoch: number, { loss }: Readonly<Record<string, number>>) => void process.stdout.write(`${epoch} ${loss}\n`) };
  await model.fit(x, y, { epochs: EPOCHS, initialEpoch, batchSize: BATCH, verbose: 0, callbacks: [tell, callbacks.modelCheckpoint({ filepath: path })] });
  await close();
}

const given = childArguments();
if (given) await child(given[0]);
else {
  const test = suite('saving-kill');
  const folder = mkdtempSync(join(tmpdir(), 'wgrad-kill-'));
  test.before(async () => void (await init()));
  test.after(async () => {
    rmSync(folder, { recursive: true });
    await close();
  });

  test(`${KILLS} kills during checkpoints`, async () => {
    const { loss: curve } = (await make().fit(x, y, { epochs: EPOCHS, batchSize: BATCH, verbose: 0 })).history;
    const path = join(folder, 'run.keras');
    const backup: Uint8Array[] = [];
    let told = 0;
    let last = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      // After some epochs, at any moment of the checkpoint that follows.
      const [after, delay] = [1 + Math.floor(Math.random() * 3), Math.random() * 25];
      const { signal, output } = await runChild(import.meta.url, [path], (text, send) => {
        if (text.split('\n').length === after + 1) setTimeout(() => send('SIGKILL'), delay);
      });
      const lines = output.trim().split('\n').map((line) => line.split(' ').map(Number));
      for (const [epoch, loss] of lines) assert.is(loss, curve[epoch], `epoch ${epoch} after ${kill} kills`);
      told += lines.length;
      if (signal !== 'SIGKILL' || lines.at(-1)![0] === EPOCHS - 1) {
        // The run is over: another one.
        rmSync(path, { force: true });
        last = 0;
        continue;
      }
      if (!existsSync(path)) continue;
      const { optimizer } = await loadModel(path);
      const saved = optimizer.iterations / (64 / BATCH);
      // The checkpoint of the epoch last told of, or the one before.
      assert.ok(saved >= Math.max(last, lines.at(-1)![0]) && saved <= lines.at(-1)![0] + 2, `${saved} epochs are saved, ${lines.at(-1)![0] + 1} were told`);
      last = saved;
      backup.push(readFileSync(path));
    }
    assert.ok(told >= KILLS && backup.length > 0);
    writeFileSync(path, backup.at(-1)!);
    const { status } = await runChild(import.meta.url, [path], (text) => {
      const lines = text.trim().split('\n').slice(0, -1);
      for (const line of lines) assert.is(Number(line.split(' ')[1]), curve[Number(line.split(' ')[0])]);
    });
    assert.is(status, 0);
    assert.is((await loadModel(path)).optimizer.iterations, EPOCHS * (64 / BATCH));
  });

  test.run();
}
