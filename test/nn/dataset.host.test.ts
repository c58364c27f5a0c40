/** Pipelines against the same steps on plain lists, and what lists do not have: order, passes, work ahead. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { defaultGenerator, setSeed } from '../../engine/random';
import { HostArray } from '../../engine/tensor/host-array';
import { StringArray } from '../../nn/core/string-array';
import { Dataset } from '../../nn/data/dataset';
import { padSequences } from '../../nn/text/pad-sequences';
import { rejects, throws } from '../support/datasets';

const numbers = (n: number): Dataset<HostArray> => Dataset.fromTensorSlices(HostArray.from(Array.from({ length: n }, (_, i) => i), 'i32'));

async function collect<T>(dataset: AsyncIterable<T>): Promise<T[]> {
  const elements: T[] = [];
  for await (const element of dataset) elements.push(element);
  return elements;
}
const values = async (dataset: Dataset<HostArray>) => (await collect(dataset)).map((array) => array.toArray());

// ---- as lists

const steps = fc.array(
  fc.oneof(
    fc.record({ step: fc.constantFrom('take' as const, 'skip' as const), n: fc.nat(12) }),
    fc.record({ step: fc.constant('repeat' as const), n: fc.nat(3) }),
    fc.record({ step: fc.constant('prefetch' as const), n: fc.nat(3) }),
    fc.record({ step: fc.constantFrom('map' as const, 'cache' as const, 'concatenate' as const), n: fc.nat(5) }),
  ),
  { maxLength: 5 },
);

test('any chain of stages gives what lists give, in every pass, and length says how many', () =>
  fc.assert(
    fc.asyncProperty(fc.nat(15), steps, async (size, chain) => {
      let list = Array.from({ length: size }, (_, i) => i);
      let dataset = numbers(size);
      for (const { step, n } of chain) {
        if (step === 'take') [list, dataset] = [list.slice(0, n), dataset.take(n)];
        else if (step === 'skip') [list, dataset] = [list.slice(n), dataset.skip(n)];
        else if (step === 'repeat') [list, dataset] = [Array.from({ length: n }, () => list).flat(), dataset.repeat(n)];
        else if (step === 'prefetch') dataset = dataset.prefetch(n);
        else if (step === 'cache') dataset = dataset.cache();
        else if (step === 'concatenate') [list, dataset] = [[...list, ...list.slice(0, n)], dataset.concatenate(dataset.take(n))];
        else [list, dataset] = [list.map((v) => v * 2 + n), dataset.map((v) => v.map((x) => x * 2 + n, 'i32'))];
      }
      assert.equal(await values(dataset), list);
      assert.equal(await values(dataset), list, 'the second pass');
      assert.is(dataset.length, list.length);
    }),
    { numRuns: 150 },
  ));

test('batches', () =>
  fc.assert(
    fc.asyncProperty(fc.nat(20), fc.integer({ min: 1, max: 7 }), fc.boolean(), async (n, size, dropRemainder) => {
      const dataset = numbers(n).batch(size, { dropRemainder });
      const list = Array.from({ length: n }, (_, i) => i);
      const batches = Array.from({ length: Math.ceil(n / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
      const expected = batches.filter((batch) => !dropRemainder || batch.length === size);
      assert.equal(await values(dataset), expected);
      assert.is(dataset.length, expected.length);
      assert.equal(dataset.elementSpec, { shape: [dropRemainder ? size : null], dtype: 'i32' });
    }),
    { numRuns: 50 },
  ));

test('tuples, objects, strings and images keep their structure', async () => {
  const images = new HostArray(Uint8Array.from({ length: 24 }, (_, i) => i), [4, 2, 3]);
  const dataset = Dataset.fromTensorSlices([images, { text: ['a', 'b', 'c', 'd'], label: [0, 1, 0, 1] }]);
  assert.equal(dataset.elementSpec, [{ shape: [2, 3], dtype: 'u8' }, { text: { shape: [], dtype: 'string' }, label: { shape: [], dtype: 'f32' } }]);
  const [[image, { text, label }]] = await collect(dataset.skip(2));
  assert.equal([image.toArray(), text.at(), label.at()], [[[12, 13, 14], [15, 16, 17]], 'c', 0]);
  const [, [x, y]] = await collect(dataset.batch(3));
  assert.equal([x.shape, x.dtype, x.toArray(), y.text.toArray(), y.label.toArray()], [[1, 2, 3], 'u8', [[[18, 19, 20], [21, 22, 23]]], ['d'], [1]]);
  const [twice] = await collect(dataset.batch(2).batch(2));
  assert.equal([twice[0].shape, twice[1].text.toArray()], [[2, 2, 2, 3], [['a', 'b'], ['c', 'd']]]);
});

test('paddedBatch fills up behind, as padSequences does', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.integer(), { maxLength: 6 }), { minLength: 1, maxLength: 6 }), fc.integer(), async (rows, fill) => {
      const sequences = rows.map((row) => Int32Array.from(row));
      const dataset = Dataset.fromTensorSlices([sequences, sequences.map(({ length }) => length)]).paddedBatch(10, { paddingValue: fill });
      assert.equal(dataset.elementSpec, [{ shape: [null, null], dtype: 'i32' }, { shape: [null], dtype: 'f32' }]);
      const [[x, lengths]] = await collect(dataset);
      assert.equal(x.toArray(), padSequences(rows, { padding: 'post', value: fill }).toArray());
      assert.equal(lengths.toArray(), rows.map(({ length }) => length));
    }),
    { numRuns: 50 },
  ));

test('paddedBatch fills up every axis', async () => {
  const arrays = [HostArray.from([[1, 2, 3]]), HostArray.from([[4], [5]])];
  const [batch] = await collect(Dataset.fromGenerator(() => arrays).paddedBatch(2));
  assert.equal(batch.toArray(), [[[1, 2, 3], [0, 0, 0]], [[4, 0, 0], [5, 0, 0]]]);
});

// ---- order

test('shuffle is a permutation, and no element overtakes its buffer', () =>
  fc.assert(
    fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 50 }), fc.nat(), async (n, buffer, seed) => {
      const order = (await values(numbers(n).shuffle(buffer, seed))) as number[];
      assert.equal([...order].sort((a, b) => a - b), Array.from({ length: n }, (_, i) => i));
      order.forEach((value, place) => assert.ok(value < place + buffer, `${value} at ${place}`));
    }),
    { numRuns: 60 },
  ));

test('seeds and passes', async () => {
  const seeded = () => numbers(50).shuffle(50, 7);
  const [first, second] = [await values(seeded()), await values(seeded())];
  assert.equal(first, second, 'the same program, the same order');
  const dataset = seeded();
  assert.equal(await values(dataset), first);
  assert.not.equal(await values(dataset), first, 'another order in the next pass');
  assert.not.equal(await values(numbers(50).shuffle(50, 8)), first);

  const fixed = numbers(50).shuffle(50, 7, { reshuffleEachIteration: false });
  assert.equal(await values(fixed), await values(fixed));
  const unseeded = numbers(50).shuffle(50, undefined, { reshuffleEachIteration: false });
  assert.equal(await values(unseeded), await values(unseeded));

  setSeed(3);
  const global = await values(numbers(50).shuffle(50));
  assert.not.equal(await values(numbers(50).shuffle(50)), global);
  setSeed(3);
  assert.equal(await values(numbers(50).shuffle(50)), global, 'setSeed decides where no seed is given');

  const ahead = numbers(50).shuffle(50).repeat(3).prefetch(2);
  const orders = [];
  for (const others of [0, 1]) {
    setSeed(3);
    const order: number[] = [];
    for await (const value of ahead) {
      order.push(value.at());
      if (others) defaultGenerator().nextKey();
    }
    orders.push(order);
  }
  assert.equal(orders[0], orders[1], 'whatever else draws in between');
  assert.not.equal(orders[0].slice(0, 50), orders[0].slice(50, 100));
});

test('with a buffer for all, every place is equally likely', async () => {
  const counts = new Array(25).fill(0);
  const dataset = numbers(5).shuffle(5, 1).repeat(2000);
  (await values(dataset)).forEach((value, i) => counts[(i % 5) * 5 + (value as number)]++);
  // Six standard deviations of a binomial count with mean 400.
  assert.ok(counts.every((count) => Math.abs(count - 400) < 6 * Math.sqrt(2000 * 0.2 * 0.8)), counts.join());
});

// ---- passes

test('a cached pass is read once, and only whole passes count', async () => {
  let passes = 0;
  const dataset = Dataset.fromGenerator(function* () {
    passes++;
    for (let i = 0; i < 3; i++) yield HostArray.from(i);
  }).cache();
  assert.equal(await values(dataset.take(2)), [0, 1]);
  assert.equal(await values(dataset), [0, 1, 2]);
  assert.equal(await values(dataset.repeat(2)), [0, 1, 2, 0, 1, 2]);
  assert.is(passes, 2);
});

test('endless repetition is only made as far as it is asked for; repeating nothing ends', async () => {
  let made = 0;
  const endless = numbers(3).map((v) => (made++, v)).repeat();
  assert.is(endless.length, Infinity);
  assert.is(endless.batch(2).length, Infinity);
  assert.equal(await values(endless.take(5)), [0, 1, 2, 0, 1]);
  assert.is(made, 5);
  assert.equal(await values(numbers(3).take(0).repeat()), []);
  const unknown = Dataset.fromGenerator(function* (): Generator<HostArray> {}).repeat();
  assert.is(unknown.length, undefined);
  assert.equal(await values(unknown), []);
});

test('leaving a loop early closes the source', async () => {
  let closed = false;
  const source = Dataset.fromGenerator(function* () {
    try {
      for (let i = 0; ; i++) yield HostArray.from(i);
    } finally {
      closed = true;
    }
  });
  for await (const value of source.map((v) => v).prefetch(2).batch(2)) if (value.length === 2) break;
  assert.ok(closed);
});

// ---- work ahead

const turn = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

test('prefetch works ahead while the loop waits, so far and no further', async () => {
  let made = 0;
  const dataset = numbers(10).map((v) => (made++, v)).prefetch(3);
  const seen: number[] = [];
  for await (const value of dataset) {
    const before = made;
    await turn();
    await turn();
    seen.push(made - (value.at() + 1));
    assert.ok(made >= before);
  }
  assert.equal(seen, [3, 3, 3, 3, 3, 3, 3, 2, 1, 0]);
  made = 0;
  for await (const _ of numbers(10).map((v) => (made++, v)).prefetch(3)) {
    await turn();
    break;
  }
  const left = made;
  await turn();
  assert.is(made, left, 'nothing is made after the loop');
});

test('errors arrive where the element would have', async () => {
  const failing = () => numbers(5).map((v) => {
    if (v.at() === 2) throw new ValueError('no third');
    return v;
  });
  for (const dataset of [failing(), failing().prefetch(4), failing().shuffle(1, 0).prefetch('auto')]) {
    const seen: number[] = [];
    await rejects((async () => {
      for await (const value of dataset) {
        seen.push(value.at());
        await turn();
      }
    })(), ValueError, 'no third');
    assert.equal(seen, [0, 1]);
  }
});

// ---- bad input

test('bad input is named', async () => {
  const three = HostArray.from([1, 2, 3]);
  throws(() => Dataset.fromTensorSlices([three, three.slice(1)]), ShapeError, '"0" has 3', '"1" has 2');
  throws(() => Dataset.fromTensorSlices(HostArray.from(1)), ShapeError, 'scalar');
  throws(() => Dataset.fromTensorSlices(5 as never), DtypeError, '5');
  throws(() => Dataset.fromTensorSlices([] as never), ValueError, 'no arrays');
  throws(() => numbers(3).batch(0), ValueError, 'batch', 'size', '0');
  throws(() => numbers(3).shuffle(1.5), ValueError, 'shuffle', '1.5');
  throws(() => numbers(3).take(-1), ValueError, 'take', '-1');
  throws(() => numbers(3).shuffle(3, -1), ValueError, 'Seed -1');
  await rejects(collect(Dataset.fromTensorSlices([Int32Array.of(1), Int32Array.of(1, 2)]).batch(2)), ShapeError, '[1]', '[2]', 'paddedBatch');
  const mixed: (HostArray | StringArray)[] = [HostArray.from(1), StringArray.from('a')];
  await rejects(collect(Dataset.fromGenerator(() => mixed).batch(2)), DtypeError, 'strings');
  const dtypes = [HostArray.from(1), HostArray.from(1, 'i32')];
  await rejects(collect(Dataset.fromGenerator(() => dtypes).batch(2)), DtypeError, 'f32', 'i32');
  const structures: unknown[] = [[three, three], [three]];
  await rejects(collect(Dataset.fromGenerator(() => structures).batch(2)), ShapeError, 'tuple of 2', 'tuple of 1');
  await rejects(collect(Dataset.fromGenerator(() => [1, 2]).batch(2)), DtypeError, '1 is no array');
});

test.run();
