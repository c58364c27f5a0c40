/** FarmHash's Fingerprint64 and the buckets of unknown words, against TensorFlow; how texts are taken apart. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fingerprint64 } from '../../nn/text/embeddings/fingerprint64';
import { TokenIndex } from '../../nn/text/embeddings/token-index';
import { hubTokens, tokenize } from '../../nn/text/embeddings/token-rule';
import { golden } from '../support/saved-models';

/** The string of test/golden/families/hub_modules.py; odd seeds go beyond ASCII. */
function textOf(length: number, seed: number): string {
  const [factor, letters] = seed % 2 === 0 ? [7, 94] : [1009, 50000];
  return String.fromCharCode(...Array.from({ length }, (_, i) => 33 + ((i * i * factor + i * (13 * seed + 7) + length) % letters)));
}

test('fingerprints of strings of 0 to 300 characters', () => {
  golden.fingerprints.forEach((expected, seed) => {
    for (let length = 0; length <= 300; length++) {
      assert.is(fingerprint64(textOf(length, seed)).toString(16).padStart(16, '0'), expected.slice(16 * length, 16 * length + 16), `length ${length}, seed ${seed}`);
    }
  });
});

test('buckets of unknown words come behind the vocabulary', () => {
  for (const { buckets, words, rows } of golden.buckets) {
    const index = new TokenIndex(['known'], buckets);
    words.forEach((word, i) => assert.is(index.row(word), 1 + rows[i], `${word} of ${buckets}`));
    assert.is(index.row('known'), 0);
  }
});

test('without buckets unknown words have no row; of a word that stands twice the first row counts', () => {
  const index = new TokenIndex(['a', 'b', 'a', '__proto__'], 0);
  assert.equal(['a', 'b', 'c', '__proto__', 'constructor', ''].map((token) => index.row(token)), [0, 1, -1, 3, -1, -1]);
});

test('tokens: blanks alone part them, unless white space does', () => {
  assert.equal(tokenize(' a  b\tc. ', hubTokens), ['a', 'b\tc.']);
  assert.equal(tokenize('  ', hubTokens), ['']);
  assert.equal(tokenize('', { ...hubTokens, ofEmpty: null }), []);
  assert.equal(tokenize(' a  b', { ...hubTokens, keepEmpty: true }), ['', 'a', '', 'b']);
  assert.equal(tokenize(' a \n\tb\u00a0c ', { ...hubTokens, split: 'whitespace' }), ['a', 'b\u00a0c']);
  assert.equal(tokenize('“it’s” $3.50 — ok!', { ...hubTokens, stripPunctuation: true }), ['its', '$350', 'ok']);
});

test('whatever the text, its tokens joined by blanks are the text', () =>
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\t', '.', 'é') }), (text) => {
    assert.is(tokenize(text, { ...hubTokens, keepEmpty: true }).join(' '), text);
    assert.is(tokenize(text, hubTokens).join(' '), text.trim() === '' && !/\t/.test(text) ? '' : text.replace(/^ +| +$/g, '').replace(/ +/g, ' '));
  })));

test.run();
