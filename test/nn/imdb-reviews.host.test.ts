/** datasets.imdbReviews: split expressions, small files, the tutorials' facts on the real ones. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, ValueError } from '../../engine/errors';
import { imdbReviews } from '../../nn/datasets';
import { md5 } from '../../nn/datasets/md5';
import { MissingDataError } from '../../nn/datasets/source';
import { parseSplit } from '../../nn/datasets/split-spec';
import { TextVectorization } from '../../nn/text/text-vectorization';
import { CLOSED, fill, rejects, sandbox, sha256, throws } from '../support/datasets';

// ---- split expressions

const rows = (expression: string, length = 25_000) => parseSplit(expression, ['train', 'test']).map((part) => [part.split, ...part.rows(length)]);

test('split expressions', () => {
  assert.equal(rows('train'), [['train', 0, 25_000]]);
  assert.equal(rows('train[:60%]'), [['train', 0, 15_000]]);
  assert.equal(rows('train[60%:]'), [['train', 15_000, 25_000]]);
  assert.equal(rows('train[60%:80%]'), [['train', 15_000, 20_000]]);
  assert.equal(rows('test[-500:]'), [['test', 24_500, 25_000]]);
  assert.equal(rows('test[:-20%]'), [['test', 0, 20_000]]);
  assert.equal(rows('train[10:200]'), [['train', 10, 200]]);
  assert.equal(rows('train[10:20%]'), [['train', 2500, 5000]], 'one percent sign makes both bounds percents');
  assert.equal(rows(' train[:1] + test'), [['train', 0, 1], ['test', 0, 25_000]]);
  assert.equal(rows('train[:33%]', 10), [['train', 0, 3]], 'to the nearest row');
});

test('parts by percent hold every row once', () => {
  fc.assert(fc.property(fc.integer({ min: 200, max: 5000 }), fc.integer({ min: 1, max: 98 }), fc.integer({ min: 1, max: 98 }), (length, a, b) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b) + 1];
    const bounds = [`train[:${low}%]`, `train[${low}%:${high}%]`, `train[${high}%:]`].map((expression) => rows(expression, length)[0]);
    assert.equal(bounds.map(([, from]) => from), [0, bounds[0][2], bounds[1][2]]);
    assert.is(bounds[2][2], length);
  }));
});

test('bad split expressions are named', () => {
  throws(() => rows('trian'), ValueError, 'trian', 'train');
  for (const wrong of ['', 'train[', 'train[5]', 'train[:]', 'train[%:5]', 'train[a:b]', 'train[:5.5%]', 'train[1:2:3]', 'train+']) {
    throws(() => rows(wrong), ValueError, `"${wrong}"`);
  }
  throws(() => rows('train[:101%]'), ValueError, '101%', '25000');
  throws(() => rows('train[:30000]'), ValueError, '30000', '25000');
  throws(() => rows('train[50%:10%]'), ValueError, 'no examples', '12500 to 2500');
  throws(() => rows('train[:0%]'), ValueError, 'no examples');
});

// ---- files

const lines = (records: unknown[]): Buffer => Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const train = [
  { file: 'neg/1_1.txt', label: 0, text: 'Bad.\u0085Next line' },
  { file: 'pos/2_9.txt', label: 1, text: 'Good \u2028 and\ttabs' },
  { file: 'pos/3_9.txt', label: 1, text: 'Très “bon” 😀' },
];

/** `fn` with these files in $WGRAD_DATA/imdb. */
function having(files: Record<string, Uint8Array>, fn: (folder: string) => Promise<void>): Promise<void> {
  return sandbox(async ({ data }) => {
    fill(join(data, 'imdb'), files);
    await fn(join(data, 'imdb'));
  });
}

test('lines end at line feeds only; packed or not; only what is asked for is read', () =>
  having({ 'aclImdb_train.jsonl.gz': gzipSync(lines(train)), 'aclImdb_unsup.jsonl': lines([{ label: -1, text: 'x' }]).subarray(0, -1) }, async (folder) => {
    const { splits: [first, rest], examples, kind, source } = await imdbReviews.load({ split: ['train[:1]', 'train[1:]'], data: 'real' });
    assert.equal([kind, source], ['real', folder]);
    assert.equal(examples.map(([x, y]) => [x.data, y.toArray(), y.dtype]), [
      [[train[0].text], [0], 'i32'],
      [[train[1].text, train[2].text], [1, 1], 'i32'],
    ]);
    assert.equal([first.length, rest.length], [1, 2]);
    assert.equal(rest.elementSpec, [{ shape: [], dtype: 'string' }, { shape: [], dtype: 'i32' }]);
    for await (const [text, label] of first) assert.equal([text.at(), label.at()], [train[0].text, 0]);

    const { examples: [both] } = await imdbReviews.load({ split: 'train[-1:]+unsupervised' });
    assert.equal([both[0].data, both[1].toArray()], [[train[2].text, 'x'], [1, -1]]);
    await rejects(imdbReviews.load({ split: 'test', data: 'real', mirror: CLOSED }), MissingDataError, 'aclImdb_v1.tar.gz');
  }));

// ---- the authors' archive

/** A tar archive of these texts by path. */
function tar(files: Record<string, string | Uint8Array>): Buffer {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const header = Buffer.alloc(512);
    const bytes = Buffer.from(content);
    header.write(path, 0);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write(' '.repeat(8), 148);
    header.write(path.endsWith('/') ? '5' : '0', 156);
    header.write('ustar', 257);
    header.write(`${header.reduce((a, b) => a + b).toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc(-bytes.length & 511)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const content = {
  'aclImdb/': '',
  'aclImdb/README': 'not a review',
  'aclImdb/train/pos/0_9.txt': 'fine',
  'aclImdb/train/neg/609_1.txt': 'x'.repeat(2000),
  'aclImdb/train/neg/674_3.txt': 'très bad',
  'aclImdb/train/unsup/5_0.txt': '',
  'aclImdb/test/pos/7_8.txt': 'good',
};

test("the authors' archive, packed or not, in the order of TensorFlow Datasets", async () => {
  const keys = (split: string, paths: string[]) => paths.map((path) => [createHash('md5').update(split + path).digest('hex'), path]).sort().map(([, path]) => path);
  const expected = keys('train', Object.keys(content).filter((path) => /train\/(pos|neg)/.test(path)));
  for (const [name, bytes] of [['aclImdb_v1.tar.gz', gzipSync(tar(content))], ['aclImdb_v1.tar', tar(content)]] as const) {
    await having({ [name]: bytes }, async (folder) => {
      const { examples: [[x, y], [xTest], [, none]], source } = await imdbReviews.load({ split: ['train', 'test', 'unsupervised'], data: 'real' });
      assert.equal(x.data, expected.map((path) => content[path as keyof typeof content]));
      assert.equal(y.toArray(), expected.map((path) => Number(path.includes('pos'))));
      assert.equal([xTest.data, none.toArray(), source], [['good'], [-1], folder]);
    });
  }
});

test('a damaged archive is refused', async () => {
  const whole = tar(content);
  const real = (bytes: Uint8Array, ...words: string[]) =>
    having({ 'aclImdb_v1.tar.gz': bytes }, async () => void (await rejects(imdbReviews.load({ split: 'train' }), DataError, 'aclImdb_v1.tar.gz', ...words)));
  await real(gzipSync(whole).subarray(0, 200), 'cut off or damaged');
  await real(gzipSync(whole.subarray(0, 4000)), 'ends in the middle');
  const flipped = Buffer.from(whole);
  flipped[600] ^= 1;
  await real(gzipSync(flipped), 'checksum');
  await real(gzipSync(Buffer.alloc(0)), 'ends in the middle');
  await real(gzipSync(tar({ 'a.txt': 'a' })), 'no reviews');
  await real(gzipSync(tar({ 'aclImdb/train/neg/1_1.txt': Uint8Array.of(0xc3, 0x28) })), 'neg/1_1.txt', 'not UTF-8');
});

test('MD5', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assert.is(md5(bytes), createHash('md5').update(bytes).digest('hex'))));
});

test('damage is named, with the line', async () => {
  const real = (train: Uint8Array, ...words: string[]) =>
    having({ 'aclImdb_train.jsonl': train }, async () => void (await rejects(imdbReviews.load({ split: 'train' }), DataError, 'aclImdb_train.jsonl', ...words)));
  const good = lines(train.slice(0, 2));
  await real(good.subarray(0, good.length - 9), 'line 2', 'no JSON');
  await real(Buffer.concat([good, Buffer.from('{"label": 0, "text": "\xc3("}\n', 'latin1')]), 'line 3', 'not UTF-8');
  await real(lines([{ label: 2, text: 'x' }]), 'line 1', 'label 2', '0 or 1');
  await real(lines([...train, { label: 1 }]), 'line 4', 'undefined text');
  await real(lines([null]), 'line 1');
  await real(new Uint8Array(0), 'no reviews');
  await real(gzipSync(good).subarray(0, 60), 'gzip');
});

test('without files the reviews are synthetic, and say so', () => sandbox(async ({ written }) => {
  const { splits: [part], kind, source } = await imdbReviews.load({ split: 'test[:2%]', mirror: CLOSED });
  assert.equal([kind, source, part.length], ['synthetic', 'generated (SYNTHETIC)', 500]);
  assert.match(written(), 'SYNTHETIC data in place of imdb: no aclImdb_v1.tar.gz');
  await rejects(imdbReviews.loadData({ data: 'real', mirror: CLOSED }), MissingDataError, 'aclImdb_v1.tar.gz', 'WGRAD_DATA');
}));

// ---- the real reviews

const folder = join(process.env.WGRAD_DATA || '', 'imdb');
const there = Boolean(process.env.WGRAD_DATA) && existsSync(join(folder, 'aclImdb_train.jsonl.gz'));
if (!there) console.log('skipped: the tutorials\' facts need aclImdb_train.jsonl.gz and aclImdb_test.jsonl.gz in $WGRAD_DATA/imdb');

(there ? test : test.skip)('the reviews and the vocabulary of the tutorials', async () => {
  const { train: [x, y], test: [xTest, yTest] } = await imdbReviews.loadData({ data: 'real' });
  assert.equal([x.shape, y.shape, xTest.shape, yTest.shape], [[25_000], [25_000], [25_000], [25_000]]);
  assert.ok(x.at(0).startsWith("This was an absolutely terrible movie. Don't be lured in by Christopher Walken"));
  assert.equal(y.slice(0, 10).toArray(), [0, 0, 0, 1, 1, 1, 0, 0, 0, 0]);
  ['There are films that make careers. For George Romero', 'A blackly comic tale of a down-trodden priest', 'Scary Movie 1-4'].forEach((start, i) => {
    assert.ok(xTest.at(i).startsWith(start), xTest.at(i));
  });
  assert.equal(yTest.slice(0, 3).toArray(), [1, 1, 0]);
  for (const labels of [y, yTest]) assert.is(Array.from(labels.data).reduce((a, b) => a + b), 12_500);

  const encoder = new TextVectorization({ maxTokens: 1000 });
  await encoder.adapt(x);
  const first = ', [UNK], the, and, a, of, to, is, in, it, i, this, that, br, was, as, for, with, movie, but'.split(', ');
  assert.equal(encoder.getVocabulary().slice(0, 20), first);
  // What Keras 3.15.1 makes of these reviews, as SHA-256: tokens joined by line feeds, numbers as little-endian int32.
  assert.is(sha256(Buffer.from(encoder.getVocabulary().join('\n'))), 'a74b6605c22ead5bc72ac47843e647650c0b7b3795117d27d26be3fdf30e62a1');
  const encoded = encoder.callHost(x.slice(0, 1000));
  assert.equal(encoded.shape, [1000, 988]);
  assert.is(sha256(new Uint8Array(encoded.data.buffer)), 'f4fb6ace21d18fabddf20129188bfe675e6910ea9cd4ae7899cd2b27426f22d2');
  const everything = new TextVectorization();
  await everything.adapt(x);
  assert.is(everything.vocabularySize(), 121_894);
  assert.is(sha256(Buffer.from(everything.getVocabulary().join('\n'))), 'a6234465f51ba2e6c669297fac7549c75a81148237fc361dd2226b7003c40228');
});

test.run();
