/** The synthetic sets: the same bytes everywhere, the shapes of the real ones, neither trivial nor noise. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostArray } from '../../engine/tensor/host-array';
import { fashionMnist, mnist } from '../../nn/datasets';
import { drawDigit } from '../../nn/datasets/synthetic/digits';
import { drawGarment } from '../../nn/datasets/synthetic/garments';
import { generateImages } from '../../nn/datasets/synthetic/images';
import { Random } from '../../nn/datasets/synthetic/random';
import { sha256 } from '../support/datasets';

const sets = [
  { name: 'digits', load: mnist.loadData, draw: drawDigit, seed: 28, sha256: 'ba56c774f952723ba4d1dbf47134b8435dd29263194fd088221ea22894f99b71' },
  { name: 'garments', load: fashionMnist.loadData, draw: drawGarment, seed: 82, sha256: '5abf8ffb27fdc26f2cdcfb4af9dc8766ab413a0819240b878bdb93014ec81443' },
];

for (const set of sets) {
  test(`${set.name}: shapes, kinds and balance`, async () => {
    const { train, test: held, kind, source } = await set.load({ data: 'synthetic' });
    assert.equal([kind, source], ['synthetic', 'generated (SYNTHETIC)']);
    assert.equal([train[0].shape, train[1].shape, held[0].shape, held[1].shape], [[60000, 28, 28], [60000], [10000, 28, 28], [10000]]);
    assert.ok([...train, ...held].every(({ dtype }) => dtype === 'u8'));
    assert.equal(classCounts(train[1]), new Array(10).fill(6000));
    assert.equal(classCounts(held[1]), new Array(10).fill(1000));
    assert.not.equal(train[1].slice(0, 10000).toArray(), held[1].toArray(), 'train and test differ');
  });

  test(`${set.name}: the same bytes on every machine`, () => {
    const [x, y] = generateImages(set.draw, set.seed, 1000);
    assert.is(sha256(Buffer.concat([x.data as Uint8Array, y.data as Uint8Array])), set.sha256);
  });

  test(`${set.name}: class means tell the classes apart, but far from perfectly`, () => {
    const accuracy = nearestMean(generateImages(set.draw, 1, 4000), generateImages(set.draw, 2, 1000));
    assert.ok(accuracy > 0.4 && accuracy < 0.85, `accuracy ${accuracy}`);
  });

  test(`${set.name}: every image shows something and no two are alike`, () => {
    const [x] = generateImages(set.draw, 3, 1000);
    const seen = new Set<string>();
    for (let i = 0; i < x.length; i++) {
      const pixels = x.slice(i, i + 1).data;
      assert.ok(pixels.filter((value) => value > 40).length >= 15, `image ${i} is nearly empty`);
      seen.add(pixels.join());
    }
    assert.is(seen.size, 1000);
  });
}

test('the generator is uniform and its streams differ', () => {
  const random = new Random(7);
  const counts = new Array(8).fill(0);
  for (let i = 0; i < 80_000; i++) counts[random.below(8)]++;
  // Six standard deviations of a binomial count.
  const bound = 6 * Math.sqrt(80_000 * (1 / 8) * (7 / 8));
  assert.ok(counts.every((count) => Math.abs(count - 10_000) < bound), counts.join());
  assert.is(new Set(Array.from({ length: 10_000 }, (_, stream) => new Random(7, stream).bits())).size, 10_000);
});

function classCounts(labels: HostArray): number[] {
  const counts = new Array(10).fill(0);
  for (const label of labels.data) counts[label]++;
  return counts;
}

/** Test accuracy of taking the class with the nearest mean image, a linear classifier. */
function nearestMean([x, y]: [HostArray, HostArray], [xTest, yTest]: [HostArray, HostArray]): number {
  const counts = classCounts(y);
  const means = counts.map(() => new Float64Array(784));
  for (let i = 0; i < x.size; i++) {
    const label = y.data[Math.floor(i / 784)];
    means[label][i % 784] += x.data[i] / counts[label];
  }
  let right = 0;
  for (let i = 0; i < xTest.length; i++) {
    const image = xTest.slice(i, i + 1).data;
    const distances = means.map((mean) => mean.reduce((sum, value, at) => sum + (value - image[at]) ** 2, 0));
    if (distances.indexOf(Math.min(...distances)) === yTest.data[i]) right++;
  }
  return right / xTest.length;
}

test.run();
