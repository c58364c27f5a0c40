/** The training itself, on texts of two kinds whose words never meet; and the tutorial on generated reviews. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { close, init, tensor } from 'wgrad';
import { encode, readCorpus } from '../../tutorials/pretrain-embedding/corpus';
import { Examples } from '../../tutorials/pretrain-embedding/examples';
import { neighbours } from '../../tutorials/pretrain-embedding/neighbours';
import { readTable, tableOf, writeTable } from '../../tutorials/pretrain-embedding/store';
import { train, TwoTables } from '../../tutorials/pretrain-embedding/train';
import { startTutorial } from '../support/tutorials';

const cache = mkdtempSync(join(tmpdir(), 'wgrad-tables-'));
process.env.WGRAD_CACHE = cache;
process.on('exit', () => rmSync(cache, { recursive: true, force: true }));

test.before(async () => void (await init()));
test.after(close);

/** Text i speaks of sea (even i) or land (odd i). */
const texts = Array.from({ length: 200 }, (_, i) =>
  Array.from({ length: 40 }, (_, j) => `${i % 2 === 0 ? 'sea' : 'land'}${Math.abs(Math.floor(Math.sin(i * 40 + j) * 1e4)) % 15}`).join(' '));
const options = { dim: 6, epochs: 6, batchSize: 32, learningRate: 0.02, contexts: 8, targets: 4, negatives: 8, subsample: 1, seed: 5 };

test('words of one kind become neighbours, texts not learnt from are told apart', async () => {
  const corpus = readCorpus(texts.slice(20), 1);
  const { vectors, history, test, logits, interrupted } = await train(corpus, encode(texts.slice(0, 20), corpus.vocabulary), options);
  assert.equal(vectors.shape, [30, 6]);
  assert.ok(history.loss.at(-1)! < 0.9 * history.loss[0] && history.loss.length === 6, history.loss.join());
  // Of 12 words 4 are of the text, 4 of its kind, which is as likely, and 4 of the other: 8/12 · log 2 is the least, and who does
  // not tell the kinds has a loss of 0.637.
  assert.ok(test.loss > 0.46 && test.loss < 0.55, `loss ${test.loss}`);
  const meanSquare = (vectors.data as Float32Array).reduce((sum, value) => sum + value * value, 0) / vectors.size;
  assert.ok(Math.abs(meanSquare - 1) < 1e-6, `mean square ${meanSquare}`);
  assert.equal(logits.shape, [512, 12]);
  assert.not(interrupted);
  const table = tableOf(corpus.vocabulary, vectors, { train: texts, held: [], kind: 'synthetic' });
  for (const word of table.vocabulary) {
    const kind = word.replace(/\d+/, '');
    for (const near of neighbours(table, word, 5)) assert.ok(near.word.startsWith(kind), `${near.word} is near ${word}`);
  }
});

test('columns that only fill up the vec4s stay 0; one seed, one table', async () => {
  const corpus = readCorpus(texts, 1);
  const tables = new TwoTables(corpus.vocabulary.length, options);
  assert.equal(tables.inputs.shape, [30, 8]);
  const { data } = await tables.inputs.read();
  data.forEach((value, i) => assert.is(value === 0, i % 8 >= 6));
  const held = encode(texts.slice(0, 10), corpus.vocabulary);
  const [a, b] = [await train(corpus, held, { ...options, epochs: 1 }), await train(corpus, held, { ...options, epochs: 1 })];
  assert.equal(a.vectors.data, b.vectors.data);
  assert.equal(a.test, b.test);
});

test('the loss of the first step is log 2 for every word: the second table starts at 0', async () => {
  const corpus = readCorpus(texts, 1);
  const [contexts, words] = new Examples(corpus, corpus, options, 1).batch(8);
  const tables = new TwoTables(corpus.vocabulary.length, options);
  for (const loss of await tables.losses(tensor(contexts), tensor(words)).data()) assert.ok(Math.abs(loss - Math.LN2) < 1e-6);
});

test('a table is found again for the same reviews and options, and for no others', async () => {
  const corpus = readCorpus(texts, 1);
  const reviews = { train: texts, held: [], kind: 'synthetic' as const };
  const { inputs } = new TwoTables(corpus.vocabulary.length, { ...options, dim: 8 });
  const own = { ...options, dim: 8 };
  const table = tableOf(corpus.vocabulary, await inputs.read(), reviews);
  assert.is(await readTable(reviews, own), undefined);
  await writeTable(table, reviews, own);
  const found = (await readTable(reviews, own))!;
  assert.equal([found.vocabulary, [...found.vectors.data], found.origin], [table.vocabulary, [...table.vectors.data], table.origin]);
  assert.is(table.origin, 'pretrained here on 200 unlabelled SYNTHETIC reviews, not nnlm-en-dim50');
  assert.is(await readTable(reviews, { ...own, epochs: 7 }), undefined);
  assert.is(await readTable({ ...reviews, train: texts.slice(1) }, own), undefined);
});

test('the tutorial on generated reviews', async () => {
  const { lines, result, report, predictions } = await startTutorial('pretrain-embedding', ['--data', 'synthetic', '--limit', '200', '--epochs', '1', '--batch', '64', '--runs', 'dim20']);
  const [run] = result.runs;
  assert.equal(result.runs.map(({ name }) => name), ['dim20']);
  assert.ok(result.cut.some((note) => note.startsWith('unlabelled reviews: 200 of ')), result.cut.join());
  assert.ok(result.cut.includes('dim50: not run'));
  assert.equal([run.params % 20, run.batch, run.epochs, run.samples.train], [0, 64, 1, 200]);
  assert.match(predictions('dim20'), "'shape': (512, 96), }");
  for (const line of lines) assert.match(line, /^SYNTHETIC |^Warning: maxDynamic/);
  assert.ok(lines.some((line) => line.includes('pretrained here on 200 unlabelled SYNTHETIC reviews, not gnews-swivel-20dim')));
  assert.is(report.match(/<svg /g)!.length, 2);
  assert.is(readdirSync(join(cache, 'embeddings')).filter((name) => name.endsWith('.safetensors')).length, 2);
});

test.run();
