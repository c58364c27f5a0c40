/** The device: what it says of itself, and how its errors reach the program. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AdapterError, DeviceLostError, KernelError, OutOfMemoryError } from '../../engine/errors';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { defineKernel, run } from '../../engine/gpu/kernel';
import { deviceInfo, isGpuAvailable } from '../../engine/info';
import { add } from '../../engine/ops';
import { fill } from '../../engine/ops/elementwise/fill';
import { tensor } from '../../engine/tensor/create';
import { keep, scope } from '../../engine/tensor/scope';
import { empty } from '../../engine/tensor/tensor';

const test = suite('device');
test.after(close);

async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}

test('an op before there is a device says what to do', async () => {
  await close();
  assert.throws(() => fill([2], 1), (error: Error) => error instanceof AdapterError && /await init\(\)/.test(error.message));
});

test('says what it is', async () => {
  const info = await deviceInfo();
  assert.ok(info.adapter.length > 0 && info.driver.length > 0);
  assert.is(await isGpuAvailable(), !info.software);
});

test('a kernel that does not compile is named with file and line, and again at every later use', async () => {
  await init();
  const broken = defineKernel({
    name: 'test/broken',
    source: '// y = x\n@group(0) @binding(0) var<storage, read_write> y: array<f32>;\n@compute @workgroup_size(1)\nfn main() {\n  y[0] = nonsense;\n}\n',
    bindings: { y: 'write' },
  });
  const y = keep(empty([4]));
  run(broken, { bind: { y }, grid: 1 });
  const error = await rejection(y.data());
  assert.instance(error, KernelError);
  assert.match(error.message, /test\/broken/);
  assert.match(error.message, /shaders\/test\/broken\.wgsl:5:\d+ .*nonsense/);
  assert.is(await rejection(y.data()), error);
  await close();
  await init();
  assert.equal([...(await add(tensor([1]), tensor([2])).data())], [3], 'a new device works');
});

test('a dispatch that the device refuses is an error, not a silent nothing', async () => {
  await init();
  const greedy = defineKernel({
    name: 'test/greedy',
    source: '// y = 1\noverride SIZE = 1u;\n@group(0) @binding(0) var<storage, read_write> y: array<f32>;\n@compute @workgroup_size(SIZE)\nfn main() {\n  y[0] = 1.0;\n}\n',
    bindings: { y: 'write' },
    overrides: { SIZE: 1 },
  });
  const y = empty([4]);
  run(greedy, { bind: { y }, overrides: { SIZE: 1 << 20 }, grid: 1 });
  const error = await rejection(y.data());
  assert.instance(error, KernelError);
  assert.match(error.message, /test\/greedy/);
  await close();
});

test('a tensor past the largest buffer', async () => {
  await init();
  const { maxBufferSize } = gpu().device.limits;
  const error = await rejection(scope(() => fill([Math.ceil(maxBufferSize / 4) + 64], 0)).data());
  assert.instance(error, OutOfMemoryError);
  assert.match(error.message, /largest holds/);
  await close();
});

test('a lost device stays lost until a new one is opened', async () => {
  await init();
  const t = keep(tensor([1, 2]));
  gpu().fail(new DeviceLostError('The device was lost: unplugged'));
  assert.instance(await rejection(t.data()), DeviceLostError);
  assert.instance(await rejection(gpu().throttle()), DeviceLostError);
  await close();
  await init();
  assert.equal([...(await fill([2], 5).data())], [5, 5]);
});

test('init twice is one device; an unknown adapter is named', async () => {
  assert.is(await init(), await init());
  await close();
  assert.match((await rejection(init({ adapter: 'cuda' as 'gpu' }))).message, /"cuda".*"auto", "gpu" or "software"/);
});

test.run();
