/** Tokens as words: the rule that tables trained here take texts apart by. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tokenize, wordTokens } from '../../nn/text/embeddings/token-rule';

const tokens = (text: string): string[] => tokenize(text, wordTokens);

test('words in lower case, apostrophes within them; ! and ? by themselves', () => {
  assert.equal(tokens("Don't miss it! It's a 10/10, isn’t it?"), ["don't", 'miss', 'it', '!', "it's", 'a', '10', '10', 'isn’t', 'it', '?']);
  assert.equal(tokens("'quoted' rock'n'roll the actors'"), ['quoted', "rock'n'roll", 'the', 'actors']);
});

test('tags part words, a lone < does not begin one', () => {
  assert.equal(tokens('awful.<br /><br />The end</i>.'), ['awful', 'the', 'end']);
  assert.equal(tokens('3 < 4 but I <3 it > all'), ['3', '4', 'but', 'i', '3', 'it', 'all']);
});

test('letters of every script', () => {
  assert.equal(tokens('ÉTÉ, naïve; 映画 Ω'), ['été', 'naïve', '映画', 'ω']);
});

test('a text without words has no tokens', () => {
  for (const text of ['', ' ', '...', '<br />', '-- ()']) assert.equal(tokens(text), []);
});

test.run();
