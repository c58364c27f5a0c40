/** The SavedModels of test/golden/embeddings, which the real TensorFlow wrote. */
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import type { Combiner } from '../../nn/text/embeddings/table';
import type { HostArray } from '../../engine/tensor/host-array';
import { readGolden } from './golden';

export interface ModuleCase {
  readonly name: string;
  readonly combiner: Combiner;
  readonly oovBuckets: number;
  readonly vocabulary: readonly string[];
  readonly vectors: HostArray;
  readonly texts: readonly string[];
  readonly output: HostArray;
}

interface Golden {
  readonly modules: readonly ModuleCase[];
  readonly kerasModel: { readonly vectors: HostArray };
  readonly slices: { readonly vectors: HostArray };
  readonly bundles: { readonly vectors: HostArray };
  readonly fingerprints: readonly string[];
  readonly buckets: readonly { readonly buckets: number; readonly words: readonly string[]; readonly rows: readonly number[] }[];
}

export const golden = readGolden<Golden>('hub-modules');

export function archive(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(`test/golden/embeddings/${name}.tar.gz`));
}

/** The files of an archive by path. */
export function unpack(packed: Uint8Array): Map<string, Uint8Array> {
  const tar = gunzipSync(packed);
  const files = new Map<string, Uint8Array>();
  for (let at = 0; tar[at] !== 0; ) {
    const text = (from: number, to: number): string => tar.toString('utf8', at + from, at + to).replace(/\0.*$/s, '');
    const size = parseInt(text(124, 136), 8);
    if (text(156, 157) === '0') files.set(text(0, 100), new Uint8Array(tar.subarray(at + 512, at + 512 + size)));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** A tar archive; `size` in place of the right one for hostile headers. */
export function tar(files: Iterable<readonly [string, Uint8Array]>, size = (bytes: Uint8Array): string => bytes.length.toString(8).padStart(11, '0')): Buffer {
  const blocks = [...files].flatMap(([path, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write('0000644\0', 100);
    header.write(`${size(bytes)}\0`, 124, 'latin1');
    header.write('        0', 148);
    header.write('ustar\x0000', 257);
    header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc(-bytes.length & 511)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export function pack(files: Iterable<readonly [string, Uint8Array]>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(tar(files)));
}

/** The same f32 numbers, bit for bit; quicker than assert.equal on large tables. */
export function expectSameBits(actual: HostArray, expected: ArrayBufferView): void {
  const { buffer, byteOffset, byteLength } = actual.data as Float32Array;
  assert.is(Buffer.compare(new Uint8Array(buffer, byteOffset, byteLength), new Uint8Array(expected.buffer, expected.byteOffset, expected.byteLength)), 0, 'the same bits');
}

/** The bits of f32 numbers, so that NaN and −0 count. */
export function bitsOf(values: HostArray): Uint32Array {
  const { buffer, byteOffset, length } = values.data as Float32Array;
  return new Uint32Array(buffer, byteOffset, length);
}
