/** Adam on a table whose gradient is known by place: the same bits as with a gradient as large as the table, which is not made. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { add, sum } from '../../engine/ops';
import { gatherDense } from '../../engine/ops/matmul/gather-dense';
import { type CompiledStep, compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { scope } from '../../engine/tensor/scope';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { adam, adamw } from '../../nn/optimizers';
import type { Optimizer } from '../../nn/optimizers/optimizer';
import { seed } from '../support/seed';

const test = suite('placed gradients');
test.before(async () => void (await init()));
test.after(close);

const numbers = (n: number, phase: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.cos(2.3 * i + phase));

interface Trained {
  readonly variables: readonly Variable[];
  readonly step: CompiledStep<void>;
  update(ids: Tensor): void;
}

/** Looks ids up in each table [rows, width], with a dense layer on them and parameters before and after. */
function trained(tables: readonly (readonly [rows: number, width: number])[], optimizer: Optimizer): Trained {
  const weight = (shape: readonly number[], name: string, phase: number): Variable =>
    new Variable(tensor(numbers(shape.reduce((a, b) => a * b), phase), 'f32', shape), name);
  const first = weight([3], 'first', 0);
  const layers = tables.map(([rows, width], i) => ({ table: weight([rows, width], `table ${i}`, 1 + i), kernel: weight([width, 4], `kernel ${i}`, 5 + i) }));
  const variables = [first, ...layers.flatMap(({ table, kernel }) => [table, kernel])];
  const update = (ids: Tensor): void => {
    const tape = new GradientTape();
    const loss = tape.record(() =>
      layers.reduce((total, { table, kernel }) => add(total, sum(gatherDense(table.value, ids, kernel.value, null, { distinct: true }))), sum(first.value)),
    );
    optimizer.applyGradients(tape.gradient(loss, variables), variables);
  };
  optimizer.build(variables);
  return { variables, update, step: compileStep(update) };
}

async function bitsOf({ variables }: Trained): Promise<number[][]> {
  const buffers = await gpu().readback.read(variables.map(({ value }) => value));
  return buffers.map((buffer) => [...new Uint32Array(buffer)]);
}

const idsFrom = (ids: readonly number[]): HostArray => new HostArray(Int32Array.from(ids), [ids.length]);

/** A captured step and eager ones, which make the whole gradient. */
async function compare(tables: readonly (readonly [number, number])[], make: () => Optimizer, batches: readonly (readonly number[])[]): Promise<void> {
  const [captured, eager] = [0, 1].map(() => trained(tables, make()));
  for (const ids of batches) {
    captured.step(idsFrom(ids));
    scope(() => eager.update(tensor(idsFrom(ids))));
  }
  assert.equal(await bitsOf(captured), await bitsOf(eager));
  captured.step.dispose();
}

test('the same bits, whatever the rows and the width', async () => {
  const cases = fc.record({ rows: fc.integer({ min: 1, max: 120 }), width: fc.integer({ min: 1, max: 12 }) }).chain(({ rows, width }) =>
    // Ids below 0 and past the end are no rows.
    fc.record({ table: fc.constant([rows, width] as const), batches: fc.array(fc.array(fc.integer({ min: -1, max: rows }), { minLength: 6, maxLength: 6 }), { minLength: 3, maxLength: 4 }) }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ({ table, batches }) => compare([table], () => adam(0.1), batches)),
    { seed, numRuns: process.env.WGRAD_TEST_DEEP ? 60 : 8, includeErrorInReport: true },
  );
});

const BATCHES = [[0, 7, 7, 3], [90, 3, 0, 0], [90, 90, 90, 90]];

test('more rows than one workgroup takes at once', () => compare([[400, 20]], () => adam(0.1), [[0, 399, 100, 101], [399, 200, 201, 202]]));
test('two tables: one by place, the other whole', () => compare([[91, 8], [100, 4]], () => adam(0.1), BATCHES));
test('with weight decay', () => compare([[91, 8]], () => adamw({ learningRate: 0.1 }), BATCHES));
test('clipped gradients are made whole', () => compare([[91, 8]], () => adam({ clipnorm: 0.5 }), BATCHES));
test('amsgrad wants them whole', () => compare([[91, 8]], () => adam({ amsgrad: true }), BATCHES));

test('one dispatch less, and no gradient as large as the table', async () => {
  const dispatches = (make: () => Optimizer): number => {
    const one = trained([[91, 8]], make());
    one.step(idsFrom(BATCHES[0]));
    const [count] = one.step.dispatches;
    one.step.dispose();
    return count;
  };
  assert.is(dispatches(() => adam()), dispatches(() => adam({ amsgrad: true })) - 1);
});

test.run();
