/** IDX and gzip: what is read, and that nothing damaged passes. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../engine/errors';
import { gunzip, isGzip } from '../../nn/datasets/gunzip';
import { parseIdx } from '../../nn/datasets/idx';
import { idx, rejects, throws } from '../support/datasets';

test('images and labels are read in row-major order', () => {
  const images = parseIdx(idx([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]), 3, 'images');
  assert.equal(images.shape, [2, 2, 3]);
  assert.is(images.dtype, 'u8');
  assert.is(images.at(1, 0, 2), 9);
  assert.is(images.at(1, 1, 2), 255);
  assert.equal(parseIdx(idx([3], [7, 2, 1]), 1, 'labels').toArray(), [7, 2, 1]);
});

test('sizes are big-endian and a view at an odd offset is read', () => {
  const file = idx([258], new Array(258).fill(4));
  assert.equal([...file.subarray(4, 8)], [0, 0, 1, 2]);
  const shifted = new Uint8Array(file.length + 3);
  shifted.set(file, 3);
  assert.is(parseIdx(shifted.subarray(3), 1, 'labels').length, 258);
});

test('a wrong magic number is named beside the expected one', () => {
  throws(() => parseIdx(idx([3], [1, 2, 3]), 3, 'a/images'), DataError, 'a/images', '11 bytes', '16');
  throws(() => parseIdx(idx([20], new Array(20).fill(0)), 3, 'a/images'), DataError, 'a/images', '2049', '2051');
  throws(() => parseIdx(idx([1, 1, 1], [1]), 1, 'a/labels'), DataError, 'a/labels', '2051', '2049');
});

test('a file of any other length is refused', () => {
  const whole = idx([5, 4, 3], Array.from({ length: 60 }, (_, i) => i));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
      throws(() => parseIdx(whole.subarray(0, length), 3, 'cut'), DataError, 'cut', 'cut off');
    }),
  );
  throws(() => parseIdx(Uint8Array.of(...whole, 0, 0), 3, 'long'), DataError, 'long', '62 bytes', '60', '2 bytes too many');
  throws(() => parseIdx(new Uint8Array(0), 1, 'empty'), DataError, 'empty', '0 bytes');
});

test('gzip is recognised by content and unpacked', async () => {
  const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) >> 7);
  const packed = Uint8Array.from(gzipSync(content));
  assert.ok(isGzip(packed));
  assert.not(isGzip(content));
  assert.not(isGzip(new Uint8Array(0)));
  assert.equal(await gunzip(packed, 'x.gz'), content);
});

test('truncated and damaged gzip files are errors that name the file', async () => {
  const content = Uint8Array.from({ length: 3_000 }, (_, i) => (i * 2_654_435_761) >>> 13);
  const packed = Uint8Array.from(gzipSync(content));
  const refused = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    await rejects(gunzip(bytes, 'x.gz'), DataError, 'x.gz', `${bytes.length} bytes`, 'damaged');
  };
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: packed.length - 1 }), (length) => refused(packed.slice(0, length))),
  );
  // Bits that carry no data (the date, the padding of the last byte) may change; the content may not.
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: packed.length - 1 }), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
      const damaged = packed.slice();
      damaged[at] ^= 1 << bit;
      const unpacked = await gunzip(damaged, 'x.gz').catch((error: unknown) => error);
      if (unpacked instanceof Uint8Array) assert.equal(unpacked, content);
      else assert.ok(unpacked instanceof DataError && unpacked.message.includes('x.gz'), String(unpacked));
    }),
  );
  for (const at of [100, packed.length - 6]) {
    const damaged = packed.slice();
    damaged[at] ^= 1;
    await refused(damaged);
  }
  await refused(Uint8Array.of(...packed, 1, 2, 3));
});

test.run();
