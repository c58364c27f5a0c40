/** Bags of ids looked up and combined, against plain loops: eagerly, in captured steps, and where only the device knows the ids. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ShapeError, ValueError } from '../../engine/errors';
import { GradientTape } from '../../engine/autodiff/grad';
import { close } from '../../engine/gpu/gpu';
import { add, mul } from '../../engine/ops';
import { bagRows, packBags, roomFor, wordsFor } from '../../engine/ops/embedding/bags';
import { type Combiner, composedEmbeddingBag, embeddingBag } from '../../engine/ops/embedding/embedding-bag';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import { empty, type Tensor } from '../../engine/tensor/tensor';
import { guardedDevice } from '../support/check-op';
import { throws } from '../support/datasets';
import { expectClose } from '../support/golden';
import type { Guards } from '../support/guards';
import { seed } from '../support/seed';

/** So small that tables of a few rows come in windows. */
const LIMIT = 2048;
let guards: Guards;
const test = suite('embedding bag');
test.before(async () => void (guards = await guardedDevice({ maxBindingBytes: LIMIT })));
test.after(close);

const RUNS = process.env.WGRAD_TEST_DEEP ? 200 : 12;
const COMBINERS: readonly Combiner[] = ['sum', 'mean', 'sqrtn'];

const numbers = (n: number, phase: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.cos(2.3 * i + phase));
const share = (combiner: Combiner, n: number): number => (combiner === 'sum' ? 1 : combiner === 'mean' ? 1 / n : 1 / Math.sqrt(n));

/** y and the table's gradient for Σ y·weight, in float64, with the sums of the magnitudes that went into each. */
function reference(table: HostArray, bags: readonly (readonly number[])[], weight: HostArray, combiner: Combiner) {
  const [rows, width] = table.shape;
  const sums = (n: number) => ({ data: new Float64Array(n), scale: new Float64Array(n) });
  const [y, dTable] = [sums(bags.length * width), sums(rows * width)];
  const add = (to: typeof y, at: number, value: number): void => {
    to.data[at] += value;
    to.scale[at] += Math.abs(value);
  };
  bags.forEach((ids, b) => {
    for (const id of ids) {
      for (let c = 0; c < width; c++) {
        add(y, b * width + c, id >= 0 && id < rows ? table.data[id * width + c] * share(combiner, ids.length) : NaN);
        if (id >= 0 && id < rows) add(dTable, id * width + c, weight.data[b * width + c] * share(combiner, ids.length));
      }
    }
  });
  return { y, dTable };
}

/** Sums of up to `terms` numbers, with a few roundings more for each. */
function close64(actual: ArrayLike<number>, { data, scale }: { data: Float64Array; scale: Float64Array }, terms: number, what: string): void {
  assert.is(actual.length, data.length);
  data.forEach((value, i) => {
    const right = Number.isNaN(value) ? Number.isNaN(actual[i]) : Math.abs(actual[i] - value) <= 2 ** -24 * (terms + 4) * scale[i];
    assert.ok(right, `${what}[${i}]: ${actual[i]}, expected ${value}`);
  });
}

type Result = { y: Tensor; dTable: Tensor };

function forwardAndBack(table: Tensor, bags: Tensor, weight: Tensor, combiner: Combiner): Result {
  const tape = new GradientTape();
  tape.watch(table);
  const y = tape.record(() => embeddingBag(table, bags, combiner));
  return { y, dTable: tape.gradient(tape.record(() => mul(y, weight)), [table])[0]! };
}

type Way = (table: HostArray, bags: HostArray, weight: HostArray, combiner: Combiner) => Result;

const eager: Way = (table, bags, weight, combiner) => scope(() => forwardAndBack(tensor(table), tensor(bags), tensor(weight), combiner));

const knownToTheDevice: Way = (table, bags, weight, combiner) => {
  const zeros = new HostArray(new Int32Array(bags.size), bags.shape);
  return scope(() => forwardAndBack(tensor(table), add(tensor(bags), tensor(zeros)), tensor(weight), combiner));
};

/** In a step that has seen other bags before: all ids of the first one. */
const captured: Way = (table, bags, weight, combiner) => {
  const step = compileStep((t, b, w) => forwardAndBack(t, b, w, combiner));
  const full = Array.from({ length: roomFor(bags.shape) }, () => 0);
  step(table, packBags(Array.from({ length: bags.length }, (_, b) => (b === 0 ? full : [])), bags.shape[1]), weight);
  const result = step(table, bags, weight);
  step.dispose();
  return result;
};

const ways = { eager, 'ids known to the device alone': knownToTheDevice, captured };

/** Bags of 0 to 60 ids, one id in most places; some have their own. */
const bagsOf = (rows: number): fc.Arbitrary<number[][]> => {
  const id = fc.oneof({ weight: 2, arbitrary: fc.constant(rows >> 1) }, { weight: 3, arbitrary: fc.nat(rows - 1) });
  return fc.array(fc.array(id, { maxLength: 60 }), { minLength: 1, maxLength: 6 });
};

const cases = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 9 })).chain(([rows, width]) =>
  fc.record({ rows: fc.constant(rows), width: fc.constant(width), bags: bagsOf(rows), combiner: fc.constantFrom(...COMBINERS), spare: fc.nat(3), seed: fc.nat(99) }),
);

for (const [name, way] of Object.entries(ways)) {
  test(`bags of ids become one vector each, and gradients find their rows: ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, width, bags, combiner, spare, seed: phase }) => {
        const table = new HostArray(numbers(rows * width, phase), [rows, width]);
        const weight = new HostArray(numbers(bags.length * width, phase + 1), [bags.length, width]);
        const expected = reference(table, bags, weight, combiner);
        const terms = bags.reduce((sum, { length }) => sum + length, 0);
        const { y, dTable } = way(table, packBags(bags, wordsFor(bags) + spare), weight, combiner);
        close64(await y.data(), expected.y, terms, 'y');
        close64(await dTable.data(), expected.dTable, terms, 'dTable');
        // The temporaries of a capture share memory, bands included.
        if (way !== captured) await guards.check();
      }),
      { seed, numRuns: RUNS, includeErrorInReport: true },
    );
  });
}

test('an id that occurs hundreds of times is summed in pieces', async () => {
  const bags = [Array.from({ length: 300 }, () => 2), [1, 2], Array.from({ length: 131 }, (_, i) => (i % 3 ? 2 : 0))];
  const table = new HostArray(numbers(4 * 3, 1), [4, 3]);
  const weight = new HostArray(numbers(9, 2), [3, 3]);
  const expected = reference(table, bags, weight, 'sum');
  for (const way of Object.values(ways)) close64(await way(table, packBags(bags), weight, 'sum').dTable.data(), expected.dTable, 433, 'dTable');
});

test('ids that are no rows make their bag NaN and get no gradient', async () => {
  const bags = [[0, 1], [1, 7], [-1], []];
  const table = new HostArray(numbers(6, 1), [3, 2]);
  const weight = new HostArray(numbers(8, 2), [4, 2]);
  const expected = reference(table, bags, weight, 'mean');
  for (const way of Object.values(ways)) {
    const { y, dTable } = way(table, packBags(bags), weight, 'mean');
    close64(await y.data(), expected.y, 2, 'y');
    close64(await dTable.data(), expected.dTable, 4, 'dTable');
  }
});

test('it is the gather, mask and mean of padded ids', async () => {
  const bags = [[3, 1, 1], [], [2], [0, 4, 4, 4, 2]];
  const padded = HostArray.from(bags.map((ids) => [...ids, 0, 0, 0, 0, 0].slice(0, 5)), 'i32');
  const counts = HostArray.from(bags.map(({ length }) => length), 'i32');
  const table = new HostArray(numbers(5 * 4, 3), [5, 4]);
  for (const combiner of COMBINERS) {
    const composed = await composedEmbeddingBag(table, padded, counts, combiner).array();
    await expectClose(embeddingBag(table, packBags(bags), combiner), composed, { rtol: 1e-6, atol: 1e-7 }, combiner);
  }
});

test('the gradient of the gradient is the bag again', async () => {
  const bags = packBags([[0, 2, 2], [1]]);
  const weight = tensor(numbers(6, 4), 'f32', [3, 2]);
  const [table, x] = [tensor(numbers(6, 5), 'f32', [3, 2]), tensor(numbers(4, 6), 'f32', [2, 2])];
  const outer = new GradientTape();
  outer.watch(x);
  const product = outer.record(() => {
    const inner = new GradientTape({ persistent: true });
    inner.watch(table);
    const y = inner.record(() => mul(embeddingBag(table, bags, 'sqrtn'), x));
    return mul(inner.gradient(y, [table])[0]!, weight);
  });
  await expectClose(outer.gradient(product, [x])[0]!, await embeddingBag(weight, bags, 'sqrtn').array());
});

test('what is no batch of bags is refused', () => {
  const table = empty([3, 2]);
  for (const bags of [empty([6], 'i32'), empty([2, 3]), empty([3, 1], 'i32')]) {
    throws(() => embeddingBag(table, bags), ShapeError, 'expected i32 [batch, words] as packBags makes them');
  }
  throws(() => embeddingBag(empty([3]), packBags([[1]])), ShapeError, 'the table is [3]');
});

test('a batch larger than a binding is refused', () => {
  throws(() => embeddingBag(empty([3, 2]), empty([2, LIMIT / 8 + 1], 'i32')), ValueError, 'exceed a binding', 'smaller batches');
  throws(() => embeddingBag(empty([3, LIMIT / 4]), packBags([[1], [2]])), ValueError, 'exceed a binding');
});

test('a batch that names more rows than fit says so', () => {
  const width = 64;
  const ids = packBags([Array.from({ length: 40 }, (_, i) => i)]);
  throws(() => bagRows(tensor(ids), 100, width), ValueError, 'names 40 rows', 'at most 8 of 64 numbers');
});

test.run();
