/** How recurrent kernels are laid out on devices. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planRnn } from '../../engine/ops/rnn/plan';

const lavapipe = { software: true, subgroup: 8, maxLanes: 1024 };
const gpu = { software: false, subgroup: 32, maxLanes: 256 };

test('a CPU serves many rows with each load', () => {
  assert.equal(planRnn(32, 32, 4, 32, lavapipe), { product: 'shuffle', consts: { ROWS: 16, LANES: 8, QUADS: 8, SLICES: 1 } });
  assert.is(planRnn(5, 32, 4, 32, lavapipe).consts.ROWS, 8);
  assert.is(planRnn(32, 32, 4, 32, { ...lavapipe, subgroup: 4 }).consts.LANES, 4);
  assert.is(planRnn(32, 32, 4, 32, { ...lavapipe, subgroup: 16 }).consts.LANES, 8);
  assert.is(planRnn(32, 32, 4, 32, { ...lavapipe, subgroup: 0 }).product, 'plain');
});

test('a GPU gives each row a workgroup, until there are many', () => {
  assert.equal([1, 32, 256, 512, 4096].map((batch) => planRnn(batch, 32, 4, 32, gpu).consts.ROWS), [1, 1, 2, 4, 4]);
});

test('a GPU has a lane for each quad of a gate, and cuts the sums where quads are few', () => {
  assert.equal(planRnn(32, 32, 4, 32, gpu).consts, { ROWS: 1, LANES: 256, QUADS: 32, SLICES: 2 });
  assert.equal(planRnn(32, 32, 1, 128, gpu).consts, { ROWS: 1, LANES: 256, QUADS: 32, SLICES: 8 });
  assert.equal(planRnn(32, 64, 4, 64, gpu).consts, { ROWS: 1, LANES: 256, QUADS: 64, SLICES: 1 });
  assert.equal(planRnn(32, 75, 3, 75, gpu).consts, { ROWS: 1, LANES: 192, QUADS: 64, SLICES: 1 });
  assert.equal(planRnn(32, 1, 1, 1, gpu).consts, { ROWS: 1, LANES: 1, QUADS: 1, SLICES: 1 });
});

test('every layout keeps what the kernels rely on', () => {
  for (const device of [lavapipe, gpu, { ...lavapipe, subgroup: 0 }, { ...gpu, maxLanes: 1024 }]) {
    for (const batch of [1, 8, 9, 300, 1000]) {
      for (const quads of [1, 2, 3, 7, 16, 33, 75, 256]) {
        for (const gates of [1, 3, 4]) {
          const { product, consts: { ROWS, LANES, QUADS, SLICES } } = planRnn(batch, quads, gates, quads, device);
          assert.ok([ROWS, LANES, QUADS, SLICES].every((n) => Number.isInteger(n) && n > 0), 'whole numbers');
          assert.ok(LANES <= device.maxLanes, 'lanes');
          assert.ok(ROWS * LANES * 16 <= 16384, 'workgroup memory');
          if (product === 'shuffle') assert.ok(ROWS % LANES === 0 && LANES === QUADS && SLICES === 1, 'one subgroup');
          else assert.is(LANES, gates * QUADS * SLICES, 'a lane for each quad, gate and slice');
        }
      }
    }
  }
});

test.run();
