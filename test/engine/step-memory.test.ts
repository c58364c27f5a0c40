/** What captured steps hold of the device: shared, and given back when nobody can call them any more. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { add, mul, sum } from '../../engine/ops';
import { type CompiledStep, compileStep } from '../../engine/step/compile-step';
import { HostArray } from '../../engine/tensor/host-array';
import type { Tensor } from '../../engine/tensor/tensor';
import { layers, sequential } from '../../nn';

const test = suite('memory of compiled steps');
test.before(async () => void (await init()));
test.after(close);

const counting = (rows: number): HostArray => new HostArray(Float32Array.from({ length: rows * 1000 }, (_, i) => i % 7), [rows, 1000]);
const body = (x: Tensor): Tensor => sum(add(mul(x, x), mul(x, 2)));
const expected = (x: HostArray): number => (x.data as Float32Array).reduce((total, v) => total + v * v + 2 * v, 0);

async function collected(done: () => boolean): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let i = 0; i < 50 && !done(); i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('steps of several sizes, in turn, before and after a larger one moves them', async () => {
  const steps = [compileStep(body), compileStep((x: Tensor) => mul(body(x), 2))];
  const results: [Tensor, number][] = [];
  for (const rows of [1, 3, 2, 8, 1, 20, 3, 2, 8]) {
    // Several before one submit: what is replayed already must not move.
    for (const [i, step] of steps.entries()) results.push([step(counting(rows)), (i + 1) * expected(counting(rows))]);
  }
  for (const [got, want] of results) assert.is(await got.item(), want);
  const { bytes } = gpu().heap;
  const alone = 20 * 1000 * 4;
  assert.ok(bytes < 3.5 * alone, `${bytes} bytes for temporaries of ${alone}`);
  for (const step of steps) step.dispose();
  assert.is(gpu().heap.bytes, 0);
});

test('a step that is lost gives its memory back', async () => {
  const make = async (): Promise<void> => {
    const step: CompiledStep<Tensor> = compileStep(body);
    await step(counting(5)).item();
    assert.ok(gpu().heap.bytes > 0);
  };
  await make();
  await collected(() => gpu().heap.bytes === 0);
  assert.is(gpu().heap.bytes, 0);
});

test('a model that is lost gives back what its training took', async () => {
  const train = async (): Promise<void> => {
    const model = sequential([
      layers.embedding({ inputDim: 50, outputDim: 8, inputShape: [null] }),
      layers.dropout({ rate: 0.1 }),
      layers.lstm({ units: 8 }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ]);
    model.compile({ optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
    const x = new HostArray(Int32Array.from({ length: 320 }, (_, i) => i % 50), [16, 20]);
    const y = new HostArray(Int32Array.from({ length: 16 }, (_, i) => i % 2), [16]);
    await model.fit(x, y, { batchSize: 8, verbose: 0, validationData: [x, y] });
    await model.predict(x);
    assert.ok(gpu().heap.bytes > 0);
  };
  // Constants of ops stay, a few bytes for good.
  const few = 1024;
  await train();
  await collected(() => gpu().pool.use.live < few);
  assert.is(gpu().heap.bytes, 0, 'temporaries');
  assert.ok(gpu().pool.use.live < few, `${gpu().pool.use.live} bytes of weights and moments`);
});

test.run();
