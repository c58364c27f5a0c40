/** Data in arrays: every sample once per epoch, labels and weights beside their samples, Keras's split. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RandomGenerator } from '../../engine/random';
import { HostArray } from '../../engine/tensor/host-array';
import { ArrayData } from '../../nn/training/arrays';
import { sampleWeights } from '../../nn/training/weights';

const test = suite('arrays');

/** Sample i holds [i, i], its label is 10·i, its weight 100·i. */
function numbered(n: number): ArrayData {
  const of = (factor: number, width: number): Float32Array => Float32Array.from({ length: n * width }, (_, i) => factor * Math.floor(i / width));
  return new ArrayData(new HostArray(of(1, 2), [n, 2]), new HostArray(of(10, 1), [n]), 'fit', new HostArray(of(100, 1), [n]));
}

/** The samples of an epoch in order, after a check that labels and weights went with them. */
function epoch(data: ArrayData, batchSize: number, generator?: RandomGenerator): number[][] {
  return Array.from(data.batches(batchSize, generator), ({ x, y, weights }) => {
    const samples = [...x.data].filter((_, i) => i % 2 === 0);
    assert.equal([...x.data], samples.flatMap((i) => [i, i]));
    assert.equal([...y!.data], samples.map((i) => 10 * i));
    assert.equal([...weights!.data], samples.map((i) => 100 * i));
    return samples;
  });
}

const size = fc.integer({ min: 1, max: 50 });

test('in order: full batches and a ragged last one', () => {
  fc.assert(
    fc.property(size, size, (n, batchSize) => {
      const batches = epoch(numbered(n), batchSize);
      assert.equal(batches.flat(), Array.from({ length: n }, (_, i) => i));
      assert.is(batches.length, numbered(n).steps(batchSize));
      for (const batch of batches.slice(0, -1)) assert.is(batch.length, batchSize);
    }),
  );
});

test('shuffled: every sample once, another order each epoch, the same from the same seed', () => {
  fc.assert(
    fc.property(size, size, fc.nat(), (n, batchSize, seed) => {
      const generator = new RandomGenerator(seed);
      const first = epoch(numbered(n), batchSize, generator).flat();
      assert.equal([...first].sort((a, b) => a - b), Array.from({ length: n }, (_, i) => i));
      assert.equal(epoch(numbered(n), batchSize, new RandomGenerator(seed)).flat(), first);
      // Twenty samples come in the same order twice once in 20! times.
      if (n >= 20) assert.not.equal(epoch(numbered(n), batchSize, generator).flat(), first);
    }),
  );
});

test('the split takes the last share of the samples, as Keras rounds it', () => {
  const parts = (n: number, share: number): number[][] => numbered(n).split(share).map((part) => epoch(part, 1000).flat());
  assert.equal(parts(5, 0.4), [[0, 1, 2], [3, 4]]);
  assert.equal(parts(10, 0.25), [[0, 1, 2, 3, 4, 5, 6], [7, 8, 9]]);
  assert.equal(parts(3, 0.1), [[0, 1], [2]]);
});

test('weights of classes: by label, by one-hot label, 1 where none is given', () => {
  const x = new HostArray(new Float32Array(4), [4]);
  const weightsOf = (y: HostArray): number[] => [...sampleWeights(new ArrayData(x, y, 'fit'), { classWeight: { 0: 0.5, 2: 3 } })!.data];
  assert.equal(weightsOf(new HostArray(Uint8Array.of(2, 1, 0, 2), [4])), [3, 1, 0.5, 3]);
  assert.equal(weightsOf(new HostArray(Uint8Array.of(2, 1, 0, 2), [4, 1])), [3, 1, 0.5, 3]);
  assert.equal(weightsOf(HostArray.from([[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]])), [3, 1, 0.5, 3]);
  assert.is(sampleWeights(new ArrayData(x, x, 'fit'), {}), null);
});

test.run();
