/** datasets.imdb: Keras's steps on small archives, the published facts on the real files. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { zipSync } from 'fflate';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, ValueError } from '../../engine/errors';
import { imdb } from '../../nn/datasets';
import { NumpyRandom } from '../../nn/datasets/numpy-random';
import { MissingDataError } from '../../nn/datasets/source';
import { CLOSED, fill, npy, rejects, sandbox } from '../support/datasets';
import { pickledLists } from '../support/pickle';

const reviews = [[1, 2, 3], [5, 1], [9, 4, 9, 2], [7]];
const objects = (lists: number[][]): Uint8Array => npy('|O', [lists.length], pickledLists(lists));
const int64 = (values: number[]): Uint8Array => npy('<i8', [values.length], BigInt64Array.from(values, BigInt));
const parts = {
  'x_train.npy': objects(reviews),
  'y_train.npy': int64([1, 1, 0, 0]),
  'x_test.npy': objects([[3, 3], [8]]),
  'y_test.npy': int64([1, 0]),
};
const archive = (changed: Partial<typeof parts> = {}): Uint8Array => zipSync({ ...parts, ...changed });

/** `fn` with this archive in $WGRAD_DATA/imdb. */
function having(zip: Uint8Array, fn: (folder: string) => Promise<void>): Promise<void> {
  return sandbox(async ({ data }) => {
    fill(join(data, 'imdb'), { 'imdb.npz': zip });
    await fn(join(data, 'imdb'));
  });
}
const plain = (x: Int32Array[]): number[][] => x.map((sequence) => [...sequence]);
const load = (options: imdb.ImdbOptions) => imdb.loadData({ data: 'real', mirror: CLOSED, ...options });

test('one generator shuffles training and test set; start and offset are added', () => having(archive(), async (folder) => {
  const { train: [x, y], test: [xTest, yTest], kind, source } = await load({ numWords: 100 });
  const random = new NumpyRandom(113);
  const [order, testOrder] = [random.permutation(4), random.permutation(2)];
  assert.equal(plain(x), [...order].map((i) => [1, ...reviews[i].map((word) => word + 3)]));
  assert.equal([y.dtype, y.toArray()], ['i32', [...order].map((i) => [1, 1, 0, 0][i])]);
  assert.equal(plain(xTest), [...testOrder].map((i) => [[1, 6, 6], [1, 11]][i]));
  assert.equal(yTest.toArray(), [...testOrder].map((i) => [1, 0][i]));
  assert.equal([kind, source], ['real', folder]);
  assert.not.equal(plain((await load({ seed: 5, numWords: 100 })).train[0]), plain(x));
}));

test('options as Keras takes them', () => having(archive(), async () => {
  const sorted = async (options: imdb.ImdbOptions) => plain((await load(options)).train[0]).sort((a, b) => a.length - b.length);
  assert.equal(await sorted({ numWords: 8 }), [[1, 2], [1, 2, 4], [1, 4, 5, 6], [1, 2, 7, 2, 5]]);
  assert.equal(await sorted({ numWords: 8, oovChar: null }), [[1], [1, 4], [1, 7, 5], [1, 4, 5, 6]]);
  assert.equal(await sorted({ numWords: 8, skipTop: 5 }), [[2, 2], [2, 2, 2], [2, 2, 5, 6], [2, 2, 7, 2, 5]], 'the start goes too');
  assert.equal(await sorted({ numWords: 99, startChar: null, indexFrom: 0 }), [[7], [5, 1], [1, 2, 3], [9, 4, 9, 2]]);
  assert.equal(await sorted({ startChar: null, indexFrom: 0 }), [[7], [5, 1], [1, 2, 3], [2, 4, 2, 2]], 'the largest number is left out');
  assert.equal(await sorted({ numWords: 99, maxlen: 4 }), [[1, 10], [1, 8, 4]], 'shorter than maxlen, start included');
  await rejects(load({ maxlen: 2 }), ValueError, 'maxlen 2', 'Increase');
  await rejects(load({ numWords: 1.5 }), ValueError, 'numWords', '1.5');
}));

test('damage is named', async () => {
  const real = (changed: Partial<typeof parts>, ...words: string[]) =>
    having(archive(changed), async (folder) => void (await rejects(load({}), DataError, join(folder, 'imdb.npz'), ...words)));
  await real({ 'x_train.npy': npy('|O', [4], pickledLists([...reviews, [1]])) }, 'x_train', 'more lists');
  await real({ 'x_train.npy': objects(reviews.slice(1)) }, 'y_train', '[4]', '[3]');
  await real({ 'x_train.npy': npy('|O', [4], Uint8Array.from(Buffer.from('\x80\x02cos\nsystem\n', 'latin1'))) }, 'x_train', 'os system');
  await real({ 'x_test.npy': int64([1, 2]) }, 'x_test', '<i8');
  await real({ 'y_train.npy': int64([1, 0]) }, 'y_train', '[2]', '[4]');
  await real({ 'y_test.npy': int64([1, 7]) }, 'y_test', 'label 7');
  await having(archive().subarray(0, 300), async () => void (await rejects(load({}), DataError, 'not a whole zip')));
});

test('the word index goes with the reviews', () => having(archive(), async (folder) => {
  await rejects(imdb.getWordIndex({ mirror: CLOSED }), DataError, 'imdb_word_index.json');
  fill(folder, { 'imdb_word_index.json': Buffer.from('{"the": 1, "constructor": 2, "__proto__": 3}') });
  const index = await imdb.getWordIndex();
  assert.equal([...index], [['the', 1], ['constructor', 2], ['__proto__', 3]]);
  fill(folder, { 'imdb_word_index.json': Buffer.from('{"the": "1"}') });
  await rejects(imdb.getWordIndex(), DataError, 'imdb_word_index.json', '"the"');
  fill(folder, { 'imdb_word_index.json': Buffer.from('{"the": 1') });
  await rejects(imdb.getWordIndex(), DataError, 'imdb_word_index.json', 'not a JSON object');
}));

test('where nothing can be had, both are synthetic, and say so', () => sandbox(async ({ written }) => {
  await rejects(load({}), MissingDataError, 'imdb.npz');
  const { kind, source, train: [x, y], test: [xTest] } = await imdb.loadData({ mirror: CLOSED });
  assert.equal([kind, source, x.length, y.shape, xTest.length], ['synthetic', 'generated (SYNTHETIC)', 25000, [25000], 25000]);
  assert.match(written(), 'SYNTHETIC data in place of imdb');
  const words = await imdb.getWordIndex({ mirror: CLOSED });
  assert.is(Math.max(...x.map((sequence) => Math.max(...sequence))), words.size + 2, 'the last word but one, as the largest number is left out');
  assert.equal([...words.values()], Array.from(words.values(), (_, i) => i + 1));
}));

const folder = join(process.env.WGRAD_DATA || '', 'imdb');
const there = Boolean(process.env.WGRAD_DATA) && existsSync(join(folder, 'imdb.npz'));
if (!there) console.log('skipped: the published facts need imdb.npz in $WGRAD_DATA/imdb');

(there ? test : test.skip)('imdb as published', async () => {
  const { train: [x, y], test: [xTest, yTest], kind } = await imdb.loadData({ data: 'real', numWords: 100_000 });
  assert.equal([kind, x.length, xTest.length, y.shape, yTest.shape], ['real', 25000, 25000, [25000], [25000]]);
  assert.equal([...x[0].subarray(0, 16)], [1, 14, 22, 16, 43, 530, 973, 1622, 1385, 65, 458, 4468, 66, 3941, 4, 173]);
  assert.equal(y.slice(0, 10).toArray(), [1, 0, 0, 1, 0, 0, 1, 0, 1, 0]);
  assert.equal(yTest.slice(0, 10).toArray(), [0, 1, 1, 0, 1, 1, 1, 0, 0, 1]);
  const lengths = (sequences: Int32Array[]): number[] => sequences.map(({ length }) => length);
  assert.equal(lengths(x.slice(0, 10)), [218, 189, 141, 550, 147, 43, 123, 562, 233, 130]);
  assert.equal(lengths(xTest.slice(0, 10)), [68, 260, 603, 181, 108, 132, 761, 180, 134, 370]);
  assert.equal([Math.max(...lengths(x)), Math.max(...lengths(xTest))], [2494, 2315]);
  const all = lengths([...x, ...xTest]);
  const mean = all.reduce((sum, n) => sum + n) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, n) => sum + (n - mean) ** 2, 0) / all.length);
  assert.equal([mean.toFixed(3), deviation.toFixed(3)], ['234.759', '172.911']);
  const values = new Set<number>();
  for (const sequence of [...x, ...xTest]) for (const word of sequence) values.add(word);
  assert.is(values.size, 88_585);
  for (const labels of [y, yTest]) assert.is(Array.from(labels.data).reduce((a, b) => a + b), 12_500);
  const words = await imdb.getWordIndex({ data: 'real' });
  assert.equal([words.size, words.get('the'), words.get('and'), words.get('a')], [88_584, 1, 2, 3]);
});

test.run();
