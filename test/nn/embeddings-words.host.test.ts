/** word2vec's, GloVe's and safetensors files: what the formats' own writers write, and what they must not contain. */
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, ValueError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { writeSafetensors } from '../../nn/saving/safetensors';
import { loadEmbedding } from '../../nn/text/embeddings/load-embedding';
import type { EmbeddingTable } from '../../nn/text/embeddings/table';
import { rejects } from '../support/datasets';
import { bitsOf } from '../support/saved-models';

type Line = readonly [string, readonly number[]];

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
/** word2vec.c writes a blank behind each number and a line's end behind each binary vector; gensim writes neither. */
const writers = {
  'word2vec.c text': (lines: readonly Line[]) => bytes(`${lines.length} ${lines[0][1].length}\n${lines.map(([word, v]) => `${word} ${v.map((x) => `${x} `).join('')}\n`).join('')}`),
  'gensim text': (lines: readonly Line[]) => bytes(`${lines.length} ${lines[0][1].length}\n${lines.map(([word, v]) => `${word} ${v.join(' ')}\n`).join('')}`),
  'word2vec.c binary': (lines: readonly Line[]) => binary(lines, '\n'),
  'gensim binary': (lines: readonly Line[]) => binary(lines, ''),
  GloVe: (lines: readonly Line[]) => bytes(lines.map(([word, v]) => `${word} ${v.join(' ')}\n`).join('')),
};

function binary(lines: readonly Line[], end: string): Uint8Array {
  const parts = lines.flatMap(([word, v]) => [bytes(`${word} `), new Uint8Array(Float32Array.from(v).buffer), bytes(end)]);
  return new Uint8Array(Buffer.concat([bytes(`${lines.length} ${lines[0][1].length}\n`), ...parts]));
}

const word = fc.string({ unit: fc.constantFrom('a', 'B', '7', '.', 'é', '日', '😀', '\u00a0', '\u0085', '\u2028', '-'), minLength: 1, maxLength: 6 });
const table = fc.integer({ min: 1, max: 12 }).chain((dim) => fc.array(fc.tuple(word, fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: dim, maxLength: dim })), { minLength: 1, maxLength: 8 }));

for (const [name, write] of Object.entries(writers)) {
  test(`${name}: what was written is read, bit for bit, packed or not`, () =>
    fc.assert(fc.asyncProperty(table, fc.boolean(), async (lines, packed) => {
      const file = write(lines);
      const format = name.includes('binary') ? 'word2vec-binary' : name.includes('text') ? 'word2vec-text' : 'glove';
      const read = await loadEmbedding(packed ? new Uint8Array(gzipSync(file)) : file, { format });
      assert.equal(read.vocabulary, lines.map(([text]) => text));
      assert.equal([read.rows, read.dim, read.oovBuckets], [lines.length, lines[0][1].length, 0]);
      const expected = new HostArray(Float32Array.from(lines.flatMap(([, v]) => v)), [read.rows, read.dim]);
      // Text has no −0 in JavaScript's way of writing it.
      assert.equal(name.includes('binary') ? bitsOf(read.vectors) : [...read.vectors.data].map((x) => x + 0), name.includes('binary') ? bitsOf(expected) : [...expected.data].map((x) => x + 0));
    })));

  test(`${name}: found by its content, cut off nowhere unnoticed`, async () => {
    const lines: Line[] = [['the', [0.25, -1.5, 3e-9]], ['Straße', [1, 2, 3]], ['last', [-0.125, 1e20, 7]]];
    const file = write(lines);
    assert.equal((await loadEmbedding(file)).vocabulary, ['the', 'Straße', 'last']);
    assert.equal((await loadEmbedding(file, { maxWords: 2 })).vectors.shape, [2, 3]);
    for (let length = 0; length < file.length; length++) {
      const read = await loadEmbedding(file.slice(0, length)).catch((error: unknown) => error);
      if (read instanceof DataError) continue;
      const { rows, dim } = read as EmbeddingTable;
      // A number's last digits can't be missed, nor can GloVe's lines, which aren't counted, or the end of its first.
      const firstLine = file.indexOf(0x0a);
      assert.ok(name === 'GloVe' ? dim === 3 || length < firstLine : rows === 3 && length > file.length - 4, `${length} of ${file.length} bytes`);
    }
  });
}

test('words that occur twice keep their rows; blank lines may follow', async () => {
  const read = await loadEmbedding(bytes('3 2\na 1 2\nb 3 4\na 5 6\n\n \n'));
  assert.equal([read.vocabulary, read.vectors.toArray()], [['a', 'b', 'a'], [[1, 2], [3, 4], [5, 6]]]);
  assert.equal((await loadEmbedding(bytes('a 1 2\r\nb 3 4\r\n\r\n'))).vectors.toArray(), [[1, 2], [3, 4]]);
});

test('words with blanks in them, as in glove.840B', async () => {
  const read = await loadEmbedding(bytes(', 0.1 0.2\n. . . 0.3 0.4\nat name@domain.com 0.5 0.6\n 0.7 0.8\n1 2 3\n'));
  assert.equal(read.vocabulary, [',', '. . .', 'at name@domain.com', '', '1']);
  assert.equal(read.vectors.at(1, 1), Math.fround(0.4));
});

for (const [what, text, ...message] of [
  ['a line with too few numbers', 'a 1 2 3\nb 1 2\n', 'line 2', '2 numbers; expected 3'],
  ['a word in a number\'s place', '2 2\na 1 2\nb 1 x\n', 'line 3', '"x" is no number'],
  ['no number between two blanks', '2 2\na 1 2\nb 1  \n', 'line 3', '1 numbers; expected 2'],
  ['nothing between two blanks', 'a 1 2 3\nb 1  3\n', 'line 2', '"" is no number'],
  ['numbers beyond f32', '1 2\na 1 1e39\n', '"1e39" is no number (f32)'],
  ['NaN', 'a 1 2\nb nan 2\n', '"nan" is no number'],
  ['more words than announced', '1 2\na 1 2\nb 3 4\n', 'goes on behind its last word'],
  ['fewer words than announced', '3 2\na 1 2\nb 3 4\n', 'announces 3 words and has 2'],
  ['lines behind a blank one', 'a 1 2\n\nb 3 4\n', 'goes on behind its last word'],
  ['no words', '0 5\n', 'first line is "0 5"'],
  ['billions of words', '999999999999 65536\na 1', 'cut off'],
  ['prose', 'It was a dark and stormy night.\n', 'none of the known formats'],
  ['a web page', '<!DOCTYPE html>\n<html>\n', 'none of the known formats'],
  ['nothing', '', 'is empty'],
  ['a zip archive', 'PK\x03\x04....', 'unpack it'],
] as const) {
  test(`refused: ${what}`, async () => void (await rejects(loadEmbedding(bytes(text), { name: 'x' }), DataError, ...message)));
}

test('a line without end is given up early', async () => {
  await rejects(loadEmbedding(new Uint8Array(4 * 2 ** 20).fill(0x61), { format: 'glove' }), DataError, 'without an end of the line');
  await rejects(loadEmbedding(bytes(`2 2\n${'a'.repeat(2 ** 17)}`), { format: 'word2vec-binary' }), DataError, 'without an end of the line or word');
});

test('damaged binary files: an error or another table, at once', () =>
  fc.assert(fc.asyncProperty(table, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }), async (lines, flips) => {
    const file = writers['word2vec.c binary'](lines);
    for (const [at, mask] of flips) file[at % file.length] ^= mask;
    const read = await loadEmbedding(file).catch((error: unknown) => error);
    if (read instanceof Error && !(read instanceof DataError)) throw read;
  })));

test('options that make no sense are refused', async () => {
  const file = bytes('a 1 2\nb 3 4\n');
  await rejects(loadEmbedding(file, { vocabulary: ['x', 'y'] }), ValueError, 'vocabulary is for SavedModels and safetensors');
  await rejects(loadEmbedding(file, { maxWords: 0 }), ValueError, 'maxWords is 0');
  await rejects(loadEmbedding(file, { format: 'golve' as 'glove' }), ValueError, 'Did you mean "glove"');
  await rejects(loadEmbedding('/nowhere/vectors.txt'), DataError, '/nowhere/vectors.txt does not exist');
});

/** A safetensors file of any types. */
function safetensors(arrays: Record<string, { dtype: string; shape: number[]; data: ArrayBufferView }>, unaligned = ''): Uint8Array {
  let at = 0;
  const header = JSON.stringify(Object.fromEntries(Object.entries(arrays).map(([name, { dtype, shape, data }]) => [name, { dtype, shape, data_offsets: [at, (at += data.byteLength)] }])));
  const text = Buffer.from(header + unaligned);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return new Uint8Array(Buffer.concat([length, text, ...Object.values(arrays).map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))]));
}

test('safetensors with words beside them, of all floating-point types', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wgrad-words-'));
  try {
    const values = [1, -2, 0.5, -0, 65504, 2 ** -24];
    const arrays = {
      f32: { dtype: 'F32', shape: [3, 2], data: Float32Array.from(values) },
      f64: { dtype: 'F64', shape: [3, 2], data: Float64Array.from(values) },
      f16: { dtype: 'F16', shape: [3, 2], data: Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x8000, 0x7bff, 0x0001) },
      bf16: { dtype: 'BF16', shape: [3, 2], data: Uint16Array.of(0x3f80, 0xc000, 0x3f00, 0x8000, 0x477f, 0x3380) },
      ids: { dtype: 'I32', shape: [3, 2], data: Int32Array.from(values) },
    };
    writeFileSync(join(folder, 'words.txt'), 'a\nb\r\n');
    for (const padding of ['', ' ', '  ', '   ']) {
      writeFileSync(join(folder, 'table.safetensors'), safetensors(arrays, padding));
      for (const variable of ['f32', 'f64', 'f16', 'bf16']) {
        const read = await loadEmbedding(join(folder, 'table.safetensors'), { variable, vocabulary: join(folder, 'words.txt'), oovBuckets: 1 });
        assert.equal([read.name, read.vocabulary, read.oovBuckets, read.rows], ['table', ['a', 'b'], 1, 3]);
        const expected = variable === 'bf16' ? [1, -2, 0.5, -0, 65280, 2 ** -24] : values;
        assert.equal(bitsOf(read.vectors), new Uint32Array(Float32Array.from(expected).buffer), variable);
      }
    }
    const file = join(folder, 'table.safetensors');
    await rejects(loadEmbedding(file, { vocabulary: ['a', 'b', 'c'] }), DataError, '4 tables of 3 rows', 'f16 [3, 2]', 'option variable');
    await rejects(loadEmbedding(file, { vocabulary: ['a', 'b', 'c'], variable: 'ids' }), ValueError, 'Unknown table', 'ids');
    await rejects(loadEmbedding(file, { vocabulary: ['a'], variable: 'f32' }), DataError, '[3, 2]', '1 words and 0 buckets take 1 rows');
    await rejects(loadEmbedding(file), DataError, 'holds no words', 'option vocabulary');
    await rejects(loadEmbedding(safetensors(arrays).slice(0, -1), { vocabulary: ['a'] }), DataError, 'not a whole safetensors file');
    await rejects(loadEmbedding(bytes('\x02\0\0\0\0\0\0\0{}'), { vocabulary: ['a'] }), DataError, '0 tables of 1 rows', 'none');
    await rejects(loadEmbedding(bytes('\x0a\0\0\0\0\0\0\0{"a":null}'), { vocabulary: ['a'] }), DataError, 'a is described by null');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a table that wgrad wrote', async () => {
  const vectors = new HostArray(Float32Array.from({ length: 12 }, (_, i) => i / 7), [4, 3]);
  const file = writeSafetensors(new Map([['embedding', { arrays: [vectors] }]]) as never);
  const read = await loadEmbedding(file, { vocabulary: ['a', 'b', 'c', 'd'], combiner: 'mean' });
  assert.equal([bitsOf(read.vectors), read.combiner], [bitsOf(vectors), 'mean']);
});

test.run();
