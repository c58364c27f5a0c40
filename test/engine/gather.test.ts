/** gather, segmentSum and oneHot: exact against plain loops, gradients included. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape, grad } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { gather, mul, oneHot, reshape, segmentSum, slice } from '../../engine/ops';
import { fill } from '../../engine/ops/elementwise/fill';
import { tensor } from '../../engine/tensor/create';
import type { Dtype } from '../../engine/tensor/dtype';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { guardedDevice } from '../support/check-op';
import { countedValues, property, readAll, same } from '../support/moves';

/** Whole and ragged vec4s; past 256 lanes. */
const width = fc.constantFrom(1, 2, 3, 4, 5, 8, 12, 64, 100);
const dtype = fc.constantFrom<Exclude<Dtype, 'f16'>>('f32', 'f32', 'i32', 'u32', 'bool');
const idDtype = fc.constantFrom<'i32' | 'u32'>('i32', 'u32');

/** Ids from −1 to `most`. */
const someIds = (most: number, maxLength = 70) => fc.array(fc.integer({ min: -1, max: most }), { maxLength });

const idsOf = (values: readonly number[], dtype: 'i32' | 'u32' = 'i32', shape = [values.length]): Tensor =>
  tensor(new HostArray(dtype === 'i32' ? Int32Array.from(values) : Uint32Array.from(values), shape));

function define(name: string, options: { maxBindingBytes?: number }): void {
  const test = suite(name);
  test.before(async () => {
    await init(options);
    await guardedDevice();
  });
  test.after(close);

  const lookUps = fc
    .tuple(fc.integer({ min: 0, max: 40 }), width)
    // One in ten ids is no row.
    .chain(([rows, n]) => fc.record({
      rows: fc.constant(rows),
      n: fc.constant(n),
      ids: fc.array(
        fc.oneof(
          { weight: 9, arbitrary: fc.nat(Math.max(0, rows - 1)) },
          { weight: 1, arbitrary: fc.constantFrom(-1, rows, rows + 3, 2 ** 31 - 1, -(2 ** 31)) },
        ),
        { maxLength: 70 },
      ),
    }));

  test('gather: rows, missing ones, and the sum of each in the gradient', () =>
    property(fc.tuple(lookUps, dtype, idDtype), async ([{ rows, n, ids }, dtype, idDtype]) => {
      const guards = await guardedDevice();
      const input = countedValues([rows, n], dtype);
      const table = tensor(input);
      const dy = countedValues([ids.length, n], 'f32', 5);
      const tape = new GradientTape();
      tape.watch(table);
      const y = tape.record(() => gather(table, idsOf(ids, idDtype)));
      const [dTable] = dtype === 'f32' ? tape.gradient(y, [table], tensor(dy)) : [null];
      const [values, gradient] = await readAll(dTable ? [y, dTable] : [y]);
      await guards.check();

      const what = `gather of ${ids} from ${dtype}[${rows}, ${n}]`;
      const missing = dtype === 'f32' ? NaN : 0;
      assert.equal(y.shape, [ids.length, n]);
      const known = (id: number): boolean => id >= 0 && id < rows;
      same(values, ids.flatMap((id) => Array.from({ length: n }, (_, c) => (known(id) ? input.data[id * n + c] : missing))), what);
      if (!dTable) return;
      const expected = new Float32Array(rows * n);
      ids.forEach((id, i) => {
        for (let c = 0; c < n; c++) if (known(id)) expected[id * n + c] += dy.data[i * n + c];
      });
      same(gradient, expected, `gradient of ${what}`);
    }, 30));

  test('segmentSum, whose gradient is gather', () =>
    property(fc.tuple(fc.integer({ min: 1, max: 30 }), width, someIds(30)), async ([segments, n, ids]) => {
      const guards = await guardedDevice();
      const x = tensor(countedValues([ids.length, n], 'f32'));
      const dy = countedValues([segments, n], 'f32', 5);
      const tape = new GradientTape();
      tape.watch(x);
      const y = tape.record(() => segmentSum(x, idsOf(ids), segments));
      const [dx] = tape.gradient(y, [x], tensor(dy));
      const [sums, gradient] = await readAll([y, dx!]);
      await guards.check();
      const rows = countedValues([ids.length, n], 'f32').data;
      const expected = new Float32Array(segments * n);
      const known = (id: number): boolean => id >= 0 && id < segments;
      ids.forEach((id, i) => {
        for (let c = 0; c < n; c++) if (known(id)) expected[id * n + c] += rows[i * n + c];
      });
      same(sums, expected, `segmentSum of ${ids} to ${segments} of ${n}`);
      // What belongs to no segment has no influence: gather's NaN must not come through here.
      same(gradient, ids.flatMap((id) => Array.from({ length: n }, (_, c) => (known(id) ? dy.data[id * n + c] : 0))), 'gradient');
    }));

  test('oneHot in every dtype', () =>
    property(fc.tuple(someIds(12, 300), fc.constantFrom(0, 1, 3, 4, 10, 12), dtype, idDtype), async ([ids, depth, dtype, idDtype]) => {
      const guards = await guardedDevice();
      const y = oneHot(idsOf(ids, idDtype), depth, dtype);
      const [values] = await readAll([y]);
      await guards.check();
      assert.equal(y.shape, [ids.length, depth]);
      assert.is(y.dtype, dtype);
      same(values, ids.flatMap((id) => Array.from({ length: depth }, (_, c) => Number(id === c))), `oneHot of ${ids}`);
    }));

  test('more ids than a small binding takes', async () => {
    const guards = await guardedDevice();
    const ids = Array.from({ length: 700 }, (_, i) => (i * i) % 5);
    const table = countedValues([5, 3], 'f32');
    const [rows, hot] = await readAll([gather(table, idsOf(ids)), oneHot(idsOf(ids), 5)]);
    await guards.check();
    same(rows, ids.flatMap((id) => [0, 1, 2].map((c) => table.data[id * 3 + c])), 'gather');
    same(hot, ids.flatMap((id) => [0, 1, 2, 3, 4].map((c) => Number(id === c))), 'oneHot');
  });

  test.run();
}

define('gather', {});
define('gather, with bindings of 1 KiB', { maxBindingBytes: 1024 });

const test = suite('gather, other');
test.before(async () => void (await init()));
test.after(close);

test('ids and rows of any rank', async () => {
  const table = tensor(countedValues([4, 2, 3], 'f32'));
  const y = await gather(table, idsOf([3, 0, 1, 1, 2, 3], 'i32', [3, 2])).array();
  assert.equal(y.shape, [3, 2, 2, 3]);
  const rows = await table.array();
  assert.equal([...y.slice(1, 2).data], [...rows.take([1, 1]).data]);
  assert.equal((await gather(table, idsOf([2], 'i32', [])).array()).shape, [2, 3]);
  assert.equal([...(await gather([5, 6, 7], idsOf([2, 0])).data())], [7, 5]);
  const sums = await segmentSum(y, idsOf([1, 0, 1, 1, 0, 1], 'i32', [3, 2]), 2).array();
  assert.equal(sums.shape, [2, 2, 3]);
  assert.equal((await oneHot(idsOf([1, 0], 'i32', [2, 1]), 3).array()).toArray(), [[[0, 1, 0]], [[1, 0, 0]]]);
});

test('the gradient of the gradient', async () => {
  // f(T) = Σ gather(T)²; df/dT counts every use of a row; its gradient along v counts them again.
  const ids = idsOf([1, 1, 0, 1]);
  const first = (t: Tensor): Tensor => grad((t) => mul(gather(t, ids), gather(t, ids)))(t)[0];
  const [second] = grad((t) => mul(first(t), tensor([[1], [10], [100]])))(tensor([[2], [3], [4]]));
  assert.equal([...(await second.data())], [2, 60, 0]);
});

test('sums have the same bits every time', async () => {
  const x = new HostArray(Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i * i) * 10 ** (i % 7)), [2000, 2]);
  const ids = Int32Array.from({ length: 2000 }, (_, i) => (i * i) % 3);
  const expected = new Float64Array(6);
  const magnitude = new Float64Array(6);
  x.data.forEach((v, i) => {
    const at = 2 * ids[Math.floor(i / 2)] + (i % 2);
    expected[at] += v;
    magnitude[at] += Math.abs(v);
  });
  const runs = [];
  for (let run = 0; run < 3; run++) runs.push(await segmentSum(x, tensor(new HostArray(ids, [2000])), 3).data());
  same(runs[1], runs[0], 'second run');
  same(runs[2], runs[0], 'third run');
  // One rounding per addition.
  runs[0].forEach((v, i) => {
    assert.ok(Math.abs(v - expected[i]) <= 2000 * 2 ** -24 * magnitude[i], `sum ${i} is ${v}, expected ${expected[i]}`);
  });
});

test('more than 65,535 workgroups', async () => {
  const n = 65_540 * 256;
  assert.ok(n / 256 > gpu().device.limits.maxComputeWorkgroupsPerDimension);
  const ids = reshape(oneHot(fill([n / 4], 3, 'i32'), 4, 'i32'), [n]);
  const y = gather(tensor([5, 7]), ids);
  for (const start of [0, 32_770 * 256 - 64, n - 128]) {
    same(await slice(y, [start], [128]).data(), Array.from({ length: 128 }, (_, i) => (i % 4 === 3 ? 7 : 5)), `from ${start} on`);
  }
});

test.run();
