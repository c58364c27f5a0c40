/** TextVectorization against Keras's, and the words of the tutorials on the real reviews. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DtypeError, ShapeError, ValueError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { StringArray } from '../../nn/core/string-array';
import { Dataset } from '../../nn/data/dataset';
import { TextVectorization, type TextVectorizationConfig } from '../../nn/text/text-vectorization';
import { compareCodePoints } from '../../nn/text/token-counts';
import golden from '../golden/text-vectorization.json';
import { rejects, throws } from '../support/datasets';

for (const { name, config, vocabulary, queries = golden.queries, output } of golden.cases as Case[]) {
  test(`as Keras: ${name}`, async () => {
    const layer = new TextVectorization(config);
    if (!config.vocabulary) await layer.adapt(golden.corpus);
    assert.equal(layer.getVocabulary(), vocabulary);
    const encoded = layer.callHost(StringArray.from(queries));
    assert.equal([encoded.dtype, encoded.shape], [output.dtype, output.shape]);
    if (output.dtype === 'i32') assert.equal([...encoded.data], output.data);
    // Keras takes the logarithm in f32.
    else encoded.data.forEach((value, i) => assert.ok(Math.abs(value - output.data[i]) <= 2e-6 * Math.abs(output.data[i]), `${value} at ${i}; expected ${output.data[i]}`));
    const [unknown, width] = [layer.computeOutputShape([null]), encoded.shape[1]];
    assert.ok(unknown[0] === null && (unknown[1] === null || unknown[1] === width), 'the shape that summary shows');
  });
}

interface Case {
  name: string;
  config: TextVectorizationConfig;
  vocabulary: string[];
  queries?: string[];
  output: { dtype: string; shape: number[]; data: number[] };
}

const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'B', 'é', 'É', '\u00a0', ' ', '\t', '.', "'", '😀', '\ue000'), maxLength: 12 }), { maxLength: 8 });

test('whatever the texts, a vocabulary made of them gives them back', () =>
  fc.assert(
    fc.asyncProperty(texts, async (corpus) => {
      const layer = new TextVectorization();
      await layer.adapt(corpus);
      const tokens = layer.getVocabulary();
      const encoded = layer.callHost(StringArray.from(corpus));
      corpus.forEach((text, i) => {
        const words = text.replace(/[a-zA-Z]/g, (letter) => letter.toLowerCase()).replace(/[.']/g, '').split(/[ \t]/).filter(Boolean);
        const row = [...encoded.slice(i, i + 1).data];
        assert.equal(row.slice(0, words.length).map((number) => tokens[number]), words);
        assert.ok(row.slice(words.length).every((number) => number === 0));
      });
      assert.is(new Set(tokens).size, tokens.length);
    }),
  ));

test('batches, datasets and plain lists teach the same', async () => {
  const { corpus } = golden;
  const vocabularies = [corpus, StringArray.from(corpus), Dataset.fromTensorSlices(corpus), Dataset.fromTensorSlices(corpus).batch(2).prefetch('auto')].map(async (given) => {
    const layer = new TextVectorization();
    await layer.adapt(['something else']);
    await layer.adapt(given);
    return layer.getVocabulary();
  });
  const [first, ...others] = await Promise.all(vocabularies);
  for (const other of others) assert.equal(other, first);
});

test('shapes of texts', async () => {
  const layer = new TextVectorization();
  await layer.adapt(['a b c']);
  assert.equal(layer.callHost(StringArray.from([['c b'], ['a']])).toArray(), layer.callHost(StringArray.from(['c b', 'a'])).toArray());
  assert.equal(layer.callHost(StringArray.from('a b')).toArray(), [4, 3]);
  assert.equal(layer.callHost(StringArray.from([['[UNK]']])).toArray(), [[1]]);
  assert.equal(layer.callHost(StringArray.from(['', '  '])).shape, [2, 0]);
  throws(() => layer.callHost(StringArray.from([['a', 'b']])), ShapeError, '[1, 2]', '[batch, 1]');
  throws(() => layer.callHost(HostArray.from([1])), DtypeError, 'f32 [1]', 'StringArray');
});

test('own functions for standardising and splitting', async () => {
  const layer = new TextVectorization({ standardize: (text) => text.toUpperCase(), split: (text) => text.split(',') });
  await layer.adapt(['a,b', 'b']);
  assert.equal(layer.getVocabulary(), ['', '[UNK]', 'B', 'A']);
  const whole = new TextVectorization({ split: null, ngrams: [2] });
  await whole.adapt(['a b']);
  assert.equal(whole.getVocabulary(), ['', '[UNK]'], 'one token has no pairs');
});

test('vocabularies given and taken', async () => {
  const layer = new TextVectorization({ maxTokens: 4 });
  layer.setVocabulary(['x', 'y']);
  assert.equal(layer.getVocabulary(), ['', '[UNK]', 'x', 'y']);
  assert.equal(layer.getVocabulary({ includeSpecialTokens: false }), ['x', 'y']);
  layer.setVocabulary(['', '[UNK]', 'z']);
  assert.equal([layer.getVocabulary(), layer.vocabularySize()], [['', '[UNK]', 'z'], 3]);
  throws(() => layer.setVocabulary([]), ValueError, 'empty');
  throws(() => layer.setVocabulary(['', '[UNK]']), ValueError, 'empty');
  throws(() => layer.setVocabulary(['a', 'b', 'a']), ValueError, '"a" occurs twice');
  throws(() => layer.setVocabulary(['a', '[UNK]']), ValueError, '[UNK]');
  throws(() => layer.setVocabulary(['a', 'b', 'c']), ValueError, '5 tokens', 'maxTokens 4');
  throws(() => layer.setVocabulary(['a'], [1]), ValueError, 'idfWeights');
  const weighted = new TextVectorization({ outputMode: 'tf_idf', vocabulary: ['a', 'b'], idfWeights: [1, 3] });
  assert.equal(weighted.callHost(StringArray.from(['a b b c'])).toArray(), [[2, 1, 6]]);
  throws(() => weighted.setVocabulary(['a', 'b'], [1]), ValueError, '1 idfWeights for 2');
  throws(() => weighted.setVocabulary(['a', 'b']), ValueError, 'idfWeights');
});

test('a copy made of the configuration encodes alike', async () => {
  for (const outputMode of ['int', 'tf_idf'] as const) {
    const layer = new TextVectorization({ outputMode, name: `text_${outputMode}` });
    await layer.adapt(golden.corpus);
    const copy = new TextVectorization(layer.getConfig());
    const queries = StringArray.from(golden.queries);
    assert.is(copy.name, layer.name);
    assert.equal(copy.callHost(queries).toArray(), layer.callHost(queries).toArray());
  }
});

test('bad options and missing vocabularies are named', async () => {
  throws(() => new TextVectorization().callHost(StringArray.from(['a'])), ValueError, 'no vocabulary', 'adapt');
  throws(() => new TextVectorization({ outputMode: 'onehot' as 'int' }), ValueError, 'onehot', 'outputMode');
  throws(() => new TextVectorization({ standardize: 'lowr' as 'lower' }), ValueError, 'standardize', 'lower');
  throws(() => new TextVectorization({ split: 'words' as 'character' }), ValueError, 'split', 'whitespace');
  throws(() => new TextVectorization({ ngrams: 0 }), ValueError, 'ngrams', '0');
  throws(() => new TextVectorization({ maxTokens: 1 }), ValueError, 'maxTokens', '1');
  throws(() => new TextVectorization({ outputSequenceLength: 1.5 }), ValueError, 'outputSequenceLength');
  throws(() => new TextVectorization({ outputSequenceLength: 4, outputMode: 'count' }), ValueError, 'outputSequenceLength', 'count');
  throws(() => new TextVectorization({ padToMaxTokens: true, outputMode: 'count' }), ValueError, 'maxTokens');
  const pairs = Dataset.fromTensorSlices([['a'], [1]]) as unknown as Dataset<StringArray>;
  await rejects(new TextVectorization().adapt(pairs), DtypeError, 'StringArray', 'map');
  await rejects(new TextVectorization().adapt([1] as unknown as string[]), DtypeError, '1');
});

test('nothing to learn leaves the special tokens', async () => {
  const layer = new TextVectorization();
  await layer.adapt(['', ' .']);
  assert.equal(layer.getVocabulary(), ['', '[UNK]']);
  assert.equal(layer.callHost(StringArray.from(['what is this'])).toArray(), [[1, 1, 1]]);
});

test('code points are compared as UTF-8 bytes are', () => {
  const any = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(fc.property(any, any, (a, b) => {
    assert.is(Math.sign(compareCodePoints(a, b)), Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
  }));
});

test.run();
