/** Sequences larger than one binding: some rows of the batch at a time, or, where one row is too large, step by step. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAndGrad } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { concat, mul, reshape } from '../../engine/ops';
import type { Sequence } from '../../engine/ops/rnn';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { type Shape, sizeOf } from '../../engine/tensor/shape';
import type { Tensor } from '../../engine/tensor/tensor';
import { guardedDevice } from '../support/check-op';
import { cells, hasBias, layer, maskTensor, shapesOf } from '../support/rnn-layers';
import { type CellName, rnnReference } from '../support/rnn-reference';

const LIMIT = 16384;

const test = suite('recurrent layers in parts');
test.before(async () => void (await guardedDevice({ maxBindingBytes: LIMIT })));
test.after(close);

const wave = (shape: Shape, phase: number, scale = 1): HostArray =>
  new HostArray(Float32Array.from({ length: sizeOf(shape) }, (_, i) => scale * Math.sin(1.7 * i * i + 0.3 * i + phase)), shape);

async function check(cell: CellName, batch: number, time: number, units: number): Promise<void> {
  const arrays = shapesOf(cell, batch, time, units, true).map((shape, i) => wave(shape, i, i === 1 ? 0.3 : 1));
  const mask = Array.from({ length: batch * time }, (_, i) => i % 5 !== 0);
  const n = hasBias(cell) ? 3 : 2;
  const given = { goBackwards: true, returnSequences: true, activation: 'tanh', recurrentActivation: 'sigmoid' } as const;
  const run = async (implementation: 'sequence' | 'steps') => {
    let sequence!: Sequence;
    const { gradients } = valueAndGrad((...inputs: Tensor[]) => {
      sequence = layer(cell, inputs, { ...given, implementation, mask: maskTensor(mask, batch, time), initialState: inputs.slice(n) });
      return concat([sequence.y, ...sequence.states].map((t, i) => mul(reshape(t, [-1]), tensor(wave([t.size], 7 + i)))));
    })(...arrays.map((array) => tensor(array)));
    return Promise.all([sequence.y, ...sequence.states, ...gradients].map((t) => t.data()));
  };
  const [kernels, steps] = [await run('sequence'), await run('steps')];
  const [xz, wh, ...rest] = arrays.map(({ data }) => data);
  const want = rnnReference({ ...given, cell, batch, time, units, mask, length: time, resetAfter: true }, { xz, wh, bias: n === 3 ? rest[0] : null, states: rest.slice(n - 2) });
  for (const [what, got] of [['y', kernels[0]], ['y step by step', steps[0]]] as const) {
    want.y.forEach((value, i) => assert.ok(Math.abs(got[i] - value) < 1e-5, `${what}[${i}] is ${got[i]}, not ${value}`));
  }
  kernels.forEach((values, i) => {
    values.forEach((value, j) => assert.ok(Math.abs(value - steps[i][j]) < 2e-5, `result ${i}[${j}] is ${value}, step by step ${steps[i][j]}`));
  });
}

for (const cell of cells) {
  test(`${cell}: a batch in parts`, () => check(cell, 11, 20, 16));
  test(`${cell}: a row that no binding holds`, () => check(cell, 2, 70, cell === 'simpleRnn' ? 64 : 16));
}

test('the limit is what was asked for', async () => {
  await init();
  assert.is(gpu().maxBindingBytes, LIMIT);
});

test.run();
