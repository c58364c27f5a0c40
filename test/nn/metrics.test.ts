/** Running metrics: exact over many steps, weighted by samples, and Keras's numbers. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { compileStep } from '../../engine/step/compile-step';
import { HostArray } from '../../engine/tensor/host-array';
import { Mean } from '../../nn/metrics';

const test = suite('metrics');
test.before(async () => void (await init()));
test.after(close);

test('a mean over 70,000 steps is as good as one in f64', async () => {
  const mean = new Mean('m');
  const step = compileStep((x) => mean.updateState(x));
  let total = 0;
  let count = 0;
  for (let i = 0; i < 70_000; i++) {
    const values = Float32Array.of(1 + Math.sin(i), 1000 / (1 + i), 0.001);
    for (const v of values) total += v;
    count += values.length;
    step(new HostArray(values, [3]));
    if (i % 256 === 0) await gpu().throttle(2);
    if ([0, 254, 255, 256, 511, 5000].includes(i)) assert.ok(Math.abs((await mean.result()) / (total / count) - 1) < 2e-7, `after step ${i}`);
  }
  assert.ok(Math.abs((await mean.result()) / (total / count) - 1) < 1e-7);
});

test('samples with weight 0 count for nothing, even NaN; other weights as they are', async () => {
  const mean = new Mean('m');
  mean.updateState([1, NaN, 5], [1, 0, 3]);
  assert.is(await mean.result(), 4);
  mean.updateState([10], [4]);
  assert.is(await mean.result(), 7);
  mean.resetState();
  assert.is(await mean.result(), 0);
  mean.updateState(3);
  assert.is(await mean.result(), 3);
});

test.run();
