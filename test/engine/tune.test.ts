/** Tuning on the device: every variant gives the result, and what is measured serves the steps that follow. */
import * as assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { valueAndGrad } from '../../engine/autodiff/grad';
import { close, gpu, init } from '../../engine/gpu/gpu';
import { tuningHash, tuningTable } from '../../engine/info';
import { mul, sum } from '../../engine/ops';
import { conv2d } from '../../engine/ops/conv/conv';
import { convVariants } from '../../engine/ops/conv/conv-kernels';
import { thisDevice } from '../../engine/ops/matmul/gemm';
import { productPlans } from '../../engine/ops/matmul/gemm-plan';
import { matmul } from '../../engine/ops/matmul/matmul';
import { lstm } from '../../engine/ops/rnn';
import { compileStep } from '../../engine/step/compile-step';
import { tensor } from '../../engine/tensor/create';
import { HostArray } from '../../engine/tensor/host-array';
import { measurerOn } from '../../engine/tune/measure';
import { Tuner, type TuningTable } from '../../engine/tune/tuner';
import { nearestHalf } from '../support/half';
import { half } from '../support/half-suite';

const cache = mkdtempSync(join(tmpdir(), 'wgrad-tune-'));
process.env.WGRAD_CACHE = cache;
process.on('exit', () => rmSync(cache, { recursive: true, force: true }));
test.after(close);

const wave = (...shape: number[]): HostArray =>
  new HostArray(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i)), shape);

const near = (got: ArrayLike<number>, want: ArrayLike<number>, what: string): void => {
  assert.equal(got.length, want.length);
  for (let i = 0; i < want.length; i++) assert.ok(Math.abs(got[i] - want[i]) <= 1e-4 * Math.max(1, Math.abs(want[i])), `${what}: [${i}] is ${got[i]}, not ${want[i]}`);
};

const [M, K, N] = [40, 600, 24];

function product(x: HostArray, w: HostArray): number[] {
  return Array.from({ length: M * N }, (_, at) => {
    let s = 0;
    for (let l = 0; l < K; l++) s += x.data[Math.floor(at / N) * K + l] * w.data[l * N + (at % N)];
    return s;
  });
}

test('without tuning there is no table', async () => {
  await init();
  assert.equal(gpu().tuner, null);
  assert.deepEqual([tuningTable(), await tuningHash()], [null, null]);
  await close();
  assert.equal(await tuningHash(), null);
});

test('every plan of a product gives the product', async () => {
  await init();
  const [x, w] = [wave(M, K), wave(K, N)];
  const want = product(x, w);
  const names = [...productPlans({ batch: 1, m: M, n: N, k: K, aligned: true }, thisDevice()).keys()];
  assert.ok(names.length > 1);
  for (const name of names) {
    gpu().tuner = new Tuner({ matmul: { '1×64×32×1024 aligned': name } }, null);
    near(await matmul(tensor(x), tensor(w)).data(), want, name);
  }
  gpu().tuner = null;
});

test('every width of a reduction gives the sum', async () => {
  await init();
  const x = wave(3, 500, 8);
  const rows = Array.from({ length: 1500 }, (_, i) => Array.from(x.data.subarray(8 * i, 8 * i + 8)).reduce((a, b) => a + b, 0));
  const columns = Array.from({ length: 24 }, (_, at) => Array.from({ length: 500 }, (_, i) => x.data[(Math.floor(at / 8) * 500 + i) * 8 + (at % 8)]).reduce((a, b) => a + b, 0));
  for (const width of [1, 4, 16, 64, 256]) {
    gpu().tuner = new Tuner({ reduce: { '4×512×8 f32': `${width} lanes`, '2048×8×1 f32': `${Math.min(width, 4)} lanes` } }, null);
    near(await sum(tensor(x), 1).data(), columns, `${width} lanes along an axis`);
    near(await sum(tensor(x), 2).data(), rows, `${width} lanes along rows`);
  }
  gpu().tuner = null;
});

half(test)('products of f16 are classes of their own', async () => {
  await init();
  const [x, w] = [wave(M, K).map(nearestHalf), wave(K, N)];
  const want = product(x, w);
  const asked: string[] = [];
  gpu().tuner = new Tuner({}, null);
  const choose = gpu().tuner!.choose.bind(gpu().tuner);
  gpu().tuner!.choose = (tunable, shape, variants, trial) => {
    asked.push(shape);
    // What is measured runs, on operands of the same types.
    const { run, dispose } = trial();
    run([...variants.values()][0]);
    dispose();
    return choose(tunable, shape, variants, trial);
  };
  const y = matmul(tensor(x, 'f16'), tensor(w), { dtype: 'f32' });
  conv2d(tensor(wave(1, 6, 6, 4), 'f16'), tensor(wave(3, 3, 4, 4)));
  assert.deepEqual(asked, ['1×64×32×1024 aligned f16·f32 to f32', '16×4×4×4×4 f16∗f32 to f16']);
  near(await y.data(), want, 'product');
  gpu().tuner = null;
});

test('every layout of a recurrent kernel gives its results and gradients', async () => {
  await init();
  const [batch, time, units] = [20, 5, 12];
  const run = async (table: TuningTable): Promise<number[][]> => {
    gpu().tuner = new Tuner(table, null);
    const { gradients, value } = valueAndGrad((xz, wh) => sum(mul(lstm(xz, wh, { returnSequences: true }).y, tensor(wave(batch, time, units)))))(
      tensor(wave(batch, time, 4 * units)), tensor(wave(units, 4 * units)));
    return Promise.all([value, ...gradients].map(async (t) => [...(await t.data())]));
  };
  const want = await run({});
  for (const rows of [1, 2, 4, 8, 16]) {
    const name = `${rows} rows`;
    const got = await run({ rnn: { 'lstm forward 32×16': name, 'lstm backward 32×16': name } });
    got.forEach((values, i) => near(values, want[i], `${name}, result ${i}`));
  }
  gpu().tuner = null;
  await close();
});

test('every variant of a convolution gives its results and gradients, after a real measurement too', async () => {
  await init();
  const [x, w] = [wave(2, 9, 7, 8), wave(3, 3, 8, 12)];
  const run = async (tuner: Tuner | null): Promise<number[][]> => {
    gpu().tuner = tuner;
    const { gradients, value } = valueAndGrad((a, b) => sum(mul(conv2d(a, b, { padding: 'same' }), tensor(wave(2, 9, 7, 12)))))(tensor(x), tensor(w));
    return Promise.all([value, ...gradients].map(async (t) => [...(await t.data())]));
  };
  const check = async (tuner: Tuner, what: string): Promise<void> =>
    (await run(tuner)).forEach((values, i) => near(values, want[i], `${what}, result ${i}`));
  const want = await run(null);
  const shapes = ['128×16×8×4×4', '128×8×16×4×4 back'];
  const names = [...convVariants(126, 12, thisDevice()).keys()];
  assert.ok(names.length > 1);
  for (const name of names) await check(new Tuner({ conv: Object.fromEntries(shapes.map((shape) => [shape, name])) }, null), name);

  const tuner = new Tuner({}, measurerOn(gpu()));
  for (let i = 0; i < 2; i++) await check(tuner, `round ${i}`);
  assert.deepEqual(Object.keys(tuner.table.conv), shapes);
  gpu().tuner = null;
  await close();
});

test('a real measurement: steps go on with what it finds, later runs take it over, and only if they tune', async () => {
  await init({ tune: true });
  const [x, w] = [wave(M, K), wave(K, N)];
  const want = product(x, w);
  const weights = tensor(w);
  const step = compileStep((input) => matmul(input, weights));
  for (let i = 0; i < 3; i++) near(await step(x).data(), want, `step ${i}`);
  const table = tuningTable()!;
  assert.deepEqual(Object.keys(table), ['matmul']);
  const [[shape, name]] = Object.entries(table.matmul);
  assert.equal(shape, '1×64×32×1024 aligned');
  assert.ok(productPlans({ batch: 1, m: M, n: N, k: K, aligned: true }, thisDevice()).has(name), name);
  assert.equal(gpu().tuner!.asking, false);
  const hash = await tuningHash();
  assert.match(hash!, /^[0-9a-f]{64}$/);
  await close();
  assert.equal(readdirSync(join(cache, 'tuning')).length, 1);

  await init({ tune: true });
  assert.deepEqual(tuningTable(), table);
  assert.equal(await tuningHash(), hash);
  near(await matmul(tensor(x), tensor(w)).data(), want, 'as kept');
  assert.equal(gpu().tuner!.asking, false, 'nothing is measured again');
  await close();

  await init();
  assert.equal(tuningTable(), null, 'what is kept serves those who tune');
  await close();

  process.env.WGRAD_TUNE = '1';
  await init();
  assert.deepEqual(tuningTable(), table);
  await close();
  delete process.env.WGRAD_TUNE;

  await init({ tune: { matmul: { x: 'y' } } });
  assert.deepEqual(tuningTable(), { matmul: { x: 'y' } });
});

test.run();
