/** Batches of varying length: few captures, and padding that changes no bit. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cast } from '../../engine/ops';
import { close, init } from '../../engine/gpu/gpu';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { setSeed } from '../../engine/random';
import { maskOf, paddingOf } from '../../nn/core/mask';
import { Dataset } from '../../nn/data/dataset';
import * as layers from '../../nn/layers';
import type { Layer } from '../../nn/core/layer';
import { type Sequential, sequential } from '../../nn/models/sequential';
import { bucketOf, compilePadded, lengthMask } from '../../nn/training/buckets';
import { Trainer } from '../../nn/training/trainer';

const test = suite('buckets');
test.before(async () => void (await init()));
test.after(close);

const ids = (batch: number, time: number, seed = 0): HostArray =>
  new HostArray(Int32Array.from({ length: batch * time }, (_, i) => 1 + ((i * 7 + seed) % 19)), [batch, time]);
const labels = (batch: number): HostArray => new HostArray(Int32Array.from({ length: batch }, (_, i) => i % 2), [batch]);

const models: Record<string, (maskZero: boolean) => Layer[]> = {
  'last axis at every step': () => [],
  'averaged over time': () => [layers.globalAveragePooling1D()],
  'last state of an LSTM': () => [layers.lstm({ units: 4 })],
  'every state of a GRU from the end': () => [layers.gru({ units: 4, goBackwards: true, returnSequences: true })],
  'SimpleRNN in both directions': () => [layers.bidirectional({ layer: layers.simpleRNN({ units: 3 }) })],
};

function build(name: string, maskZero: boolean): Sequential {
  setSeed(3);
  return sequential([
    layers.embedding({ inputDim: 20, outputDim: 5, maskZero, inputShape: [null] }),
    layers.dense({ units: 4, activation: 'tanh' }),
    ...models[name](maskZero),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
}

test('buckets hold what they must, in few sizes', () => {
  const sizes = new Set<number>();
  for (let length = 0; length <= 2494; length++) {
    const bucket = bucketOf(length);
    assert.ok(bucket >= length && bucket % 8 === 0);
    if (length > 32) assert.ok(bucket < 1.6 * length, `${length} → ${bucket}`);
    sizes.add(bucket);
  }
  assert.ok(sizes.size <= 12);
});

test('a padded step gets zeros and a mask from the true length on', async () => {
  const step = compilePadded((x) => [x, cast(maskOf(x)!, 'i32')]);
  for (const time of [41, 33, 48]) {
    const [x, mask] = await Promise.all(step(ids(2, time)).map((t) => t.array()));
    assert.equal([x.shape, mask.shape], [[2, 48], [2, 48]]);
    assert.equal([...x.slice(1, 2).data], [...ids(2, time).slice(1, 2).data, ...new Array(48 - time).fill(0)]);
    for (const row of [0, 1]) assert.equal([...mask.slice(row, row + 1).data], Array.from({ length: 48 }, (_, t) => (t < time ? 1 : 0)));
  }
  assert.is(step.dispatches.length, 1);
  step.dispose();
});

test('what is known of a mask goes along where another one joins it', async () => {
  const length = { dtype: 'u32', next: () => 3 } as const;
  const embedding = layers.embedding({ inputDim: 20, outputDim: 2, maskZero: true });
  const x = tensor(new HostArray(Int32Array.of(1, 0, 2, 3, 4), [1, 5]));
  const alone = lengthMask([1, 5], length);
  assert.equal(paddingOf(alone), { length, only: true });
  const joined = maskOf(embedding.apply(x, { mask: alone }) as Tensor);
  assert.equal([...(await joined!.data())].map(Number), [1, 0, 1, 0, 0]);
  assert.equal(paddingOf(joined), { length, only: false });
  assert.is(paddingOf(maskOf(embedding.apply(x) as Tensor)), null);
});

for (const name of Object.keys(models)) {
  for (const maskZero of [false, true]) {
    test(`${name}${maskZero ? ', masked' : ''}: more padding changes no bit of the loss`, async () => {
      const results = [];
      for (const room of [48, 72, 168]) {
        const model = build(name, maskZero);
        const trainer = new Trainer(model, { optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
        const losses = [];
        // What the trainer does, with a bucket of our choosing.
        const { train } = trainer as unknown as { train(x: Tensor, y: Tensor): void };
        const trainOn = compilePadded((x, y) => train.call(trainer, x, y), { dtypes: ['i32', 'f32'] }, () => room);
        for (let step = 0; step < 4; step++) {
          const [x, y] = [ids(3, 40 + step, step), labels(3)];
          if (step === 0) await trainer.prepare({ x, y });
          trainOn(x, y);
          losses.push(await trainer.logs());
        }
        results.push(losses);
        trainOn.dispose();
      }
      const [first, ...others] = results;
      for (const losses of others) {
        assert.equal(losses[0], first[0]);
        // Weight gradients add the same rows, with zeros between them, in other groups: rounding may differ from there on.
        losses.forEach(({ loss }, i) => assert.ok(Math.abs(loss - first[i].loss) < 1e-6 * first[i].loss, `${loss}, expected ${first[i].loss}`));
      }
    });

    test(`${name}${maskZero ? ', masked' : ''}: equals batches of their own length`, async () => {
      const model = build(name, maskZero);
      const exact = build(name, maskZero);
      for (const m of [model, exact]) m.compile({ optimizer: 'sgd', loss: 'binary_crossentropy', metrics: ['accuracy'] });
      for (const time of [33, 40, 47]) {
        const [x, y] = [ids(4, time, time), labels(4)];
        const { history } = await model.fit(Dataset.fromTensorSlices([x, y]).batch(4), { verbose: 0 });
        const expected = await exact.fit(x, y, { batchSize: 4, shuffle: false, verbose: 0 });
        assert.ok(Math.abs(history.loss[0] - expected.history.loss[0]) < 1e-6, `loss ${history.loss[0]}, expected ${expected.history.loss[0]}`);
        assert.is(history.accuracy[0], expected.history.accuracy[0]);
        const [p, q] = [await model.predict(Dataset.fromTensorSlices([x, y]).batch(4)), await exact.predict(x)];
        assert.equal(p.shape, q.shape);
        p.data.forEach((v, i) => assert.ok(Math.abs(v - q.data[i]) < 1e-6));
      }
    });
  }
}

test('an epoch of many lengths makes few captures', async () => {
  const model = build('averaged over time', false);
  const trainer = new Trainer(model, { optimizer: 'adam', loss: 'binary_crossentropy' });
  await trainer.prepare({ x: ids(3, 10), y: labels(3) });
  for (let time = 10; time < 400; time += 13) {
    trainer.trainOn({ x: ids(3, time), y: labels(3), weights: null, varies: true });
  }
  assert.ok(trainer.dispatches.length <= 8, `${trainer.dispatches.length} captures`);
  assert.ok(Number.isFinite((await trainer.logs()).loss));
  trainer.dispose();
});

test.run();
