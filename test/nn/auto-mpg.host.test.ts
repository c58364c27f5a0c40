/** Auto MPG: the file's format, what is wrong with a file, the stand-in; and the real file where it is at hand. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../engine/errors';
import { autoMpg } from '../../nn/datasets';
import { CLOSED, fill, rejects, sandbox, sha256 } from '../support/datasets';

const folder = join(process.env.WGRAD_DATA || '', 'auto-mpg');
const there = Boolean(process.env.WGRAD_DATA) && existsSync(folder);
if (!there) console.log('skipped: the real cars need auto-mpg.data in $WGRAD_DATA/auto-mpg');

const real = { data: 'real', mirror: CLOSED } as const;
const given = (text: string, fn: () => Promise<void>): Promise<void> =>
  sandbox(async ({ data }) => {
    fill(join(data, 'auto-mpg'), { 'auto-mpg.data': new TextEncoder().encode(text) });
    await fn();
  });

test('numbers between blanks, "?" for a missing one, the name after the tab left out', () =>
  given('18.0   8   307.0      130.0      3504.      12.0   70  1\t"chevrolet 6"\n25.0 4 98.00 ? 2046. 19.0 71 1\t"ford ?"\r\n', async () => {
    const { cars, kind } = await autoMpg.loadData(real);
    assert.is(kind, 'real');
    assert.equal(cars.columns, [...autoMpg.columnNames]);
    assert.equal(cars.columns.map((name) => cars.column(name)), [[18, 25], [8, 4], [307, 98], [130, NaN], [3504, 2046], [12, 19], [70, 71], [1, 1]]);
  }));

const GOOD = '18.0 8 307.0 130.0 3504. 12.0 70 1\t"name"\n';
for (const [what, line] of Object.entries({
  'too few numbers': '18.0 8 307.0 130.0 3504. 12.0 70\t"name"\n',
  'too many': '18.0 8 307.0 130.0 3504. 12.0 70 1 1\t"name"\n',
  'a word': '18.0 8 307.0 NA 3504. 12.0 70 1\t"name"\n',
  'an empty line': '\n',
})) {
  test(`a file with ${what} in a line is refused, by that line`, () =>
    given(GOOD + line + GOOD, async () => {
      await rejects(autoMpg.loadData(real), DataError, 'auto-mpg.data, line 2', 'expected 8 numbers');
    }));
}

test('an empty file is refused', () => given('', async () => void (await rejects(autoMpg.loadData(real), DataError, 'is empty'))));

test('where there is no file, the stand-in is labelled, or loading fails', () =>
  sandbox(async ({ written }) => {
    await rejects(autoMpg.loadData(real), DataError, 'auto-mpg.data');
    const { kind, cars } = await autoMpg.loadData({ mirror: CLOSED });
    assert.is(kind, 'synthetic');
    assert.match(written(), 'SYNTHETIC');
    assert.equal([cars.shape, cars.missing().Horsepower, cars.dropMissing().length], [[398, 8], 6, 392]);
  }));

test('the stand-in has the form of the real cars, and their tendencies', async () => {
  const { cars } = await autoMpg.loadData({ data: 'synthetic' });
  const { Cylinders, Origin, MPG } = cars.describe();
  assert.equal([Cylinders.min, Cylinders.max, Origin.min, Origin.max], [3, 8, 1, 3]);
  assert.ok(MPG.min > 5 && MPG.max < 55 && MPG.std > 4);
  const heavy = cars.take(cars.index.filter((row) => cars.column('Weight')[row] > 3500));
  assert.ok(heavy.describe().MPG.mean < MPG.mean - 3);
});

(there ? test : test.skip)('the real cars: sizes, ranges, and the rows that the tutorial draws', async () => {
  const { cars } = await autoMpg.loadData(real);
  assert.equal([cars.shape, cars.missing().Horsepower], [[398, 8], 6]);
  const { MPG, Horsepower, Weight } = cars.describe();
  assert.equal([MPG.min, MPG.max, Horsepower.count, Horsepower.max, Weight.max], [9, 46.6, 392, 230, 5140]);
  assert.equal([1, 2, 3].map((code) => cars.column('Origin').filter((origin) => origin === code).length), [249, 70, 79]);
  const complete = cars.dropMissing();
  const { mean, std } = complete.describe().MPG;
  assert.equal([mean.toFixed(4), std.toFixed(4)], ['23.4459', '7.7950']);
  const drawn = complete.sample({ fraction: 0.8, seed: 0 });
  assert.equal(drawn.index.slice(0, 5), [146, 282, 69, 378, 331]);
  // The index of pandas's own sample(frac=0.8, random_state=0) of these rows, as int32.
  assert.is(sha256(new Uint8Array(Int32Array.from(drawn.index).buffer)), 'b5f6b2017b4ea19a214e73e0e97aeadb048dc75c9b5c894af52a6a2b5e7dbb38');
});

test.run();
