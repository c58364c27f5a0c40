/** The tuner's choices with a fake clock, and the file that keeps them. */
import * as assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import { productPlans } from '../../engine/ops/matmul/gemm-plan';
import { planRnn, rnnPlans } from '../../engine/ops/rnn/plan';
import { openTuningCache } from '../../engine/tune/cache';
import { defineTunable, sizeClass } from '../../engine/tune/tunable';
import { type Measurer, Tuner, type TuningTable } from '../../engine/tune/tuner';
import { sandbox } from '../support/datasets';

const source = { name: 'test/one', source: 'fn main() {}', lib: [], bindings: {}, params: {}, overrides: {}, consts: {}, step: false };
const work = defineTunable({ name: 'test work', kernels: [{ spec: source }] });
const variants = new Map([['plain', 1], ['wide', 2], ['narrow', 3]]);

/** A clock that knows how long each variant takes, and what was asked of it. */
function clock(times: Readonly<Record<number, number>>) {
  const log: string[] = [];
  let now = 0;
  const trial = () => {
    log.push('made');
    return { run: (variant: number) => void (log.push(`ran ${variant}`), (now += times[variant])), dispose: () => void log.push('disposed') };
  };
  const measure: Measurer = async (forms) => forms.map((form) => {
    const start = now;
    form();
    return now - start;
  });
  return { log, trial, measure };
}

test('the first choice is the cost model’s; after a measurement the fastest; each class is measured once', async () => {
  const { log, trial, measure } = clock({ 1: 10, 2: 4, 3: 7 });
  const saved: TuningTable[] = [];
  const tuner = new Tuner({}, measure, async (table) => void saved.push(table));
  const choose = (shape: string) => tuner.choose(work, shape, variants, trial);
  assert.equal(tuner.asking, false);
  assert.deepEqual([choose('8×8'), choose('8×8'), log.length], [1, 1, 0]);
  assert.equal(tuner.asking, true);
  assert.deepEqual(await Promise.all([tuner.run(), tuner.run()]), [true, true]);
  assert.deepEqual(log, ['made', 'ran 1', 'ran 2', 'ran 3', 'disposed']);
  assert.deepEqual([choose('8×8'), tuner.asking], [2, false]);
  assert.deepEqual(saved, [{ 'test work': { '8×8': 'wide' } }]);
  assert.equal(choose('16×8'), 1, 'another class is another question');
});

test('a gain within the noise changes nothing', async () => {
  const { trial, measure } = clock({ 1: 10, 2: 9.7, 3: 12 });
  const tuner = new Tuner({}, measure);
  tuner.choose(work, 'x', variants, trial);
  assert.equal(await tuner.run(), false, 'nothing to record anew');
  assert.deepEqual(tuner.table, { 'test work': { x: 'plain' } });
});

test('a given table is all there is; a name that no variant has means the cost model’s choice', () => {
  const { log, trial } = clock({});
  const tuner = new Tuner({ 'test work': { a: 'narrow', b: 'gone' } }, null);
  assert.deepEqual(['a', 'b', 'c'].map((shape) => tuner.choose(work, shape, variants, trial)), [3, 1, 1]);
  assert.deepEqual([tuner.asking, log], [false, []]);
});

test('one variant needs no measurement', () => {
  const tuner = new Tuner({}, async () => assert.fail());
  assert.equal(tuner.choose(work, 'x', new Map([['only', 5]]), () => assert.fail()), 5);
  assert.equal(tuner.asking, false);
});

test('a measurement that fails gives its memory back and is told', async () => {
  const { log, trial } = clock({ 1: 1, 2: 1, 3: 1 });
  const tuner = new Tuner({}, async () => Promise.reject(new Error('lost')));
  tuner.choose(work, 'x', variants, trial);
  await assert.rejects(tuner.run(), /lost/);
  assert.deepEqual(log, ['made', 'disposed']);
});

test('the table does not depend on the order of questions', async () => {
  await fc.assert(fc.asyncProperty(fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 4 }), async (shapes) => {
    const { trial, measure } = clock({ 1: 3, 2: 2, 3: 1 });
    const tuner = new Tuner({}, measure);
    for (const shape of shapes) tuner.choose(work, shape, variants, trial);
    await tuner.run();
    const all = Object.fromEntries(['a', 'b', 'c', 'd'].map((shape) => [shape, 'narrow']));
    assert.equal(JSON.stringify(tuner.table), JSON.stringify({ 'test work': all }));
  }), { numRuns: 10 });
});

const device = { adapter: 'an adapter', vendor: 'v', architecture: 'a', driver: 'd 1', software: true };
const table = { 'test work': { '8×8': 'wide' } };

test('what is kept is found again, for this adapter and driver only', () => sandbox(async ({ cache, written }) => {
  const first = (await openTuningCache(device))!;
  assert.deepEqual(first.table, {});
  await first.save(table);
  assert.deepEqual((await openTuningCache(device))!.table, table);
  for (const other of [{ adapter: 'another' }, { driver: 'd 2' }, { vendor: 'w' }]) {
    assert.deepEqual((await openTuningCache({ ...device, ...other }))!.table, {});
  }
  assert.deepEqual(readdirSync(join(cache, 'tuning')).length, 1, 'no temporary file is left');
  assert.equal(written(), '');
}));

test('new sources make it void, and leave what other programs measured', () => sandbox(async ({ cache }) => {
  const opened = (await openTuningCache(device))!;
  await opened.save(table);
  const [file] = readdirSync(join(cache, 'tuning')).map((name) => join(cache, 'tuning', name));
  const content = JSON.parse(readFileSync(file, 'utf8'));
  content.kernels.other = { source: 'ff', choices: { x: 'y' } };
  content.kernels['test work'].source = 'old';
  writeFileSync(file, JSON.stringify(content));
  const again = (await openTuningCache(device))!;
  assert.deepEqual(again.table, {});
  await again.save(table);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).kernels.other, { source: 'ff', choices: { x: 'y' } });
  assert.deepEqual((await openTuningCache(device))!.table, table);
}));

test('a damaged file is told of and ignored', async () => {
  const whole = JSON.stringify({ adapter: 'a', driver: 'd', kernels: { k: { source: 's', choices: { x: 'y' } } } });
  const damaged = fc.oneof(
    fc.nat(whole.length - 1).map((length) => whole.slice(0, length)),
    fc.constantFrom('null', '[]', '3', '{}', whole.replace('"y"', '7'), whole.replace('"s"', 'null'), whole.replace('{"x":"y"}', '[]'), whole.replace('"a"', '{}')),
  );
  await fc.assert(fc.asyncProperty(damaged, (text) => sandbox(async ({ cache, written }) => {
    await (await openTuningCache(device))!.save({});
    const [file] = readdirSync(join(cache, 'tuning')).map((name) => join(cache, 'tuning', name));
    writeFileSync(file, text);
    const opened = (await openTuningCache(device))!;
    assert.deepEqual(opened.table, {});
    assert.match(written(), /^The tuning cache .* is damaged and starts anew: .+\n$/);
    await opened.save(table);
    assert.deepEqual((await openTuningCache(device))!.table, table);
  })), { numRuns: 25 });
});

test('results that cannot be kept are told of, not thrown', () => sandbox(async ({ cache, written }) => {
  mkdirSync(cache);
  writeFileSync(join(cache, 'tuning'), 'in the way');
  await (await openTuningCache(device))!.save(table);
  assert.match(written(), /^Tuning results are not kept: /);
}));

test('classes of sizes', () => {
  assert.equal(sizeClass(1, 10, 128, 0), '1×16×128×0');
});

test('plans worth measuring begin with the cost model’s and suit the shape', () => {
  const lavapipe = { software: true, subgroup: 8 };
  const names = (m: number, n: number, k: number, aligned: boolean, on = lavapipe) => [...productPlans({ batch: 1, m, n, k, aligned }, on).keys()];
  assert.deepEqual(names(32, 128, 784, true), ['broadcast', 'broadcast, 2 parts', 'broadcast-8', 'broadcast-8, 2 parts', 'broadcast-strided', 'broadcast-strided, 2 parts']);
  assert.deepEqual(names(32, 10, 128, false), ['broadcast-strided', 'broadcast-strided-8']);
  assert.deepEqual(names(4096, 4096, 64, true, { software: false, subgroup: 32 }), ['tile-128', 'tile-64', 'tile-32']);
  assert.equal(names(16, 16, 4096, true)[0], 'broadcast, 4 parts');
  const cpu = { software: true, subgroup: 8, maxLanes: 1024 };
  assert.deepEqual([...rnnPlans(32, 32, 4, 32, cpu).keys()], ['16 rows', '8 rows']);
  assert.deepEqual([...rnnPlans(4, 32, 4, 32, cpu).keys()], ['8 rows']);
  const gpu = { software: false, subgroup: 32, maxLanes: 256 };
  assert.deepEqual([...rnnPlans(32, 32, 4, 32, gpu).keys()], ['1 rows', '2 rows', '4 rows']);
  assert.deepEqual(rnnPlans(32, 32, 4, 32, gpu).get('1 rows'), planRnn(32, 32, 4, 32, gpu));
  for (const { product, consts: { ROWS, LANES } } of [cpu, gpu, { ...cpu, subgroup: 4 }, { ...cpu, subgroup: 0 }].flatMap((on) => [...rnnPlans(40, 20, 4, 20, on).values()])) {
    assert.ok(ROWS * LANES * 16 <= 16384 && (product === 'plain' || ROWS % LANES === 0));
  }
});

test.run();
