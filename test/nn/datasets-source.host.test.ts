/** Where the data of `loadData` comes from: $WGRAD_DATA, the cache, the download, or the synthetic stand-in. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, ValueError } from '../../engine/errors';
import { fashionMnist, mnist } from '../../nn/datasets';
import { chooseData } from '../../nn/datasets/choice';
import { findFile, MissingDataError } from '../../nn/datasets/source';
import { CLOSED, fill, idx, imageFiles, npy, rejects, sandbox, serving, sha256 } from '../support/datasets';

const real = { data: 'real', mirror: CLOSED } as const;
const TRAIN_IMAGES = 'train-images-idx3-ubyte.gz';
const TRAIN_LABELS = 'train-labels-idx1-ubyte.gz';

test('the user\'s files are taken by their structure', () =>
  sandbox(async ({ data }) => {
    fill(join(data, 'fashion-mnist'), imageFiles(30, 20));
    const set = await fashionMnist.loadData(real);
    assert.equal([set.kind, set.source], ['real', join(data, 'fashion-mnist')]);
    assert.equal([set.train[0].shape, set.train[1].shape, set.test[0].shape], [[30, 28, 28], [30], [20, 28, 28]]);
    assert.equal([set.train[0].dtype, set.train[1].dtype], ['u8', 'u8']);
    assert.is(set.train[0].at(1, 0, 0), 784 % 251);
    assert.equal(set.test[1].slice(8, 12).toArray(), [8, 9, 0, 1]);
  }));

test('unpacked files count too, under either name', () =>
  sandbox(async ({ data }) => {
    const files = imageFiles(10, 10);
    const unpacked = Object.entries(files).map(([name, bytes], i) => [i < 2 ? name.slice(0, -3) : name, gunzipSync(bytes)]);
    fill(join(data, 'mnist'), Object.fromEntries(unpacked));
    assert.is((await mnist.loadData(real)).train[0].length, 10);
  }));

const archive = (labels: ArrayBufferView & { length: number }, descr: string): Uint8Array => {
  const images = npy('|u1', [labels.length, 28, 28], new Uint8Array(labels.length * 784).fill(5));
  const y = npy(descr, [labels.length], labels);
  return zipSync({ 'x_train.npy': images, 'y_train.npy': y, 'x_test.npy': images, 'y_test.npy': y });
};

for (const folder of ['', 'mnist']) {
  test(`mnist.npz in $WGRAD_DATA/${folder}`, () =>
    sandbox(async ({ data }) => {
      fill(join(data, folder), { 'mnist.npz': archive(BigInt64Array.of(3n, 9n), '<i8') });
      const { train, kind, source } = await mnist.loadData(real);
      assert.equal([kind, source], ['real', join(data, folder, 'mnist.npz')]);
      assert.equal([train[0].shape, train[1].dtype, train[1].toArray()], [[2, 28, 28], 'u8', [3, 9]]);
    }));
}

test('labels of an archive are checked before they become bytes', () =>
  sandbox(async ({ data }) => {
    fill(data, { 'mnist.npz': archive(BigInt64Array.of(3n, 259n), '<i8') });
    await rejects(mnist.loadData(real), DataError, 'y_train in', 'mnist.npz', 'label 259 at index 1', '0 to 9');
    fill(data, { 'mnist.npz': archive(BigInt64Array.of(3n, -1n), '<i8') });
    await rejects(mnist.loadData(real), DataError, 'label -1 at index 1');
    fill(data, { 'mnist.npz': archive(Float32Array.of(1, Number.NaN), '<f4') });
    await rejects(mnist.loadData(real), DataError, 'y_train in', 'label NaN at index 1');
    fill(data, { 'mnist.npz': archive(Float32Array.of(0.5, 1), '<f4') });
    await rejects(mnist.loadData(real), DataError, 'label 0.5 at index 0');
  }));

const damages: [what: string, file: string, bytes: Uint8Array, ...says: string[]][] = [
  ['a gzip cut off', TRAIN_IMAGES, imageFiles(10, 10)[TRAIN_IMAGES].subarray(0, 100), 'cut off'],
  ['an empty file', TRAIN_IMAGES, new Uint8Array(0), '0 bytes'],
  ['text', TRAIN_IMAGES, Buffer.from('<html>this is not the file you want</html>'), 'magic number'],
  ['labels in place of images', TRAIN_IMAGES, imageFiles(90, 10)[TRAIN_LABELS], '2049', '2051'],
  ['fewer labels than images', TRAIN_LABELS, imageFiles(9, 10)[TRAIN_LABELS], '10 images', '9 labels'],
  ['images of another size', TRAIN_IMAGES, gzipSync(idx([10, 32, 28], new Uint8Array(10 * 32 * 28))), '[10, 32, 28]'],
  ['no images', TRAIN_IMAGES, gzipSync(idx([0, 28, 28], [])), '0 images'],
  ['a label out of range', TRAIN_LABELS, gzipSync(idx([10], [0, 1, 2, 3, 10, 5, 6, 7, 8, 9])), 'label 10 at index 4', '0 to 9'],
  ['bytes after the data', TRAIN_LABELS, gzipSync(Buffer.concat([idx([10], new Array(10).fill(1)), Buffer.from('xy')])), '2 bytes too many'],
];

for (const [what, name, bytes, ...says] of damages) {
  test(`${what}: an error that names the file, never synthetic data`, () =>
    sandbox(async ({ data, written }) => {
      fill(join(data, 'mnist'), { ...imageFiles(10, 10), [name]: bytes });
      await rejects(mnist.loadData({ mirror: CLOSED }), DataError, join(data, 'mnist', name), ...says);
      assert.is(written(), '');
    }));
}

test('no images at all in both files', () =>
  sandbox(async ({ data }) => {
    fill(join(data, 'mnist'), imageFiles(0, 10));
    await rejects(mnist.loadData(real), DataError, TRAIN_IMAGES, 'no images');
  }));

test('what is there but cannot be read is not taken for missing', () =>
  sandbox(async ({ data }) => {
    fill(join(data, 'mnist'), imageFiles(10, 10));
    rmSync(join(data, 'mnist', TRAIN_LABELS));
    mkdirSync(join(data, 'mnist', TRAIN_LABELS));
    await rejects(mnist.loadData({ mirror: CLOSED }), DataError, join(data, 'mnist', TRAIN_LABELS), "can't be read");
  }));

const content = Buffer.from('some published bytes');
const file = { name: 'x.bin', bytes: content.length, sha256: sha256(content) };

test('a download is verified, kept, and not repeated', () =>
  sandbox(async ({ cache }) => {
    let asked = 0;
    await serving((_, response) => {
      asked++;
      response.end(content);
    }, async (url) => {
      assert.equal(Buffer.from((await findFile('set', file, url)).bytes), content);
      const again = await findFile('set', file, url);
      assert.equal([Buffer.from(again.bytes), again.place, asked], [content, join(cache, 'datasets', 'set'), 1]);
    });
    assert.equal(readdirSync(join(cache, 'datasets', 'set')), ['x.bin']);
  }));

test('the user\'s file comes before cache and download, whatever its checksum', () =>
  sandbox(async ({ data, cache }) => {
    fill(join(cache, 'datasets', 'set'), { 'x.bin': content });
    fill(join(data, 'set'), { 'x.bin': Buffer.from('mine') });
    assert.is(Buffer.from((await findFile('set', file, CLOSED)).bytes).toString(), 'mine');
  }));

for (const unset of ['', undefined]) {
  test(`WGRAD_DATA ${unset === '' ? 'empty' : 'unset'}: the cache serves`, () =>
    sandbox(async ({ cache }) => {
      if (unset === undefined) delete process.env.WGRAD_DATA;
      else process.env.WGRAD_DATA = unset;
      fill(join(cache, 'datasets', 'set'), { 'x.bin': content });
      assert.equal(Buffer.from((await findFile('set', file, CLOSED)).bytes), content);
      await rejects(findFile('other', file, CLOSED), MissingDataError, '$WGRAD_DATA is not set');
    }));
}

test('an interrupted or wrong download leaves nothing behind', () =>
  sandbox(async ({ cache }) => {
    await serving((_, response) => {
      response.writeHead(200, { 'Content-Length': content.length });
      response.write(content.subarray(0, 5), () => response.destroy());
    }, async (url) => void (await rejects(findFile('set', file, url), MissingDataError, 'x.bin', url)));
    await serving((_, response) => response.end(Buffer.alloc(content.length)), async (url) => {
      await rejects(findFile('set', file, url), MissingDataError, 'SHA-256');
    });
    assert.not(existsSync(join(cache, 'datasets')));
  }));

test('a damaged cache is replaced, or named if it cannot be', () =>
  sandbox(async ({ cache }) => {
    const kept = join(cache, 'datasets', 'set', 'x.bin');
    fill(join(cache, 'datasets', 'set'), { 'x.bin': content.subarray(0, 9) });
    const message = await rejects(findFile('set', file, CLOSED), DataError, kept, 'damaged', 'Delete it', CLOSED);
    assert.ok(message.length > 0);
    await serving((_, response) => response.end(content), async (url) => void (await findFile('set', file, url)));
    assert.equal(readFileSync(kept), content);
  }));

test('a cache that cannot be written does not cost the data', () =>
  sandbox(async ({ cache, written }) => {
    writeFileSync(cache, 'a file where the folder should be');
    await serving((_, response) => response.end(content), async (url) => {
      assert.equal(Buffer.from((await findFile('set', file, url)).bytes), content);
    });
    assert.match(written(), "can't be written");
  }));

test('real: names each place looked at and what to do', () =>
  sandbox(async ({ data, cache }) => {
    await rejects(
      mnist.loadData(real), MissingDataError, 'mnist', TRAIN_IMAGES, join(data, 'mnist'), join(cache, 'datasets', 'mnist'),
      `${CLOSED}${TRAIN_IMAGES}`, '$WGRAD_DATA/mnist', 'network',
    );
  }));

test('auto: synthetic data in the shapes of the real, and it says so', () =>
  sandbox(async ({ written }) => {
    const set = await fashionMnist.loadData({ mirror: CLOSED });
    assert.equal([set.kind, set.train[0].shape, set.test[1].shape], ['synthetic', [60000, 28, 28], [10000]]);
    assert.match(set.source, 'SYNTHETIC');
    for (const part of ['SYNTHETIC', 'fashion-mnist', TRAIN_IMAGES, '$WGRAD_DATA/fashion-mnist']) assert.match(written(), part);
  }));

test('auto: one line, once per set; real data brings none', () =>
  sandbox(async ({ written }) => {
    const synthetic = () => ({ value: 1 });
    const missing = () => findFile('twice', file, CLOSED).then(() => ({ value: 2, source: 'x' }));
    for (let time = 0; time < 3; time++) assert.is((await chooseData('twice', 'auto', { real: missing, synthetic })).kind, 'synthetic');
    assert.is(written().split('\n').length, 2);
    const there = await chooseData('there', 'auto', { real: async () => ({ value: 2, source: 'x' }), synthetic });
    assert.equal([there, written().split('\n').length], [{ value: 2, source: 'x', kind: 'real' }, 2]);
  }));

test('an unknown kind of data is refused with the near match', () =>
  sandbox(async () => {
    const data = 'syntetic' as 'synthetic';
    await rejects(mnist.loadData({ data }), ValueError, 'syntetic', 'Did you mean "synthetic"');
  }));

test.run();
