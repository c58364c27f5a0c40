/** SavedModels that the real TensorFlow wrote: their tables bit for bit, and what their modules answer. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, ValueError } from '../../engine/errors';
import type { HostArray } from '../../engine/tensor/host-array';
import { loadEmbedding } from '../../nn/text/embeddings/load-embedding';
import type { EmbeddingTable } from '../../nn/text/embeddings/table';
import { TokenIndex } from '../../nn/text/embeddings/token-index';
import { tokenize } from '../../nn/text/embeddings/token-rule';
import { rejects } from '../support/datasets';
import { archive, bitsOf, golden, unpack } from '../support/saved-models';

const words = (count: number): string[] => Array.from({ length: count }, (_, i) => `w${i}`);

for (const expected of golden.modules) {
  test(`as TensorFlow: ${expected.name}`, async () => {
    const table = await loadEmbedding(archive(expected.name));
    assert.equal([table.dim, table.rows, table.vectors.shape], [expected.vectors.shape[1], expected.vectors.shape[0], expected.vectors.shape]);
    assert.equal(bitsOf(table.vectors), bitsOf(expected.vectors));
    assert.equal([table.vocabulary, table.oovBuckets, table.combiner], [expected.vocabulary, expected.oovBuckets, expected.combiner]);
    answers(table, expected.texts, expected.output);
  });
}

/** Tokens, rows and combination together give what the module itself gave. */
function answers(table: EmbeddingTable, texts: readonly string[], output: HostArray): void {
  const { tokens, combiner } = table;
  if (!tokens || !combiner) return assert.unreachable('the module says how it treats texts');
  const index = new TokenIndex(table.vocabulary, table.oovBuckets);
  texts.forEach((text, i) => {
    const rows = tokenize(text, tokens).map((token) => index.row(token));
    const divisor = { sum: 1, mean: rows.length, sqrtn: Math.sqrt(rows.length) }[combiner] || 1;
    for (let j = 0; j < table.dim; j++) {
      const sum = rows.reduce((total, row) => total + table.vectors.at(row, j), 0) / divisor;
      assert.ok(Math.abs(sum - output.at(i, j)) <= 2e-6 * Math.max(1, Math.abs(sum)), `${JSON.stringify(text)}, ${j}: ${sum}, expected ${output.at(i, j)}`);
    }
  });
}

test('a folder, a plain tar, and the module\'s name and place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wgrad-embedding-'));
  try {
    for (const [path, bytes] of unpack(archive('nnlm'))) {
      mkdirSync(dirname(join(folder, 'nnlm', path)), { recursive: true });
      writeFileSync(join(folder, 'nnlm', path), bytes);
    }
    writeFileSync(join(folder, 'plain.tar'), gunzipSync(archive('nnlm')));
    writeFileSync(join(folder, 'packed.tar.gz'), archive('nnlm'));
    for (const [path, name] of [['nnlm', 'nnlm'], ['nnlm/', 'nnlm'], ['plain.tar', 'plain'], ['packed.tar.gz', 'packed']]) {
      const table = await loadEmbedding(join(folder, path));
      assert.equal([table.name, table.origin], [name, join(folder, path)]);
      assert.equal(bitsOf(table.vectors), bitsOf(golden.modules[0].vectors));
    }
    await rejects(loadEmbedding(join(folder, 'nothing')), DataError, 'nothing', 'does not exist');
    await rejects(loadEmbedding(folder), DataError, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('options hold in place of what the file says', async () => {
  const table = await loadEmbedding(archive('nnlm'), { combiner: 'mean', name: 'mine', vocabulary: words(18), oovBuckets: 3 });
  assert.equal([table.combiner, table.name, table.oovBuckets, table.vocabulary[17]], ['mean', 'mine', 3, 'w17']);
  await rejects(loadEmbedding(archive('nnlm'), { oovBuckets: 6 }), DataError, 'shape [21, 6]', '16 words', '6 buckets', '22 rows');
  await rejects(loadEmbedding(archive('nnlm'), { variable: 'embedings' }), ValueError, 'embedings', 'Did you mean "embeddings"');
  await rejects(loadEmbedding(archive('nnlm'), { oovBuckets: -1 }), ValueError, 'oovBuckets is -1');
});

test('partitioned variables, several data files, an index of several blocks', async () => {
  for (const [name, { vectors }] of [['slices', golden.slices], ['two-shards', golden.bundles], ['many-blocks', golden.bundles]] as const) {
    const table = await loadEmbedding(archive(name), { vocabulary: words(vectors.shape[0]) });
    assert.equal(bitsOf(table.vectors), bitsOf(vectors), name);
    assert.equal([table.combiner, table.tokens, table.oovBuckets], [undefined, undefined, 0]);
  }
});

test('rows that are spread over several variables are refused', async () => {
  await rejects(loadEmbedding(archive('spread')), DataError, 'embeddings is in parts', 'by remainder');
});

test('a Keras model with an Embedding: the optimizer\'s variables are not taken for it', async () => {
  await rejects(loadEmbedding(archive('keras')), DataError, 'several tables', '[12, 4]', '[4, 3]', 'option variable');
  const table = await loadEmbedding(archive('keras'), { vocabulary: words(12) });
  assert.equal(bitsOf(table.vectors), bitsOf(golden.kerasModel.vectors));
  await rejects(loadEmbedding(archive('keras'), { vocabulary: words(13) }), DataError, '13 words', '[12, 4]');
  await rejects(loadEmbedding(archive('slices')), DataError, 'no words', '11 rows', 'option vocabulary');
});

test.run();
