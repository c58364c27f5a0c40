/** More rows than there are lanes: each lane takes several. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GradientTape } from '../../engine/autodiff/grad';
import { close, init } from '../../engine/gpu/gpu';
import { packBags } from '../../engine/ops/embedding/bags';
import { embeddingBag } from '../../engine/ops/embedding/embedding-bag';
import { compileStep } from '../../engine/step/compile-step';
import { expectRowGradients } from '../../engine/step/row-gradients';
import { tensor } from '../../engine/tensor/create';
import type { Tensor } from '../../engine/tensor/tensor';
import { Variable } from '../../engine/tensor/variable';
import { adam } from '../../nn/optimizers';

const test = suite('many rows');
test.before(async () => void (await init()));
test.after(close);

/** 1024 workgroups of 256 lanes are all that a kernel with strides gets. */
const ROWS = 1024 * 256 + 5000;
const bags = packBags([Int32Array.from({ length: ROWS - 7 }, (_, i) => ROWS - 1 - i), [3, ROWS - 1]]);
const weight = tensor(Float32Array.of(2, -3), 'f32', [2, 1]);

/** d(Σ weight · bags of the table) / d(table) */
function gradientOf(table: Variable, ids: Tensor): Tensor {
  const tape = new GradientTape();
  return tape.gradient(tape.record(() => embeddingBag(table.value, ids, 'sum')), [table], weight)[0]!;
}

const zeros = (): Variable => new Variable(tensor(new Float32Array(ROWS), 'f32', [ROWS, 1]), 'table');

test('every row finds its gradient', async () => {
  const table = zeros();
  const step = compileStep((ids) => gradientOf(table, ids));
  const gradient = await step(bags).data();
  const expected = new Float32Array(ROWS).fill(2, 7);
  expected[3] = -3;
  expected[ROWS - 1] = -1;
  assert.is(gradient.findIndex((value, i) => value !== expected[i]), -1);
});

test('every row that has one is updated', async () => {
  const [byRow, dense] = [zeros(), zeros()];
  expectRowGradients(byRow);
  for (const table of [byRow, dense]) {
    const optimizer = adam(0.1);
    optimizer.build([table]);
    const step = compileStep((ids) => optimizer.applyGradients([gradientOf(table, ids)], [table]));
    step(bags);
    step(bags);
  }
  const [a, b] = [await byRow.read(), await dense.read()];
  assert.is(a.data.findIndex((value, i) => value !== b.data[i]), -1);
  assert.equal([...a.data.slice(0, 9)].map(Math.sign), [0, 0, 0, 1, 0, 0, 0, -1, -1]);
});

test.run();
