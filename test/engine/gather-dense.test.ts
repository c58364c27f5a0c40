/** Dense layers on looked-up rows, computed once per distinct row: the same as looking up first. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape, valueAndGrad } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { mul, sum } from '../../engine/ops';
import { findDistinct, NONE } from '../../engine/ops/embedding/distinct-ids';
import { composedGatherDense, gatherDense } from '../../engine/ops/matmul/gather-dense';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import '../support/seed';

const test = suite('gatherDense');
test.before(async () => void (await init()));
test.after(close);

const RUNS = process.env.WGRAD_TEST_DEEP ? 60 : 6;

const wave = (shape: Shape, phase: number): HostArray =>
  new HostArray(Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.7 * i * i + 0.3 * i + phase)), shape);

/** Ids that repeat, as words do: half of them among the first few rows. */
const idsOf = (shape: Shape, rows: number, seed: number): HostArray =>
  new HostArray(Int32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const draw = Math.abs(Math.floor(Math.sin(i * 7.1 + seed) * 1e4));
    return draw % (i % 2 === 0 ? rows : Math.min(rows, 3));
  }), shape);

test('distinct ids: each row once, in order, and the way back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -2, max: 12 }), { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), (ids, tableRows) => {
      const rows = new Int32Array(Math.min(ids.length, tableRows)).fill(99);
      const [slots, slotOfRow] = [new Uint32Array(ids.length), new Uint32Array(tableRows)];
      const count = findDistinct(ids, rows, slots, slotOfRow);
      const valid = [...new Set(ids.filter((id) => id >= 0 && id < tableRows))];
      assert.equal([...rows], [...valid, ...new Array<number>(rows.length - valid.length).fill(0)]);
      assert.is(count, valid.length);
      assert.equal([...slots], ids.map((id) => (valid.includes(id) ? valid.indexOf(id) : NONE)));
      assert.equal([...slotOfRow], Array.from({ length: tableRows }, (_, row) => (valid.includes(row) ? valid.indexOf(row) : NONE)));
    }),
    { numRuns: 20 * RUNS },
  );
});

type Projection = (table: Tensor, ids: Tensor, kernel: Tensor, bias?: Tensor) => Tensor;

const distinctly: Projection = (table, ids, kernel, bias) => gatherDense(table, ids, kernel, bias, { distinct: true });

/** The value and the gradients of table, kernel and bias. */
function run(project: Projection): (table: Tensor, ids: Tensor, kernel: Tensor, bias: Tensor, weight: Tensor) => Tensor[] {
  return (table, ids, kernel, bias, weight) => {
    const tape = new GradientTape();
    for (const watched of [table, kernel, bias]) tape.watch(watched);
    const y = tape.record(() => project(table, ids, kernel, bias));
    return [y, ...(tape.gradient(tape.record(() => mul(y, weight)), [table, kernel, bias]) as Tensor[])];
  };
}

async function expectSame(got: readonly Tensor[], want: readonly Tensor[], terms: number, what: string): Promise<void> {
  for (const [i, name] of ['y', 'dTable', 'dKernel', 'dBias'].entries()) {
    const [a, b] = [await got[i].data(), await want[i].data()];
    assert.equal(got[i].shape, want[i].shape, `${what}: shape of ${name}`);
    const allowed = 2 ** -22 * (4 + Math.sqrt(terms));
    b.forEach((value: number, j: number) => assert.ok(Math.abs(a[j] - value) <= allowed * Math.max(1, Math.abs(value)) || Object.is(a[j], value), `${what}: ${name}[${j}] is ${a[j]}, not ${value}`));
  }
}

test('values and gradients are those of a lookup and a dense layer, eagerly and captured', async () => {
  const sizes = fc.record({
    rows: fc.integer({ min: 1, max: 60 }), inputs: fc.constantFrom(1, 3, 4, 16, 33), units: fc.constantFrom(1, 4, 7, 32, 36),
    batch: fc.integer({ min: 1, max: 5 }), time: fc.integer({ min: 1, max: 70 }), seed: fc.nat(99),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ rows, inputs, units, batch, time, seed }) => {
      const given = [wave([rows, inputs], seed), wave([inputs, units], seed + 1), wave([units], seed + 2), wave([batch, time, units], seed + 3)];
      const call = (step: ReturnType<typeof run>, seed: number, eager: boolean): Tensor[] => {
        const [table, kernel, bias, weight] = eager ? given.map((array) => tensor(array)) : (given as unknown as Tensor[]);
        const ids = idsOf([batch, time], rows, seed);
        return step(table, eager ? tensor(ids) : (ids as unknown as Tensor), kernel, bias, weight);
      };
      const want = scope(() => call(run(composedGatherDense), seed, true));
      const terms = inputs + batch * time;
      await expectSame(scope(() => call(run(distinctly), seed, true)), want, terms, 'eager');
      const captured = compileStep(run(distinctly));
      // The captured step has seen other ids before: more distinct ones, or fewer.
      call(captured, seed + 50, false);
      await expectSame(call(captured, seed, false), want, terms, 'captured');
      captured.dispose();
    }),
    { numRuns: RUNS },
  );
});

test('an id that is no row gives NaN, and no gradient', async () => {
  const table = tensor(wave([5, 4], 1));
  const ids = tensor(new HostArray(Int32Array.of(2, 7, -1, 2), [4]));
  const { value, gradients } = valueAndGrad((t: Tensor) => distinctly(t, ids, tensor(wave([4, 8], 2))))(table);
  const y = await value.data();
  assert.ok(y.subarray(8, 24).every(Number.isNaN) && !y.subarray(0, 8).some(Number.isNaN) && !y.subarray(24).some(Number.isNaN));
  const dTable = await gradients[0].data();
  dTable.forEach((d: number, i: number) => assert.is(d !== 0, Math.floor(i / 4) === 2, `dTable[${i}] is ${d}`));
});

test('second derivatives are those of the plain way', async () => {
  const [table, kernel, ids] = [wave([9, 4], 1), wave([4, 8], 2), idsOf([3, 5], 9, 4)];
  const seconds = (project: Projection): Promise<ArrayLike<number>[]> => {
    // The sum of squares of the first gradients, differentiated again.
    const squares = (t: Tensor, w: Tensor): Tensor => {
      const { gradients } = valueAndGrad((a, b) => {
        const y = project(a, tensor(ids), b);
        return mul(y, y);
      })(t, w);
      return sum(mul(gradients[0], gradients[0]));
    };
    return Promise.all(valueAndGrad(squares)(tensor(table), tensor(kernel)).gradients.map((g) => g.data()));
  };
  const [got, want] = [await seconds(distinctly), await seconds(composedGatherDense)];
  want.forEach((values, i) => {
    for (let j = 0; j < values.length; j++) assert.ok(Math.abs(got[i][j] - values[j]) <= 1e-4 * Math.max(1, Math.abs(values[j])), `${i}[${j}]: ${got[i][j]}, not ${values[j]}`);
  });
});

test('ids that only the device knows take the plain way', async () => {
  const [table, kernel] = [tensor(wave([9, 4], 1)), tensor(wave([4, 8], 2))];
  const known = tensor(idsOf([12], 9, 3));
  const computed = mul(known, tensor(Int32Array.of(1)));
  const [a, b] = [await distinctly(table, known, kernel).data(), await distinctly(table, computed, kernel).data()];
  a.forEach((value: number, i: number) => assert.ok(Math.abs(value - b[i]) < 1e-5));
  await gpu().throttle();
});

test.run();
