/** The published files, where WGRAD_DATA holds them: their published shapes, first labels, means and deviations. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostArray } from '../../engine/tensor/host-array';
import { fashionMnist, mnist } from '../../nn/datasets';

const published = [
  {
    name: 'mnist',
    load: mnist.loadData,
    firstLabels: [[5, 0, 4, 1, 9, 2, 1, 3, 1, 4], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]],
    moments: [[33.3184, 78.5675], [33.7912, 79.1725]],
    classCounts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
  },
  {
    name: 'fashion-mnist',
    load: fashionMnist.loadData,
    firstLabels: [[9, 0, 0, 3, 0, 2, 7, 2, 5, 5], [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]],
    moments: [[72.9404, 90.0212], [73.1466, 89.8733]],
    classCounts: new Array(10).fill(6000),
  },
];

for (const set of published) {
  const folder = join(process.env.WGRAD_DATA || '', set.name);
  const there = Boolean(process.env.WGRAD_DATA) && existsSync(folder);
  if (!there) console.log(`skipped: ${set.name} needs the published files in $WGRAD_DATA/${set.name}`);

  (there ? test : test.skip)(`${set.name} as published`, async () => {
    const { train, test: held, kind, source } = await set.load({ data: 'real' });
    assert.equal([kind, source], ['real', folder]);
    for (const [i, [x, y], n] of [[0, train, 60000], [1, held, 10000]] as const) {
      assert.equal([x.shape, y.shape, x.dtype, y.dtype], [[n, 28, 28], [n], 'u8', 'u8']);
      assert.equal(y.slice(0, 10).toArray(), set.firstLabels[i]);
      assert.equal(moments(x), set.moments[i]);
    }
    const counts = new Array(10).fill(0);
    for (const label of train[1].data) counts[label]++;
    assert.equal(counts, set.classCounts);
  });
}

test('the class names are the published ones', () => {
  assert.is(fashionMnist.classNames.length, 10);
  assert.equal([fashionMnist.classNames[0], fashionMnist.classNames[9]], ['T-shirt/top', 'Ankle boot']);
});

/** Mean and standard deviation, to four digits after the point; integers, so the sums are exact. */
function moments(x: HostArray): number[] {
  let [sum, squares] = [0, 0];
  for (const value of x.data) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / x.size;
  return [mean, Math.sqrt(squares / x.size - mean * mean)].map((value) => Math.round(value * 1e4) / 1e4);
}

test.run();
