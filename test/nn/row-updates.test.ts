/** Adam on tables by row: the same bits as on all rows, and nothing done to rows that never had a gradient. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { add, mul } from '../../engine/ops';
import { packBags } from '../../engine/ops/embedding/bags';
import { embeddingBag } from '../../engine/ops/embedding/embedding-bag';
import { type CompiledStep, compileStep } from '../../engine/step/compile-step';
import { expectRowGradients } from '../../engine/step/row-gradients';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { adam, type Adam, rmsprop, sgd } from '../../nn/optimizers';
import type { Optimizer } from '../../nn/optimizers/optimizer';
import { seed } from '../support/seed';

/** Tables of some hundred numbers come in windows. */
const LIMIT = 2048;
const test = suite('updates by row');
test.before(async () => void (await init({ maxBindingBytes: LIMIT })));
test.after(close);

const RUNS = process.env.WGRAD_TEST_DEEP ? 60 : 6;
const numbers = (n: number, phase: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.cos(2.3 * i + phase));

interface Trained {
  readonly table: Variable;
  readonly bias: Variable;
  readonly optimizer: Optimizer;
  readonly step: CompiledStep<void>;
  update(bags: Tensor, weight: Tensor): void;
}

/** Σ (bag + bias)·weight, minimised. */
function trained(rows: number, width: number, optimizer: Optimizer, byRow = true): Trained {
  const table = new Variable(tensor(numbers(rows * width, 1), 'f32', [rows, width]), 'table');
  const bias = new Variable(tensor(numbers(width, 2)), 'bias');
  if (byRow) expectRowGradients(table);
  const update = (bags: Tensor, weight: Tensor): void => {
    const tape = new GradientTape();
    const loss = tape.record(() => mul(add(embeddingBag(table.value, bags, 'sqrtn'), bias.value), weight));
    optimizer.applyGradients(tape.gradient(loss, [table, bias]), [table, bias]);
  };
  optimizer.build([table, bias]);
  return { table, bias, optimizer, step: compileStep(update), update };
}

/** All numbers of the table, its moments, and the bias. */
async function numbersOf({ table, bias, optimizer }: Trained): Promise<number[][]> {
  const states = optimizer.statesOf(table).map(({ storage, byteOffset }) => ({ storage, byteOffset, byteLength: table.value.byteLength }));
  const buffers = await gpu().readback.read([table.value, bias.value, ...states]);
  return buffers.map((buffer) => [...new Uint32Array(buffer)]);
}

const weightFor = (batch: number, width: number, phase: number): HostArray => new HostArray(numbers(batch * width, phase), [batch, width]);

test('the same bits as Adam on all rows, step by step', async () => {
  const cases = fc.record({ rows: fc.integer({ min: 1, max: 150 }), width: fc.integer({ min: 1, max: 9 }), seed: fc.nat(99) }).chain(({ rows, width, seed }) => {
    // Each batch has its own part of the table, so that rows come, go and come back.
    const batch = fc.nat(rows - 1).chain((top) => fc.array(fc.array(fc.nat(top), { maxLength: 6 }), { minLength: 3, maxLength: 3 }));
    return fc.record({ rows: fc.constant(rows), width: fc.constant(width), phase: fc.constant(seed), batches: fc.array(batch, { minLength: 4, maxLength: 6 }) });
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, width, phase, batches }) => {
      const [byRow, dense] = [true, false].map((byRow) => trained(rows, width, adam({ learningRate: 0.1 }), byRow));
      for (const [i, bags] of batches.entries()) {
        for (const { step } of [byRow, dense]) step(packBags(bags, 10), weightFor(3, width, phase + i));
      }
      assert.equal(await numbersOf(byRow), await numbersOf(dense));
      for (const { step } of [byRow, dense]) step.dispose();
    }),
    { seed, numRuns: RUNS, includeErrorInReport: true },
  );
});

test('more rows than one workgroup takes at once', async () => {
  const [rows, width] = [150, 7];
  const both = [true, false].map((byRow) => trained(rows, width, adam(0.1), byRow));
  const third = (i: number): number[] => Array.from({ length: 50 }, (_, row) => 50 * i + row);
  for (const [i, ids] of [third(2), third(0), third(1), [9, 149]].entries()) {
    for (const { step } of both) step(packBags([ids, [3]], 30), weightFor(2, width, i));
  }
  assert.equal(await numbersOf(both[0]), await numbersOf(both[1]));
  for (const { step } of both) step.dispose();
});

test('rows that never had a gradient are neither read nor written', async () => {
  const [rows, width] = [200, 5];
  const one = trained(rows, width, adam(0.1));
  const before = await one.table.read();
  // Whoever read these moments would spread them.
  const [m, v] = one.optimizer.statesOf(one.table);
  const poison = tensor(new Float32Array(rows * width).fill(NaN).fill(0, 7 * width, 8 * width).fill(0, 190 * width, 191 * width));
  for (const state of [m, v]) gpu().recorder.copy(poison, { ...state, byteLength: poison.byteLength });
  for (let i = 0; i < 5; i++) one.step(packBags(i === 1 ? [[7, 7], [190]] : [[7], []]), weightFor(2, width, i));
  const after = await one.table.read();
  after.data.forEach((value, i) => {
    const row = Math.floor(i / width);
    if (row === 7 || row === 190) assert.ok(Number.isFinite(value) && value !== before.data[i], `${i}`);
    else assert.is(value, before.data[i]);
  });
  one.step.dispose();
});

test('steps of all kinds in turn: captured, eager, with a gradient that is a sum', async () => {
  const both = [true, false].map((byRow) => trained(40, 4, adam(0.05), byRow));
  const sums = both.map(({ table, bias, optimizer }) =>
    compileStep((bags: Tensor, weight: Tensor) => {
      const tape = new GradientTape();
      const loss = tape.record(() => mul(add(add(embeddingBag(table.value, bags), embeddingBag(table.value, bags, 'sum')), bias.value), weight));
      optimizer.applyGradients(tape.gradient(loss, [table, bias]), [table, bias]);
    }),
  );
  const bags = (i: number): HostArray => packBags([[i, 2 * i, 39 - i], [i % 3]], 4);
  for (let i = 0; i < 8; i++) {
    both.forEach((one, k) => {
      if (i === 3) scope(() => one.update(tensor(bags(i)), tensor(weightFor(2, 4, i))));
      else if (i === 5) sums[k](bags(i), weightFor(2, 4, i));
      else one.step(bags(i), weightFor(2, 4, i));
    });
  }
  assert.equal(await numbersOf(both[0]), await numbersOf(both[1]));
  for (const { dispose } of [...both.map(({ step }) => step), ...sums]) dispose();
});

for (const [name, make] of Object.entries({
  'sgd with momentum': () => sgd({ learningRate: 0.1, momentum: 0.9 }),
  rmsprop: () => rmsprop(0.01),
  amsgrad: () => adam({ amsgrad: true }),
  'weight decay': () => adam({ weightDecay: 0.1 }),
  'clipped by norm': () => adam({ clipnorm: 0.5 }),
  'clipped by common norm': () => adam({ globalClipnorm: 0.5 }),
})) {
  test(`${name}: all rows, as for any weight`, async () => {
    const both = [true, false].map((byRow) => trained(60, 3, make(), byRow));
    for (let i = 0; i < 4; i++) for (const { step } of both) step(packBags([[i, 59], [20 * i % 50]]), weightFor(2, 3, i));
    assert.equal(await numbersOf(both[0]), await numbersOf(both[1]));
    for (const { step } of both) step.dispose();
  });
}

test('after its moments are restored, it goes on with the rows that have some', async () => {
  const [first, second] = [0, 1].map(() => trained(50, 3, adam(0.1)));
  const run = (one: Trained, from: number, to: number): void => {
    for (let i = from; i < to; i++) one.step(packBags([[i, 3 * i], [49]]), weightFor(2, 3, i));
  };
  run(first, 0, 6);
  run(second, 0, 3);
  const [table, bias, m, v] = (await numbersOf(second)).map((bits) => new Float32Array(Uint32Array.from(bits).buffer));
  const third = trained(50, 3, adam(0.1));
  third.table.assign(new HostArray(table, [50, 3]));
  third.bias.assign(new HostArray(bias, [3]));
  [m, v].forEach((values, i) => gpu().recorder.copy(tensor(values), { ...third.optimizer.statesOf(third.table)[i], byteLength: values.byteLength }));
  const moments = second.optimizer.statesOf(second.bias).map((state, i) => [state, third.optimizer.statesOf(third.bias)[i]] as const);
  for (const [from, to] of moments) gpu().recorder.copy({ ...from, byteLength: 12 }, { ...to, byteLength: 12 });
  third.optimizer.iterations = 3;
  (third.optimizer as Adam).statesWritten(third.table, [m, v].map((values) => new HostArray(values, [50, 3])));
  run(third, 3, 6);
  assert.equal(await numbersOf(third), await numbersOf(first));
  for (const { step } of [first, second, third]) step.dispose();
});

test('a step neither makes nor reads a gradient as large as the table', async () => {
  const rows = 500;
  const one = trained(rows, 16, adam());
  const { use } = gpu().pool;
  gpu().pool.trim(0);
  const before = use.live;
  one.step(packBags([[1, 2, 3]]), weightFor(1, 16, 0));
  await one.table.read();
  // Lists of its rows, but no [rows, width].
  assert.ok(use.live - before < rows * 16 * 4, `${use.live - before} bytes`);
  one.step.dispose();
});

test.run();
