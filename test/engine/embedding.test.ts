/** Lookups with host-sorted gradients, in captured steps and eagerly, against plain loops. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { gather, gatherMean, mul } from '../../engine/ops';
import { composedGatherMean } from '../../engine/ops/embedding/gather-mean';
import { countingSort, PIECE } from '../../engine/ops/embedding/sorted-ids';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import type { Tensor } from '../../engine/tensor/tensor';

const test = suite('embedding');
test.before(async () => void (await init()));
test.after(close);

const RUNS = process.env.WGRAD_TEST_DEEP ? 100 : 10;

/** Ids of which many are alike: runs longer than a piece, rows that never occur. */
const idsOf = (rows: number, n: number, seed: number): Int32Array =>
  Int32Array.from({ length: n }, (_, i) => ((i * 7 + seed) % 3 === 0 ? Math.min(1, rows - 1) : Math.abs(Math.floor(Math.sin(i + seed) * 1e4)) % rows));
const numbers = (n: number, phase: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.cos(2.3 * i + phase));

function close64(actual: ArrayLike<number>, expected: Float64Array, terms: number, what: string): void {
  expected.forEach((value, i) => {
    const tolerance = 1e-6 * (1 + Math.log2(terms + 1)) * Math.max(1, Math.abs(value));
    assert.ok(Math.abs(actual[i] - value) <= tolerance || (Number.isNaN(value) && Number.isNaN(actual[i])), `${what}[${i}]: ${actual[i]}, expected ${value}`);
  });
}

test('the counting sort keeps equals in order and cuts long segments', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -2, max: 12 }), { maxLength: 700 }), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 5 }), (ids, segments, first, share) => {
      const pieces = Math.floor(ids.length / PIECE) + Math.min(ids.length, segments);
      const [order, pieceStart, segmentStart] = [new Uint32Array(ids.length), new Uint32Array(pieces + 1), new Uint32Array(segments + 1)];
      countingSort(ids, segments, { first, share }, order, pieceStart, segmentStart);
      for (let s = 0; s < segments; s++) {
        const found: number[] = [];
        for (let p = segmentStart[s]; p < segmentStart[s + 1]; p++) {
          assert.ok(pieceStart[p + 1] - pieceStart[p] <= PIECE);
          found.push(...order.subarray(pieceStart[p], pieceStart[p + 1]));
        }
        assert.equal(found, ids.flatMap((id, i) => (id === s && s >= first ? [Math.floor(i / share)] : [])));
      }
      for (let p = segmentStart[segments]; p < pieces; p++) assert.is(pieceStart[p], pieceStart[p + 1]);
    }),
    { numRuns: RUNS * 10 },
  );
});

/** Forward and table gradient of `op`, once eagerly and once in a captured step that has seen other ids before. */
async function both(op: (table: Tensor, ids: Tensor) => Tensor, table: HostArray, ids: HostArray, weight: HostArray): Promise<[Float32Array, Float32Array][]> {
  const run = (t: Tensor, i: Tensor, w: Tensor): { y: Tensor; dTable: Tensor } => {
    const tape = new GradientTape();
    tape.watch(t);
    const y = tape.record(() => op(t, i));
    return { y, dTable: tape.gradient(tape.record(() => mul(y, w)), [t])[0]! };
  };
  const step = compileStep(run);
  const other = new HostArray(ids.data.slice().reverse() as Int32Array, ids.shape);
  const results = [scope(() => run(tensor(table), tensor(ids), tensor(weight))), step(table, other, weight) && step(table, ids, weight), scope(() => run(tensor(table), mul(tensor(ids), tensor(Int32Array.of(1))), tensor(weight)))];
  const read = [];
  for (const { y, dTable } of results) read.push([await y.data(), await dTable.data()] as [Float32Array, Float32Array]);
  step.dispose();
  return read;
}

test('gather: rows, and their gradient summed by id', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 600 }), fc.nat(99), async (rows, width, n, seed) => {
      const table = new HostArray(numbers(rows * width, seed), [rows, width]);
      const ids = new HostArray(idsOf(rows, n, seed), [n]);
      const weight = new HostArray(numbers(n * width, seed + 1), [n, width]);
      const y = new Float64Array(n * width);
      const dTable = new Float64Array(rows * width);
      for (let i = 0; i < n * width; i++) {
        const at = ids.data[Math.floor(i / width)] * width + (i % width);
        y[i] = table.data[at];
        dTable[at] += weight.data[i];
      }
      for (const [gotY, gotDTable] of await both(gather, table, ids, weight)) {
        close64(gotY, y, 1, 'y');
        close64(gotDTable, dTable, n, 'dTable');
      }
    }),
    { numRuns: RUNS },
  );
});

for (const skipZero of [false, true]) {
  test(`gatherMean ${skipZero ? 'without padding' : 'of all ids'}: the mean, its gradient, and the composed way`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 200 }), fc.nat(99), async (rows, width, batch, time, seed) => {
        const table = new HostArray(numbers(rows * width, seed), [rows, width]);
        const ids = new HostArray(idsOf(rows, batch * time, seed).map((id, i) => (i % time === 0 ? 1 : id)), [batch, time]);
        const weight = new HostArray(numbers(batch * width, seed + 1), [batch, width]);
        const y = new Float64Array(batch * width);
        const dTable = new Float64Array(rows * width);
        for (let b = 0; b < batch; b++) {
          const row = [...ids.data.subarray(b * time, (b + 1) * time)].filter((id) => !skipZero || id !== 0);
          for (const id of row) {
            for (let c = 0; c < width; c++) {
              y[b * width + c] += table.data[id * width + c] / row.length;
              dTable[id * width + c] += weight.data[b * width + c] / row.length;
            }
          }
        }
        for (const op of [gatherMean, composedGatherMean]) {
          for (const [gotY, gotDTable] of await both((t, i) => op(t, i, { skipZero }), table, ids, weight)) {
            close64(gotY, y, time, 'y');
            close64(gotDTable, dTable, batch * time, 'dTable');
          }
        }
      }),
      { numRuns: RUNS },
    );
  });
}

test('a row of nothing but padding has no mean; an id past the table is seen', async () => {
  const table = tensor([[1, 2], [3, 4]]);
  const ids = (...values: number[]): Tensor => tensor(new HostArray(Int32Array.from(values), [1, values.length]));
  assert.ok([...(await gatherMean(table, ids(0, 0), { skipZero: true }).data())].every(Number.isNaN));
  assert.ok([...(await gatherMean(table, ids(1, 2)).data())].every(Number.isNaN));
  assert.equal([...(await gatherMean(table, ids(0, 1)).data())], [2, 3]);
});

test.run();
