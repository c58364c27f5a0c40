/** Profiles: what is measured, and that nothing is when nobody asks. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { profile, type ProfileOptions } from '../../engine/gpu/profile';
import { add, gather, mul, relu } from '../../engine/ops';
import { fill } from '../../engine/ops/elementwise/fill';
import { matmul } from '../../engine/ops/matmul/matmul';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { setSeed } from '../../engine/random';
import { scope } from '../../engine/tensor/scope';
import type { Tensor } from '../../engine/tensor/tensor';
import { layers, sequential } from '../../nn';
import { countCalls } from '../support/count-calls';

const test = suite('profile');
test.before(async () => void (await init()));
test.after(close);

const filled = (shape: number[]): HostArray => new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)), shape);
const [M, K, N] = [24, 32, 16];

/** y = relu(x·w) + x·w in two products, compiled. */
function twoProducts() {
  const w = tensor(filled([K, N]));
  const step = compileStep((x) => add(relu(matmul(x, w)), mul(matmul(x, w), 2)));
  return async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await step(filled([M, K])).data();
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

for (const clock of ['timestamp', 'wall'] as const) {
  test(`a compiled step, by ${clock}`, async () => {
    if (clock === 'timestamp' && !gpu().device.features.has('timestamp-query')) return void console.log('(no timestamps: skipped)');
    const run = twoProducts();
    await run(1);
    const options: ProfileOptions = { clock, steps: 4, warmUp: 1 };
    const { clock: used, kernels, dispatches, hostSpans, table } = await profile(() => run(9), options);
    assert.is(used, clock);

    const product = kernels.find(({ kernel }) => kernel.startsWith('matmul/'))!;
    assert.is(product.calls, 8, 'two products in four steps');
    assert.is(sum(kernels.map(({ calls }) => calls)), dispatches.length);
    assert.ok(Math.abs(sum(kernels.map(({ share }) => share)) - 1) < 1e-9);
    assert.equal(kernels.map(({ ms }) => ms), kernels.map(({ ms }) => ms).sort((a, b) => b - a));

    // The rates are what the sizes give.
    const flops = 8 * 2 * M * N * K;
    const bytes = 8 * (4 * (M * K + K * N + M * N) + 16 + 16);
    assert.ok(Math.abs(product.gflops! / (flops / product.ms / 1e6) - 1) < 1e-9, `${product.gflops}`);
    assert.ok(product.gigabytes <= (bytes / product.ms / 1e6) * 1.000001 && product.gigabytes >= ((bytes - 8 * 32) / product.ms / 1e6) * 0.999999);
    for (const other of kernels) if (other !== product) assert.is(other.gflops, null, other.kernel);

    for (const { start, end } of dispatches) assert.ok(end >= start && start > 0 && end < 1e9, `${start} ${end}`);
    assert.ok(sum(dispatches.map(({ start, end }) => end - start)) > 0);
    assert.is(hostSpans.filter(({ name }) => name === 'replay a step').length, 9);
    assert.is(hostSpans.filter(({ name }) => name === 'wait for a read').length, 9);
    assert.is(hostSpans.filter(({ name }) => name === 'record a step').length, 0, 'it was recorded before');

    const lines = table().split('\n');
    assert.match(lines[0], clock === 'wall' ? /wall clock/ : /timestamps/);
    assert.is(lines.length, 2 + kernels.length + 1);
    assert.match(lines.at(-1)!, new RegExp(`^all +${dispatches.length} `));
    assert.is(new Set(lines.slice(1).map((line) => line.length)).size, 1, 'columns are aligned');
  });
}

test('more passes than a query set holds', async () => {
  if (!gpu().device.features.has('timestamp-query')) return void console.log('(no timestamps: skipped)');
  const step = compileStep((x) => {
    let y: Tensor = x;
    for (let i = 0; i < 150; i++) y = add(mul(y, 0.5), 1);
    return y;
  });
  const { dispatches } = await profile(async () => {
    const results = Array.from({ length: 12 }, () => step(filled([4])));
    for (const result of results) await result.data();
  }, { steps: 10, warmUp: 2 });
  assert.is(dispatches.length, 10 * step.dispatches[0]);
  assert.ok(dispatches.length > 2048);
});

test('outside of steps, a kernel counts from its second run on; parts of a table are not taken for the whole', async () => {
  const table = tensor(filled([1000, 8]));
  const ids = tensor(HostArray.from([3, 1, 2, 7]), 'i32');
  await gather(table, ids).data();
  const { kernels, dispatches } = await profile(async () => {
    for (let i = 0; i < 5; i++) await scope(() => gather(table, ids)).data();
  });
  assert.is(dispatches.length, 4);
  assert.equal(dispatches.map(({ bytes }) => bytes), Array(4).fill(4 * (32 + 32 + 4)));
  assert.is(kernels[0].kernel, 'embedding/gather');
});

test('a trace has what Chrome and Perfetto ask for', async () => {
  const run = twoProducts();
  const profiled = await profile(() => run(4), { warmUp: 1 });
  const trace = JSON.parse(JSON.stringify(profiled.trace())) as ReturnType<typeof profiled.trace>;
  const complete = trace.traceEvents.filter((event) => event.ph === 'X');
  assert.is(complete.length, profiled.dispatches.length + profiled.hostSpans.length);
  for (const { name, ts, dur, pid, tid } of complete) {
    assert.ok(name.length > 0 && ts >= 0 && dur >= 0 && Number.isInteger(pid) && Number.isInteger(tid));
  }
  const device = complete.filter(({ cat }) => cat === 'device');
  assert.ok(Math.abs(sum(device.map(({ dur }) => dur)) / 1000 - sum(profiled.kernels.map(({ ms }) => ms))) < 1e-3, 'the table sums the same events');
  // A dispatch ends before the read that waits for it does, and starts after the step was handed over.
  const lastWait = complete.filter(({ name }) => name === 'wait for a read').at(-1)!;
  const last = device.reduce((a, b) => (a.ts > b.ts ? a : b));
  assert.ok(last.ts + last.dur <= lastWait.ts + lastWait.dur + 1000, `${last.ts + last.dur} ${lastWait.ts + lastWait.dur}`);
  assert.is(trace.traceEvents.filter((event) => event.ph === 'M').length, 3);
});

test('without a profile a replayed step makes the same calls as ever, after one too', async () => {
  const run = twoProducts();
  await run(2);
  const calls = async () => {
    const counter = countCalls();
    await run(3);
    return counter.stop();
  };
  const before = await calls();
  assert.is(before.beginComputePass, 3, 'a pass per submit');
  const profiled = countCalls();
  await profile(() => run(5), { warmUp: 0 });
  assert.ok(profiled.stop().beginComputePass >= 15, 'a pass per dispatch');
  assert.equal(await calls(), before);
  assert.is(gpu().recorder.profiler, null);
});

test('a profile gives the numbers of a run without', async () => {
  const results: number[][] = [];
  for (const profiled of [false, true]) {
    setSeed(3);
    const model = sequential([layers.dense({ units: 8, activation: 'relu', inputShape: [4] }), layers.dense({ units: 1 })]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const fit = (): Promise<unknown> => model.fit(filled([64, 4]), filled([64, 1]), { epochs: 2, batchSize: 16, verbose: 0 });
    await (profiled ? profile(fit) : fit());
    results.push((await model.getWeights()).flatMap(({ data }) => [...data]));
  }
  assert.equal(results[1], results[0]);
});

test('one profile at a time, and an end after an error', async () => {
  await profile(async () => {
    await profile(() => {}).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /one at a time/));
  });
  await profile(() => { throw new Error('of the program'); }).then(() => assert.unreachable(), (error: Error) => assert.is(error.message, 'of the program'));
  assert.is(gpu().recorder.profiler, null);
  const { table, result } = await profile(() => fill(tensor([1]).shape, 1).size);
  assert.is(result, 1);
  assert.match(table(), /nothing was measured/);
});

test.run();
