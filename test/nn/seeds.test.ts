/** The same seed gives the same bits: within a process and in another one. Initial weights, order of samples, dropout, training. */
import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, init } from '../../engine/gpu/gpu';
import { setSeed } from '../../engine/random';
import { HostArray } from '../../engine/tensor/host-array';
import * as layers from '../../nn/layers';
import { sequential } from '../../nn/models/sequential';
import { childArguments, runChild } from '../support/child';

const x = new HostArray(Uint8Array.from({ length: 70 * 30 }, (_, i) => (i * 37) % 256), [70, 5, 6]);
const y = new HostArray(Uint8Array.from({ length: 70 }, (_, i) => (i * 7) % 4), [70]);

/** A hash of the weights and the history after a training that draws random numbers in every place. */
async function trained(seed: number, options: { shuffle?: boolean; rate?: number } = {}): Promise<string> {
  const { shuffle = true, rate = 0.3 } = options;
  setSeed(seed);
  const model = sequential([
    layers.flatten({ inputShape: [5, 6] }),
    layers.dense({ units: 40, activation: 'relu' }),
    layers.dropout({ rate }),
    layers.dense({ units: 4, activation: 'softmax', kernelInitializer: 'he_normal' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(x, y, { epochs: 3, batchSize: 16, shuffle, validationSplit: 0.2, verbose: 0 });
  const hash = createHash('sha256').update(JSON.stringify(history));
  for (const { data } of await model.getWeights()) hash.update(data);
  return hash.digest('hex');
}

const child = childArguments();
if (child) {
  process.stdout.write(await trained(Number(child[0])));
  await close();
} else {
  const test = suite('seeds');
  test.before(async () => void (await init()));
  test.after(close);

  test('the same seed twice, another seed once', async () => {
    const first = await trained(5);
    await trained(11);
    assert.is(await trained(5), first);
    assert.is.not(await trained(6), first);
  });

  test('dropout and the order of samples are drawn from the seed, and matter', async () => {
    const all = await trained(5);
    assert.is.not(await trained(5, { shuffle: false }), all);
    assert.is.not(await trained(5, { rate: 0 }), all);
  });

  test('another process gives the same bits', async () => {
    const { status, output } = await runChild(import.meta.url, ['5']);
    assert.is(status, 0);
    assert.is(output, await trained(5));
  });

  test.run();
}
