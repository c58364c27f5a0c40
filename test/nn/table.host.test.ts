import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ShapeError, ValueError } from '../../engine/errors';
import { Table } from '../../nn/data/table';
import { sha256, throws } from '../support/datasets';

const table = new Table([['a', [1, 2, NaN, 4]], ['b', [10, 20, 30, 40]], ['code', [1, 3, 2, 1]]]);

test('columns keep their order, rows their numbers', () => {
  assert.equal([table.columns, table.shape, table.length], [['a', 'b', 'code'], [4, 3], 4]);
  const drawn = table.take([3, 0]);
  assert.equal([drawn.index, drawn.column('b')], [[3, 0], [40, 10]]);
  assert.equal(drawn.take([1]).index, [0]);
  assert.equal([table.slice(-2).index, table.slice(1, 3).index], [[2, 3], [1, 2]]);
  assert.equal(table.without('b').columns, ['a', 'code']);
  assert.equal(table.select(['code', 'a']).toHostArray().slice(0, 2).toArray(), [[1, 1], [3, 2]]);
});

test('missing values are counted, and their rows dropped', () => {
  assert.equal(table.missing(), { a: 1, b: 0, code: 0 });
  assert.equal(table.dropMissing().index, [0, 1, 3]);
});

test('one-hot columns come last and have a 1 where the code is', () => {
  const hot = table.oneHot('code', { one: 1, two: 2, three: 3 });
  assert.equal(hot.columns, ['a', 'b', 'one', 'two', 'three']);
  assert.equal(hot.select(['one', 'two', 'three']).toHostArray().toArray(), [[1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]);
  throws(() => table.oneHot('code', { one: 1, two: 2 }), ValueError, '"code"', 'holds 3', '1, 2');
});

test('statistics leave out what is missing; the deviation is the population\'s', () => {
  const { a, b } = table.describe();
  assert.equal([a.count, a.mean, a.min, a.max], [3, 7 / 3, 1, 4]);
  assert.ok(Math.abs(b.std - Math.sqrt(125)) < 1e-12);
});

test('a sample and the rest make up the whole, whatever was dropped before', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(9), (length, fraction, seed) => {
    const whole = new Table([['v', Array.from({ length }, (_, i) => (i % 4 === 3 ? NaN : i))]]).dropMissing();
    const drawn = whole.sample({ fraction, seed });
    assert.ok(Math.abs(drawn.length - fraction * whole.length) <= 0.5);
    assert.equal([...drawn.index, ...whole.except(drawn).index].sort((i, j) => i - j), whole.index);
    assert.equal(drawn.column('v'), drawn.index);
  }));
});

// The numbers of pandas.DataFrame({'i': range(n)}).sample(frac=…, random_state=…) with pandas 3.1, as int32.
for (const { n, fraction, seed, drawn } of [
  { n: 5, fraction: 0.5, seed: 1, drawn: [2, 1] },
  { n: 7, fraction: 0.5, seed: 2, drawn: [4, 1, 3, 2] },
]) {
  test(`the sample that pandas draws of ${n} rows, half of a row rounded to the even number`, () => {
    const whole = new Table([['i', Array.from({ length: n }, (_, i) => i)]]);
    assert.equal(whole.sample({ fraction, seed }).index, drawn);
  });
}

test('the sample that pandas draws of 392 rows', () => {
  const whole = new Table([['i', Array.from({ length: 392 }, (_, i) => i)]]);
  const { index } = whole.sample({ fraction: 0.8, seed: 0 });
  assert.equal([index.length, index.slice(0, 3)], [314, [144, 280, 68]]);
  assert.is(sha256(new Uint8Array(Int32Array.from(index).buffer)), 'b07713d8bb3b936fdd05afacc3fa64df9fca6d4bad0453082d315e30c1506bb0');
});

test('as text: a line of names, then a line for each row', () => {
  assert.is(new Table([['MPG', [18, 22.25]], ['x', [NaN, 3]]], [0, 146]).toString(), '       MPG    x\n  0     18  NaN\n146  22.25    3');
});

test('what does not fit is told', () => {
  throws(() => new Table([['a', [1, 2]], ['b', [1]]]), ShapeError, '"b"', '1 values', 'expected 2');
  throws(() => table.column('cod'), ValueError, '"cod"', 'Did you mean "code"');
  throws(() => table.without('d'), ValueError, '"d"');
  throws(() => table.take([4]), ShapeError, 'row 4', '4 rows');
  throws(() => table.sample({ fraction: 1.5, seed: 0 }), ValueError, '1.5');
});

test.run();
