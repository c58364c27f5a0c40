/** The layout ops against plain loops over indices, in every dtype, with their gradients; tensors larger than a binding. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, gpu, init } from '../../engine/gpu/gpu';
import {
  arange, broadcastTo, concat, expandDims, flatten, pad, repeat, reshape, reverse, slice, split, squeeze, stack, stridedSlice, tile,
  transpose,
} from '../../engine/ops';
import type { Dtype } from '../../engine/tensor/dtype';
import type { Tensor } from '../../engine/tensor/tensor';
import { guardedDevice } from '../support/check-op';
import { floatDtypes } from '../support/half-suite';
import { checkMove, countedValues, moveOf, property, same } from '../support/moves';

/** Sizes 0 and 1, odd ones, whole vec4s, and some past a workgroup's 1,024 elements in all. */
const size = fc.oneof({ arbitrary: fc.integer({ min: 1, max: 5 }), weight: 6 }, fc.constantFrom(0, 1, 8, 16, 33));
const shapeOf = (minRank: number, maxRank = 6): fc.Arbitrary<number[]> =>
  fc.array(size, { minLength: minRank, maxLength: maxRank }).filter((shape) => shape.reduce((a, b) => a * b, 1) <= 5000);
const dtype = fc.constantFrom<Dtype>(...floatDtypes, ...floatDtypes, 'i32', 'u32', 'bool');

/** The checks, on a device or on one whose bindings are small. */
function define(name: string, options: { maxBindingBytes?: number }): void {
  const test = suite(name);
  test.before(async () => void (await init(options)));
  test.after(close);

  test('transpose', () =>
    property(fc.tuple(shapeOf(1), dtype, fc.infiniteStream(fc.nat())), async ([from, dtype, stream]) => {
      const perm = from.map((_, axis) => axis).sort(() => (stream.next().value % 2 ? 1 : -1));
      const shape = perm.map((axis) => from[axis]);
      const move = moveOf(shape, from, (index) => from.map((_, axis) => index[perm.indexOf(axis)]));
      await checkMove((x) => transpose(x, perm), from, move, { dtype, label: `transpose ${perm}` });
    }));

  test('slice', () => {
    const cases = shapeOf(1).chain((shape) => fc.tuple(fc.constant(shape), fc.tuple(...shape.map((n) => fc.tuple(fc.nat(n), fc.nat(n))))));
    return property(fc.tuple(cases, dtype), async ([[from, ends], dtype]) => {
      const begin = ends.map((pair) => Math.min(...pair));
      const shape = ends.map(([a, b]) => Math.abs(a - b));
      const move = moveOf(shape, from, (index) => index.map((i, d) => i + begin[d]));
      await checkMove((x) => slice(x, begin, shape), from, move, { dtype, label: `slice ${begin}` });
    });
  });

  test("stridedSlice is NumPy's", () => {
    const range = fc.record({
      begin: fc.option(fc.integer({ min: -40, max: 40 })),
      end: fc.option(fc.integer({ min: -40, max: 40 })),
      step: fc.constantFrom(1, -1, 2, -2, 3, -7),
    });
    return property(fc.tuple(shapeOf(1, 4), fc.array(range, { minLength: 4, maxLength: 4 }), dtype), async ([from, ranges, dtype]) => {
      const taken = from.map((n, d) => pythonRange(n, ranges[d].begin, ranges[d].end, ranges[d].step));
      const move = moveOf(taken.map(({ length }) => length), from, (index) => index.map((i, d) => taken[d][i]));
      const used = ranges.slice(0, from.length);
      const [begin, end, steps] = [used.map((r) => r.begin), used.map((r) => r.end), used.map((r) => r.step)];
      const label = `stridedSlice ${JSON.stringify(used)}`;
      await checkMove((x) => stridedSlice(x, begin, end, steps), from, move, { dtype, label });
    });
  });

  test('reverse', () =>
    property(fc.tuple(shapeOf(1), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), dtype), async ([from, flags, dtype]) => {
      const axes = from.flatMap((_, d) => (flags[d] ? [d - from.length] : []));
      const move = moveOf(from, from, (index) => index.map((i, d) => (flags[d] ? from[d] - 1 - i : i)));
      await checkMove((x) => reverse(x, axes), from, move, { dtype, label: `reverse ${axes}` });
    }));

  test('pad', () => {
    const paddings = fc.array(fc.tuple(fc.nat(3), fc.nat(4)), { minLength: 4, maxLength: 4 });
    return property(fc.tuple(shapeOf(1, 4), paddings, dtype, fc.constantFrom(0, 1, 7)), async ([from, pairs, dtype, value]) => {
      const added = pairs.slice(0, from.length);
      const shape = from.map((n, d) => n + added[d][0] + added[d][1]);
      const move = moveOf(shape, from, (index) => {
        const at = index.map((i, d) => i - added[d][0]);
        return at.every((i, d) => i >= 0 && i < from[d]) ? at : null;
      });
      const fill = dtype === 'bool' ? Math.min(value, 1) : value;
      await checkMove((x) => pad(x, added, value), from, move, { dtype, fill, label: `pad ${JSON.stringify(added)}` });
    });
  });

  test('broadcastTo', () => {
    const flags = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
    const cases = shapeOf(1).chain((to) => fc.tuple(fc.constant(to), fc.nat(to.length), flags));
    return property(fc.tuple(cases, dtype), async ([[to, lead, flags], dtype]) => {
      const from = to.slice(lead).map((n, d) => (flags[d] ? 1 : n));
      const move = moveOf(to, from, (index) => index.slice(lead).map((i, d) => (flags[d] ? 0 : i)));
      await checkMove((x) => broadcastTo(x, to), from, move, { dtype, label: `broadcastTo ${to}` });
    });
  });

  test('tile and repeat', () =>
    property(fc.tuple(shapeOf(1, 4), fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 }), fc.nat(3), dtype),
      async ([from, times, axis, dtype]) => {
        const lead = Math.max(0, times.length - from.length);
        const padded = [...new Array<number>(lead).fill(1), ...from];
        const all = [...new Array<number>(padded.length - times.length).fill(1), ...times];
        const tiled = moveOf(padded.map((n, d) => n * all[d]), from, (index) => index.map((i, d) => i % padded[d]).slice(lead));
        await checkMove((x) => tile(x, times), from, tiled, { dtype, label: `tile ${times}` });
        const at = axis % from.length;
        const repeated = moveOf(from.map((n, d) => (d === at ? n * times[0] : n)), from, (index) =>
          index.map((i, d) => (d === at ? Math.floor(i / times[0]) : i)));
        await checkMove((x) => repeat(x, times[0], at - from.length), from, repeated, { dtype, label: `repeat ${times[0]} ${at}` });
      }));

  test('concat: each input is in its place, and gets its part of the gradient', () => {
    const sizes = fc.array(size, { minLength: 1, maxLength: 5 });
    const cases = shapeOf(1, 5).chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1), sizes));
    return property(fc.tuple(cases, dtype), async ([[shape, axis, sizes], dtype]) => {
      const from = shape.with(axis, sizes.reduce((a, b) => a + b, 0));
      const move = moveOf(from, from, (index) => index);
      const label = `concat of split ${sizes} on ${axis}`;
      await checkMove((x) => concat(split(x, sizes, axis), axis - shape.length), from, move, { dtype, label });
      const parts = sizes.map((n, i) => countedValues(shape.with(axis, n), dtype, 100 * i));
      const joined = await concat(parts, axis).data();
      const expected = moveOf(from, from, (index) => index).sources.map((_, i) => {
        const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
        let at = Math.floor(i / inner) % from[axis];
        const outer = Math.floor(i / inner / from[axis]);
        let part = 0;
        while (at >= sizes[part]) at -= sizes[part++];
        return parts[part].data[(outer * sizes[part] + at) * inner + (i % inner)];
      });
      same(joined, expected, `concat ${sizes} on ${axis}`);
    });
  });

  test('stack', async () => {
    for (const axis of [0, 1, 2, -1]) {
      const parts = [0, 1, 2].map((i) => countedValues([2, 5], 'f32', 100 * i));
      const y = await stack(parts, axis).array();
      const at = axis < 0 ? axis + 3 : axis;
      assert.equal(y.shape, [2, 5].toSpliced(at, 0, 3));
      for (const [i, j, k] of [[0, 0, 0], [1, 3, 2], [0, 4, 1]]) {
        assert.is(y.at(...[i, j].toSpliced(at, 0, k)), parts[k].at(i, j));
      }
    }
  });

  test('views of views keep their elements and their gradients', () => {
    const from = [6, 4, 16];
    const move = moveOf([4, 32], from, ([r, c]) => [r + 1, Math.floor(c / 16) + 1, c % 16]);
    return checkMove((x) => reshape(slice(slice(squeeze(expandDims(x, 1), 1), [1], [4]), [0, 1, 0], [4, 2, 16]), [4, 32]), from, move);
  });

  test('a large tensor', async () => {
    const from = [130, 257];
    await checkMove((x) => transpose(x), from, moveOf([257, 130], from, ([i, j]) => [j, i]));
    await checkMove((x) => reverse(x), from, moveOf(from, from, ([i, j]) => [129 - i, 256 - j]));
    await checkMove((x) => slice(x, [1, 4], [128, 252]), from, moveOf([128, 252], from, ([i, j]) => [i + 1, j + 4]));
    await checkMove((x) => flatten(pad(x, [[1, 0], [0, 3]])), from,
      moveOf([131 * 260], from, ([k]) => (k < 260 || k % 260 > 256 ? null : [Math.floor(k / 260) - 1, k % 260])));
  });

  test('arange', async () => {
    const guards = await guardedDevice();
    const cases: [Tensor, number[], Dtype][] = [
      [arange(5), [0, 1, 2, 3, 4], 'i32'],
      [arange(2, 9, 3), [2, 5, 8], 'i32'],
      [arange(3, -4, -3), [3, 0, -3], 'i32'],
      [arange(1, 2, 0.25), [1, 1.25, 1.5, 1.75], 'f32'],
      [arange(0, 4, 1, 'f32'), [0, 1, 2, 3], 'f32'],
      [arange(4294967290, 4294967294, 1, 'u32'), [4294967290, 4294967291, 4294967292, 4294967293], 'u32'],
      [arange(0), [], 'i32'],
      [arange(5, 2), [], 'i32'],
    ];
    for (const [y, expected, dtype] of cases) {
      assert.is(y.dtype, dtype);
      same(await y.data(), expected, 'arange');
    }
    same(await arange(-1000, 2000).data(), Array.from({ length: 3000 }, (_, i) => i - 1000), 'arange of 3000');
    await guards.check();
  });

  test.run();
}

/** Python's range over the positions of a slice. */
function pythonRange(n: number, begin: number | null, end: number | null, step: number): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  const position = (p: number): number => (p < 0 ? p + n : p);
  const inside = step > 0
    ? all.filter((i) => (begin === null || i >= position(begin)) && (end === null || i < position(end)))
    : all.reverse().filter((i) => (begin === null || i <= position(begin)) && (end === null || i > position(end)));
  return inside.filter((_, k) => k % Math.abs(step) === 0);
}

define('layout', {});
define('layout, with bindings of 4 KiB', { maxBindingBytes: 4096 });

const many = suite('more than 65,535 workgroups');
many.before(async () => void (await init()));
many.after(close);

many('and a tensor larger than a real binding', async () => {
  const n = 66_000 * 1024;
  assert.ok(n / 1024 > gpu().device.limits.maxComputeWorkgroupsPerDimension);
  const y = reverse(arange(n));
  // The ends, the fold of the grid, and the end of a binding of 128 MiB.
  for (const start of [0, 33_000 * 1024 - 64, 2 ** 25 - 64, n - 128]) {
    same(await slice(y, [start], [128]).data(), Array.from({ length: 128 }, (_, i) => n - 1 - start - i), `from ${start} on`);
  }
});

many.run();

