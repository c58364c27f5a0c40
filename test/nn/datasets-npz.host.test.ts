/** NPY and NPZ, as NumPy writes them. */
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../engine/errors';
import { npyToHostArray, parseNpy } from '../../nn/datasets/npy';
import { readNpz } from '../../nn/datasets/npz';
import { npy, throws } from '../support/datasets';

const read = (bytes: Uint8Array) => npyToHostArray(parseNpy(bytes, 'a.npy'), 'a.npy');

test('the element types that fit a host array', () => {
  const images = read(npy('|u1', [2, 1, 2], Uint8Array.of(1, 2, 3, 255)));
  assert.equal([images.dtype, images.shape, [...images.data]], ['u8', [2, 1, 2], [1, 2, 3, 255]]);
  assert.equal(read(npy('<i4', [2], Int32Array.of(-5, 7))).toArray(), [-5, 7]);
  assert.equal(read(npy('<u4', [1], Uint32Array.of(4_000_000_000))).toArray(), [4_000_000_000]);
  assert.equal(read(npy('<f4', [1, 2], Float32Array.of(0.5, -2))).toArray(), [[0.5, -2]]);
  const labels = read(npy('<i8', [3], BigInt64Array.of(9n, -1n, 2n)));
  assert.equal([labels.dtype, labels.toArray()], ['i32', [9, -1, 2]]);
  assert.equal(read(npy('|u1', [], Uint8Array.of(3))).toArray(), 3);
  assert.equal(read(npy('|u1', [0, 28], new Uint8Array(0))).shape, [0, 28]);
  assert.equal(read(npy('|u1', [2], Uint8Array.of(1, 2), 2)).toArray(), [1, 2], 'version 2 of the format');
});

test('what cannot be read is refused by name', () => {
  throws(() => read(npy('<f8', [1], Float64Array.of(1))), DataError, 'a.npy', '<f8', '<f4');
  throws(() => read(npy('toString', [1], Float64Array.of(1))), DataError, 'a.npy', 'toString');
  throws(() => read(npy('<i8', [2], BigInt64Array.of(1n, 2n ** 40n))), DataError, 'a.npy', String(2 ** 40), 'index 1');
  throws(() => read(npy('|u1', [3], Uint8Array.of(1, 2))), DataError, 'a.npy', '2 bytes', 'takes 3');
  throws(() => read(npy('|u1', [1], Uint8Array.of(1, 2))), DataError, 'a.npy', '2 bytes', 'takes 1');
  throws(() => read(npy('|u1', [2, 2], new Uint8Array(4), 1, 'True')), DataError, 'a.npy', 'Fortran');
  throws(() => read(Uint8Array.of(1, 2, 3)), DataError, 'a.npy', 'not an NPY');
  throws(() => read(new Uint8Array(0)), DataError, 'a.npy', 'not an NPY');
  throws(() => read(npy('|u1', [3], Uint8Array.of(1, 2, 3)).subarray(0, 40)), DataError, 'a.npy', 'header');
});

const content = Uint8Array.from({ length: 500 }, (_, i) => (i * 2_654_435_761) >>> 24);
const members = { 'x.npy': npy('|u1', [500], content), 'y.npy': npy('<i8', [1], BigInt64Array.of(3n)) };

for (const level of [0, 6] as const) {
  test(`an archive with compression ${level}`, () => {
    const archive = zipSync(members, { level });
    const { x, y } = readNpz(archive, 'a.npz', ['x', 'y']);
    assert.equal([...x.data], [...content]);
    assert.equal(y.toArray(), [3]);
    throws(() => readNpz(archive, 'a.npz', ['x', 'z']), DataError, 'a.npz', 'z.npy');
  });

  test(`no damage to an archive with compression ${level} passes`, () => {
    const archive = zipSync(members, { level });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: archive.length - 1 }), (length) => {
        throws(() => readNpz(archive.subarray(0, length), 'a.npz', ['x', 'y']), DataError, 'a.npz');
      }),
    );
    // Bytes that carry no data (dates, versions) may change; the arrays may not.
    fc.assert(
      fc.property(fc.integer({ min: 0, max: archive.length - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const damaged = archive.slice();
        damaged[at] ^= 1 << bit;
        try {
          assert.equal([...readNpz(damaged, 'a.npz', ['x', 'y']).x.data], [...content]);
        } catch (error) {
          assert.instance(error, DataError);
          assert.match((error as Error).message, 'a.npz');
        }
      }),
      { numRuns: 1000 },
    );
  });
}

test('an empty file is no archive', () => {
  throws(() => readNpz(new Uint8Array(0), 'a.npz', ['x']), DataError, 'a.npz', '0 bytes');
});

test.run();
