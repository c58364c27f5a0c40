/**
 * A process killed at random moments while ModelCheckpoint writes: the file is always whole, and training resumes to
 * the unbroken run's curve. A few kills by default, 100 with WGRAD_TEST_DEEP.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * Trains on from the checkpoint, if there is one. Says the loss of every epoch before its checkpoint, and when that is
 * written; what goes to a pipe is there even if the process is killed right after.
 */
async function child(path: string): Promise<void> {
  await init();
  const resumed = existsSync(path);
  const model = resumed ? await loadModel(path, { resume: true }) : make();
  const initialEpoch = resumed ? model.optimizer.iterations / (64 / BATCH) : 0;
  const tell = { onEpochEnd: (epoch: number, { loss }: Readonly<Record<string, number>>) => void process.stdout.write(`${epoch} ${loss}\n`) };
  const written = { onEpochEnd: (epoch: number) => void process.stdout.write(`${epoch} written\n`) };
  await model.fit(x, y, { epochs: EPOCHS, initialEpoch, batchSize: BATCH, verbose: 0, callbacks: [tell, callbacks.modelCheckpoint({ filepath: path }), written] });
  await close();
}

/** Lines of a child: [epoch, its loss, or `null` where its checkpoint is written]. */
function linesOf(output: string): [number, number | null][] {
  return output.split('\n').slice(0, -1).map((line) => line.split(' ')).map(([epoch, what]) => [Number(epoch), what === 'written' ? null : Number(what)]);
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
    let backup: Uint8Array | null = null;
    let [inside, besides, renewed, resumed, last] = [0, 0, 0, 0, 0];
    // How long a checkpoint takes, as seen last; the next kill falls somewhere within.
    let span = 20;
    // Chance may put the first few into the first checkpoint, with nothing to resume from.
    while (inside < KILLS || resumed === 0) {
      assert.ok(besides + inside <= 4 * KILLS + 40, `${besides} of ${besides + inside} kills missed the checkpoints, ${resumed} runs resumed`);
      const after = Math.floor(Math.random() * 4);
      const delay = Math.random();
      let begun: number | null = null;
      let sent = false;
      const { signal, output } = await runChild(import.meta.url, [path], (text, send) => {
        const lines = linesOf(text);
        const written = lines.at(-1)?.[1] === null;
        if (written && begun !== null && !sent) span = performance.now() - begun;
        begun = written ? null : (begun ?? performance.now());
        if (written || sent || lines.filter(([, loss]) => loss !== null).length <= after) return;
        sent = true;
        setTimeout(() => send('SIGKILL'), delay * span);
      });
      const lines = linesOf(output);
      const told = lines.filter(([, loss]) => loss !== null);
      for (const [epoch, loss] of told) assert.is(loss, curve[epoch], `epoch ${epoch} after ${inside} kills`);
      assert.is(told[0]?.[0], last, 'the run goes on where the checkpoint was');
      resumed += last > 0 ? 1 : 0;
      const [epoch, loss] = lines.at(-1)!;
      const within = signal === 'SIGKILL' && loss !== null;
      if (within) inside++;
      else besides++;
      // The old file or the new one; and the first has no old one.
      assert.ok(existsSync(path) || (within && epoch === 0), `the file is lost after epoch ${epoch}`);
      if (!existsSync(path)) continue;
      const { optimizer } = await loadModel(path);
      const saved = optimizer.iterations / (64 / BATCH);
      if (within) assert.ok(saved === epoch || saved === epoch + 1, `${saved} epochs are saved, killed in the checkpoint of ${epoch + 1}`);
      else assert.is(saved, epoch + 1);
      if (within && saved === epoch + 1) renewed++;
      last = saved;
      backup = readFileSync(path);
      if (saved < EPOCHS) continue;
      // The run is over: another one.
      rmSync(path);
      last = 0;
    }
    const partial = readdirSync(folder).filter((name) => name.endsWith('.partial')).length;
    console.log(`${inside} kills during a checkpoint (${renewed} left the new file), ${besides} beside one; ${partial} files begun and left; ${resumed} runs resumed`);
    assert.ok(backup && resumed > 0);
    writeFileSync(path, backup);
    const { status, output } = await runChild(import.meta.url, [path]);
    assert.is(status, 0);
    for (const [epoch, loss] of linesOf(output)) if (loss !== null) assert.is(loss, curve[epoch]);
    assert.is((await loadModel(path)).optimizer.iterations, EPOCHS * (64 / BATCH));
  });

  test.run();
}
