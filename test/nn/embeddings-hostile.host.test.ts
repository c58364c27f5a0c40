/** Damaged and hostile SavedModels are refused with a DataError that says why; none hangs, and none gives another table. */
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../engine/errors';
import { loadEmbedding } from '../../nn/text/embeddings/load-embedding';
import { maskedCrc32c } from '../../nn/text/embeddings/saved-model/crc32c';
import { block, entry, footer, handle, header, index, sealed, u32, varint } from '../support/bundles';
import { rejects } from '../support/datasets';
import { archive, bitsOf, golden, pack, tar, unpack } from '../support/saved-models';

const [nnlm] = golden.modules;
const runs = { numRuns: process.env.WGRAD_TEST_DEEP ? 2000 : 60 };

/** How bytes get damaged: some bits turned, or an end lost. */
const damage = fc.oneof(
  fc.record({ flips: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }) }),
  fc.record({ keep: fc.nat() }),
);

function damaged(bytes: Uint8Array, how: { flips: [number, number][] } | { keep: number }): Uint8Array {
  if ('keep' in how) return bytes.slice(0, how.keep % bytes.length);
  const copy = bytes.slice();
  for (const [at, mask] of how.flips) copy[at % copy.length] ^= mask;
  return copy;
}

/** It loads to the same numbers, or is refused; whether it was refused. */
async function sameOrRefused(bytes: Uint8Array, vectors: Uint32Array): Promise<boolean> {
  try {
    assert.equal(bitsOf((await loadEmbedding(bytes)).vectors), vectors);
    return false;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return true;
  }
}

test('an archive with damage anywhere', async () => {
  let refused = 0;
  await fc.assert(fc.asyncProperty(fc.constantFrom('nnlm', 'parts', 'float16'), damage, async (name, how) => {
    const vectors = bitsOf(golden.modules.find((module) => module.name === name)!.vectors);
    if (await sameOrRefused(damaged(archive(name), how), vectors)) refused++;
  }), runs);
  // A few bits of gzip's header have no meaning.
  assert.ok(refused > 0.9 * runs.numRuns, `${refused} refused`);
});

for (const [path, least] of [['./variables/variables.index', 0.7], ['./variables/variables.data-00000-of-00001', 0.1], ['./saved_model.pb', 0], ['./assets/tokens.txt', 0]] as const) {
  test(`damage in ${path}, not in the archive`, async () => {
    const files = unpack(archive('nnlm'));
    const whole = files.get(path)!;
    let refused = 0;
    await fc.assert(fc.asyncProperty(damage, async (how) => {
      if (await sameOrRefused(pack(new Map(files).set(path, damaged(whole, how))), bitsOf(nnlm.vectors))) refused++;
    }), runs);
    assert.ok(refused >= least * runs.numRuns, `${refused} refused`);
  });
}

test('an unpacked archive cut off at every place, and every file that is missing', async () => {
  const files = unpack(archive('swivel'));
  const whole = tar(files);
  for (let length = 0; length < whole.length - 512; length += 97) assert.ok(await sameOrRefused(whole.subarray(0, length), new Uint32Array()), `${length} bytes`);
  for (const path of files.keys()) {
    if (!/saved_model|variables|assets/.test(path)) continue;
    const others = new Map(files);
    others.delete(path);
    await rejects(loadEmbedding(pack(others)), DataError, path.includes('assets') ? 'no words' : path.replace(/^\.\//, ''));
  }
});

test('archives that reach outside, claim giant or negative sizes, or unpack to far more than they are', async () => {
  const files = [...unpack(archive('nnlm'))];
  const bytes = Uint8Array.of(1, 2, 3);
  for (const path of ['../evil', '/etc/evil', 'variables/../../evil']) await rejects(loadEmbedding(pack([...files, [path, bytes]])), DataError, path, 'outside the archive');
  await rejects(loadEmbedding(new Uint8Array(tar(files, () => '77777777777'))), DataError, 'claim to unpack to');
  for (const size of ['-0000000512', '\x80\0\0\0\0\0\0\0\0\0\x01', 'zzz']) await rejects(loadEmbedding(new Uint8Array(tar(files, () => size))), DataError, 'no octal number');
  const zeros = new Uint8Array(70 * 2 ** 20);
  await rejects(loadEmbedding(pack([['variables/variables.data-00000-of-00001', zeros]])), DataError, 'claim to unpack to');
  await rejects(loadEmbedding(pack([['unrelated', zeros]])), DataError, 'claim to unpack to');
  await rejects(loadEmbedding(new Uint8Array(gzipSync(Buffer.concat([tar(files), zeros])))), DataError, 'behind its end');
  await rejects(loadEmbedding(pack([...files, ['other/saved_model.pb', bytes]])), DataError, 'several: ', 'other/saved_model.pb');
});

const values = Uint8Array.from({ length: 24 }, (_, i) => i);
const good = { shape: [3, 2], size: 24, crc: maskedCrc32c(values) };

/** A module of three words whose index is `bytes`. */
function withIndex(bytes: Uint8Array): Uint8Array {
  return pack([['saved_model.pb', new Uint8Array()], ['assets/tokens.txt', Buffer.from('a\nb\nc\n')], ['variables/variables.data-00000-of-00001', values], ['variables/variables.index', bytes]]);
}

test('the writer of these tests writes what is readable', async () => {
  const table = await loadEmbedding(withIndex(index([['', header()], ['embeddings', entry(good)]])));
  assert.equal([table.rows, table.dim, new Uint8Array(table.vectors.data.buffer, table.vectors.data.byteOffset, 24)], [3, 2, values]);
});

for (const [what, changed, ...message] of [
  ['a negative shape', { shape: [-3, -2] }, 'the shape is [-3,-2]'],
  ['a giant shape', { shape: [2n ** 31n, 2n ** 31n] }, 'the shape is'],
  ['a giant shape whose product is 0', { shape: [2n ** 62n, 0], size: 0 }, 'no table'],
  ['another size than the shape says', { size: 28 }, '24 bytes', 'the index says 28'],
  ['bytes beyond the data file', { offset: 4 }, 'cut off', 'bytes 4 to 28', 'it has 24'],
  ['a giant offset', { offset: 2n ** 60n }, 'is damaged'],
  ['a negative offset', { offset: -8 }, 'is damaged'],
  ['a wrong checksum', { crc: 7 }, 'checksum of embeddings is wrong'],
  ['a data file that is not there', { shard: 99 }, 'has no variables/variables.data-00099-of-00001'],
  ['a negative data file', { shard: -1 }, 'is damaged'],
  ['whole numbers', { dtype: 9 }, 'no table of two dimensions'],
  ['a slice that is not there', { slices: [[{ start: 0, length: 3 }, { start: 0, length: 2 }]] }, 'lacks the slice that begins at row 0'],
  ['slices of columns', { slices: [[{ start: 0, length: 3 }, { start: 1, length: 1 }]] }, 'partitioned in another way'],
  ['slices that leave rows out', { slices: [[{ start: 1, length: 2 }, { start: 0, length: 2 }]] }, 'partitioned in another way'],
  ['slices of negative length', { slices: [[{ start: 0, length: -5 }, { start: 0, length: 2 }]] }, 'lacks the slice'],
] as const) {
  test(`an index with ${what}`, async () => {
    await rejects(loadEmbedding(withIndex(index([['', header()], ['embeddings', entry({ ...good, ...changed })]]))), DataError, ...message);
  });
}

test('indexes whose blocks are not what they should be', async () => {
  const data = block([['', header()], ['embeddings', entry(good)]]);
  const at = (places: number[], kind = 0, first = data): Uint8Array => {
    const start = first.length + 5;
    return Uint8Array.from([...sealed(first, kind), ...sealed(places), ...footer(handle(start, places.length))]);
  };
  const refuse = (bytes: Uint8Array, ...message: string[]): Promise<string> => rejects(loadEmbedding(withIndex(bytes)), DataError, 'variables.index', ...message);
  await refuse(at(block([['x', handle(0, data.length)]]), 1), 'compressed (kind 1)');
  await refuse(at(block([['x', handle(0, data.length)], ['y', handle(0, data.length)]])), 'blocks overlap');
  await refuse(at(block([['x', handle(0, 2n ** 62n)]])), 'reaches beyond its end');
  await refuse(Uint8Array.from([...sealed(data), ...footer(handle(0, data.length))]), 'damaged');
  await refuse(at(block([['x', handle(0, data.length)]]), 0, data.with(-1, 200)), 'does not fit its block');
  await refuse(at(block([['x', handle(0, data.length)]]), 0, [9, ...data.slice(1)]), 'does not fit its block');
  await refuse(Uint8Array.from(footer(handle(0, 0))), 'reaches beyond its end');
  await refuse(index([['', header(1, true)], ['embeddings', entry(good)]]), 'big-endian');
  await refuse(index([['embeddings', entry(good)]]), 'no header');
  await refuse(new Uint8Array(10), '10 bytes');
  await refuse(new Uint8Array(100), 'wrong signature');
  // Each key repeats the one before and adds a letter.
  const chain = [...Array.from({ length: 20_000 }, (_, i) => [...varint(i), 1, 0, 97]).flat(), ...u32(0), ...u32(1)];
  await refuse(at(block([['x', handle(0, chain.length)]]), 0, chain), 'characters long');
});

test.run();
