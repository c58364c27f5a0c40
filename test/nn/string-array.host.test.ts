import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DtypeError, ShapeError } from '../../engine/errors';
import { StringArray } from '../../nn/core/string-array';
import { throws } from '../support/datasets';

test('shapes, rows and elements', () => {
  const array = StringArray.from([['a', 'b'], ['c', 'd'], ['e', 'f']]);
  assert.equal([array.shape, array.length, array.size, array.dtype], [[3, 2], 3, 6, 'string']);
  assert.is(array.at(1, -1), 'd');
  assert.equal(array.slice(1).toArray(), [['c', 'd'], ['e', 'f']]);
  assert.equal(array.slice(-1).data, ['e', 'f']);
  assert.equal(array.take([2, 0, 2]).toArray(), [['e', 'f'], ['a', 'b'], ['e', 'f']]);
  assert.equal(array.reshape([-1]).toArray(), ['a', 'b', 'c', 'd', 'e', 'f']);
  assert.equal(array.slice(0, 1).expandDims(1).shape, [1, 1, 2]);
  assert.equal(StringArray.stack([array.slice(0, 1), array.slice(2)]).toArray(), [[['a', 'b']], [['e', 'f']]]);
});

test('scalars and nothing', () => {
  assert.equal([StringArray.from('x').shape, StringArray.from('x').at(), StringArray.from('x').toArray()], [[], 'x', 'x']);
  assert.equal([StringArray.from([]).shape, StringArray.from([[], []]).shape], [[0], [2, 0]]);
  assert.equal(StringArray.from(['']).data, ['']);
});

test('bad input is named', () => {
  throws(() => StringArray.from([['a'], ['b', 'c']]), ShapeError, 'ragged');
  throws(() => StringArray.from(['a', ['b']]), ShapeError, 'ragged');
  throws(() => StringArray.from([['a'], 'b']), ShapeError, 'ragged');
  throws(() => StringArray.from(['a', 5 as unknown as string]), DtypeError, '5 at 1');
  throws(() => StringArray.from(['a']).at(1), ShapeError, 'out of range');
});

test.run();
